"""Write what a person changed on a page of settings into the audit, in the transaction of the change."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from engine.audit import service as audit
from web import context


def changed(
    action: str,
    subject: tuple[str, Any],
    *,
    name: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Record one change; of two states only what differs is kept.

    Args:
        action: ``<area>.<verb>``, as ``operate.audit_words`` names it.
        before: plain values, see ``state_of``; no secrets. None: it is new.
    """
    old, new = dict(before or {}), dict(after or {})
    if before is not None:
        same = {key for key in old.keys() & new.keys() if old[key] == new[key]}
        old, new = ({key: value for key, value in each.items() if key not in same} for each in (old, new))
    audit.record(
        context.session(),
        context.actor(),
        action,
        subject=(subject[0], str(subject[1])[:200]),
        name=name,
        before=old if before is not None else None,
        after=new or None,
        now=context.now(),
    )


def state_of(row: Any, *names: str) -> dict[str, Any]:
    """Return attributes of an object as plain values: lists for collections, text for ids and days."""
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(str(each) for each in value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value) if not isinstance(value, UUID) else value.hex
