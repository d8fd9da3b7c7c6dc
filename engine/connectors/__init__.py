"""The outside, each kind behind a Protocol: CRM, notification, maps and files.

A vendor is one more file in its kind's folder and one line in ``engine.wiring``. The implementations here are real
and local: a CRM in memory with a journal, SMTP mail, a schematic map, a folder of content-addressed files.
"""
