"""The sample ledger: lots, movements between warehouse, reps and customers, and drops at a visit.

A balance is the sum of movements and never negative: a movement locks its lot before it reads the balance. Movements
are only ever added; a mistake is mended by a movement the other way.
"""
