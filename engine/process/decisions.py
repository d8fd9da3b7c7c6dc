"""Ask a decision table of the newest version of a process, where no instance asks it: the tables stay editable."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.errors import NotFoundError
from engine.feel.decisions import decide
from engine.feel.expressions import Scope
from engine.process import bundles


def ask(
    session: Session, process_key: str, decision: str, variables: Mapping[str, Any], *, now: datetime, time_zone: str
) -> Any:
    """Return the result of a decision.

    Raises:
        NotFoundError: the process is not deployed, or has no such decision.
        FeelError: the table cannot be evaluated on these values.
    """
    _definition_id, bundle = bundles.latest(session, process_key)
    model = bundle.decisions.get(decision)
    if model is None:
        raise NotFoundError("The process {key} has no decision {name}.", key=process_key, name=decision)
    return decide(model, decision, Scope(variables, bundle.model.variables, now, time_zone))
