"""Deliveries: what a transaction asks of the outside, written with it and done after it.

The row is the truth, RQ is only the doorbell. A worker claims a row (a lease and a fence number), does the
effect, and settles the row in the same transaction as the effect's own writes, if the fence is still its own.
Whatever is overdue is rung again by the sweeper. Losing Redis loses nothing.
"""
