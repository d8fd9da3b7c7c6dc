"""The words of the studio's pages and of the editor, whose script gets them from the page."""

from typing import Any

from engine.process.deployment import SHIPPED
from engine.studio.publishing import ROLLED_BACK
from web.i18n import translate as _


def note_text(note: str) -> str:
    """Return what stands beside a version: what its publisher wrote, or that it came with a release."""
    if note.startswith(ROLLED_BACK):
        version, _separator, reason = note.removeprefix(ROLLED_BACK).partition(": ")
        return _("Rolled back to version {n}: {reason}", n=version, reason=reason)
    return _("As shipped") if note == SHIPPED else note


def editor_texts() -> dict[str, str]:
    """Return key → text in the reader's language."""
    return {
        "none": _("None"),
        "add": _("Add"),
        "remove": _("Remove"),
        "error": _("Error"),
        "warning": _("Warning"),
        "noFindings": _("Nothing found. It can be published."),
        "findings": _("Findings: {n}"),
        "line": _("line {n}"),
        "checking": _("Checking …"),
        "publishing": _("Publishing …"),
        "published": _("Version {n} is published. New instances use it."),
        "draft": _("Draft"),
        "refused": _("It was not published."),
        "lossy": _("This diagram holds elements that the editor would lose. It cannot be saved from here:"),
        "failed": _("The server did not answer. Nothing was changed; please try again."),
        "unsaved": _("Not saved yet"),
        "saved": _("Saved in the draft"),
        "copied": _("Saved as a draft of your own"),
        "keepCopy": _("Keep mine as another draft"),
        "overwrite": _("Put mine in its place"),
        "takeTheirs": _("Take theirs, and drop mine"),
        "broken": _("This diagram cannot be shown:"),
    }


def canvas_texts() -> dict[str, Any]:
    """Return what the editor of diagrams says on and around its canvas."""
    return {
        "sum": _("Errors: {errors}, warnings: {warnings}"),
        "notChecked": _("Not checked: the server does not answer. The next change tries again."),
        "inside": _("Inside: {text}"),
        "minimap": _("Overview"),
        "find": _("Name or id"),
        "nothing": _("Nothing has that name or id."),
        "append": _("Append what follows"),
        "colour": _("Colour"),
        "colours": [_("None"), _("Blue"), _("Green"), _("Yellow"), _("Orange"), _("Red"), _("Purple"), _("Grey")],
        "narrow": _("Here it can be read. Changing it needs a window that is at least 900 px wide."),
    }


def decision_texts() -> dict[str, str]:
    """Return what the editor of decision files says besides."""
    return {
        "lossy": _("This file holds elements that the editor would lose. Change it as text:"),
        "broken": _("This file cannot be shown here. Change it as text:"),
        "later": _("The editor reads DMN 1.3, which has no such elements. Change the file as text:"),
        "diagram": _("Diagram"),
        "unnamed": _("Unnamed decision"),
        "rule": _("Rule {n}"),
        "input": _("Input {n}"),
        "output": _("Output {n}"),
        "context": _("Context"),
        "list": _("List"),
        "relation": _("Relation"),
        "invocation": _("Call"),
        "calls": _("calls"),
        "function": _("Function"),
        "parameter": _("parameter"),
        "itsResult": _("Its result"),
        "table": _("Decision table"),
        "narrow": _("Here it can be read. Changing it needs a window that is at least 900 px wide."),
        "addRow": _("Add a row"),
        "removeRow": _("Remove row {n}"),
        "noRows": _("No rows yet. Add one, fill in what the decision is told, and say what should come out."),
        "unreadable": _("The file of these tests cannot be read. It stays as it is:"),
        "mendAsText": _("Mend it as text"),
        "beginAnew": _("Drop this text and begin anew"),
        "row": _("Row {n}"),
        "should": _("Should come out"),
        "comesOut": _("Comes out"),
        "rules": _("Rules"),
        "take": _("That is right"),
        "passes": _("passes"),
        "fails": _("fails"),
        "open": _("not said"),
        "allPass": _("All {n} pass"),
        "somePass": _("{n} of {total} pass"),
        "anything": _("text or JSON"),
        "moment": _("e.g. 2026-03-02T09:00:00+08:00"),
        "nothing": _("nothing"),
    }
