"""The database: one declarative base, one ``Database`` with its transactions, and the migrations.

SQLite and PostgreSQL are equals: the whole test suite runs on both. ``Database.transaction`` is the only
commit site of the project. flask-sqlalchemy is not used: web, worker and command line share this one object,
so that the writer lock and the read-only guard hold everywhere alike.
"""
