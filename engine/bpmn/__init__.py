"""Runs BPMN models with SpiffWorkflow; the only importer of it. Values in, ``Step`` out: no I/O, no database, no clock.

``model.load(sources)`` parses a bundle once and keeps it by digest; ``step`` has the acts (``start``, ``complete``,
``send_message``, ``settle``, ``advance``, ``retry``, ``cancel``), each from the bytes of a state to a ``Step`` with the
new ones; ``check.check`` is the deploy gate. Expressions, decisions and topics go to the caller's ``effects.Host``.

SpiffWorkflow gives the parser, the graph of task specs and the life cycle of tasks. What it lacks is added around it:

- ``elements`` reads what the diagram says (settings, lanes, names); ``parser`` has the library build ``specs``, which
  are frozen from then on and shared by all instances and threads.
- ``mends`` has the library's trees without its faults: finished tasks are spliced out at once, nothing is predicted or
  searched, so that turn 195 of a loop costs what turn 5 did, and a state holds only tokens and the splits they need.
- ``run`` moves tokens: ``behaviour`` says what an element does, ``joins`` and ``loops`` what waits for several tokens.
  All that may fail is evaluated before a token changes. A failure parks the token (an incident); the rest goes on.
- ``repair`` does an administrator's edits to tokens, ``migrate`` carries a state over to another version of its model.
- ``codec`` writes a state: JSON, the data of a token as what differs from its parent, compressed. The model is not in
  it, so the caller says which model a state belongs to.
- ``values`` guards what may become a variable and merges branches: by what each changed since the split.

A timer becomes an absolute instant when its event starts to wait. A message is taken by the event that has waited the
longest. A token's key is unique in its instance only, and stable while the token waits.
"""
