"""The headless engine of Fieldflow: processes, field visits and support requests, without any web framework.

Every function takes what it needs: ``session``, ``actor`` and ``now``. The packages are layered, and
``lint-imports`` holds the layers: wiring, features, process, bpmn | outbox | connectors, feel, store,
access | clock | errors.
"""
