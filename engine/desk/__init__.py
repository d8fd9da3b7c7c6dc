"""The desk: saved filters, giving tasks to people, and one act on many tasks.

Above ``process`` (which knows tasks) and ``people`` (which knows who they are); knows no visit and no request.
"""
