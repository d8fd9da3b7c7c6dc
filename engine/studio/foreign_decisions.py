"""Rule of the import assistant about decision files: what is said in DMN 1.3 as well opens in the editor that way."""

from engine.errors import FieldProblem
from engine.feel import dmn_versions
from engine.feel.decisions import DecisionError
from engine.studio.foreign import Mending

KEY = "dmn_version"


def propose(content: bytes) -> tuple[Mending, ...]:
    """Return the change of a decision file to DMN 1.3; none if it is that, cannot be said so, or cannot be read."""
    try:
        edition = dmn_versions.as_edited(content)
    except DecisionError:
        return ()
    if not edition.is_rewritten:
        return ()
    problem = FieldProblem(
        "The file is DMN {version}; it becomes DMN 1.3, which the decision editor reads. Its answers stay the same.",
        code=KEY,
        version=edition.version,
    )
    return (Mending(KEY, "", problem),)


def obstacles(content: bytes) -> tuple[FieldProblem, ...]:
    """Return what keeps a decision file from opening in the editor: it stays a text."""
    try:
        return tuple(each.problem() for each in dmn_versions.as_edited(content).obstacles)
    except DecisionError:
        return ()


def mend(content: bytes) -> bytes:
    """Return a decision file, of which the change was proposed, as DMN 1.3."""
    return dmn_versions.as_edited(content).content
