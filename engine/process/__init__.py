"""Process definitions, instances, user tasks, inboxes, timers, messages and incidents; knows no feature.

One step of an instance is one transaction: lock the instance, load its state, let ``engine.bpmn`` run until
only people, timers and messages remain, and write what came out of it: tasks and inbox rows, one history row,
deliveries, the new state. History, not the state, is what reports read.

Features reach in through ``service`` and ``queries``, and out through ``topics``: what a service task names.
"""
