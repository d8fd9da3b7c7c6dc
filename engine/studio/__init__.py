"""The studio behind its pages: drafts of bundles, what versions differ in, scenario tests, replay, foreign diagrams.

A *draft* (``drafts``) holds all files of a process; ``publishing`` makes the next version of it. ``compare`` says what
two bundles differ in. ``isolated`` runs a bundle in memory with answers that are given: for ``scenarios``, ``replay``.
"""
