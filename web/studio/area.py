"""The studio with all its pages: importing them puts their addresses into the blueprint."""

from web.studio import (
    comparing,
    decision_tests,
    drafts,
    expressions,
    files,
    form_builder,
    moving,
    new_scenario,
    recording,
    replaying,
    scenarios,
    views,
)
from web.studio.blueprint import blueprint

PAGES = (
    views,
    drafts,
    files,
    form_builder,
    decision_tests,
    expressions,
    comparing,
    scenarios,
    recording,
    replaying,
    moving,
    new_scenario,
)

__all__ = ["PAGES", "blueprint"]
