"""The edits of a repair, as pages send them and tables keep them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast
from uuid import UUID

from engine.bpmn.repair import ACTS, Act
from engine.bpmn.step import Edit
from engine.errors import InvalidInputError

DELIVERY_ACTS = ("redeliver", "give_up")


@dataclass(frozen=True)
class RepairEdit:
    """One edit: of the instance's tokens and variables, or of a delivery that failed.

    Args:
        edit: None for ``redeliver`` (try it again) and ``give_up``.
        incident: of the delivery.
    """

    act: Act | Literal["redeliver", "give_up"]
    edit: Edit | None = None
    incident: UUID | None = None

    def as_json(self, elements: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the edit as ``from_json`` reads it.

        Args:
            elements: by token, where it stood; kept beside the token, which says nothing once it is gone.
        """
        if self.edit is None:
            return {"act": self.act, "incident": str(self.incident)}
        found: dict[str, Any] = {
            "act": self.act,
            "token": self.edit.token,
            "to": self.edit.to,
            "values": dict(self.edit.values),
        }
        found["element"] = (elements or {}).get(self.edit.token)
        return {name: value for name, value in found.items() if value}


def edit(act: Act, *, token: str = "", to: str = "", values: Mapping[str, Any] | None = None) -> RepairEdit:
    """Return an edit of the tokens or variables."""
    return RepairEdit(act, Edit(act, token, to, dict(values or {})))


def from_json(values: Sequence[Any]) -> tuple[RepairEdit, ...]:
    """Return the edits that JSON describes.

    Raises:
        InvalidInputError: some of it is none.
    """
    return tuple(_one(each) for each in values)


def _one(given: Any) -> RepairEdit:
    unknown = InvalidInputError("There is no such edit.", code="edit_unknown")
    if not isinstance(given, Mapping):
        raise unknown
    act, values = given.get("act"), given.get("values") or {}
    if act in DELIVERY_ACTS:
        try:
            return RepairEdit(cast(Any, act), incident=UUID(str(given.get("incident"))))
        except ValueError as error:
            raise unknown from error
    token, to = given.get("token") or "", given.get("to") or ""
    if act not in ACTS or not (isinstance(values, Mapping) and isinstance(token, str) and isinstance(to, str)):
        raise unknown
    return edit(cast(Act, act), token=token, to=to, values=values)
