"""The audit: what operators and admins did to processes, running work and settings, with reason, before and after.

It stands below every feature, so that each can write to it in the transaction of its own change. It knows objects by
kind and key alone.
"""
