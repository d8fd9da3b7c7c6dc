"""Work that people do without a network: each action applied exactly once, in order, judged by when it was done.

A phone keeps every action in an outbox of its own and sends it, as often as it must, with an id that it minted. The
row of the action is written in the transaction that applies it, so a second arrival finds it and gets the same answer.
Actions of one visit form a stream: what comes too early is held until the one before it has come. What no longer fits
(cancelled meanwhile, done by somebody else, refused by the form) becomes a conflict case with a task for a person
(``workflows/reconcile``); nothing is thrown away.
"""
