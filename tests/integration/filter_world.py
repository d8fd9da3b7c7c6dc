"""Tasks of every kind for tests of filters, and what a filter means in plain Python."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.access import Actor, group_principal, user_principal
from engine.ids import new_id
from engine.process.inboxes import put_in_inboxes
from engine.process.tables import UserTask

TEXTS = (
    "", None, "仁济医院", "长征药房", "Ruijin 100%", "ruijin 100%", "a_b", "Ärzte", "样品;急", "x,y:z", "SR-7", "\\n",
)  # fmt: skip
WORDS = ("仁济", "100%", "R0", "sr-7", "ÄRZTE", "a_b", "r-")
NUMBERS = (None, 0.0, -1.5, 3.0, 3.25, 1e9, 42.0)
PROCESSES = ("support_request", "visit", "three_tasks")
ELEMENTS = ("triage", "answer", "confirm")


@dataclass(frozen=True)
class Seen:
    """A task as the test knows it, and the groups that it is offered to."""

    id: UUID
    fields: dict[str, Any]


def fill(session: Session, instance_id: UUID, actor: Actor, *, now: datetime, count: int, seed: int) -> list[Seen]:
    """Store tasks, most of them the actor's; return the actor's."""
    chance, seen, rows = random.Random(seed), [], []
    assert actor.user_id is not None
    stranger = new_id()

    def moment(*, may_lack: bool = True) -> datetime | None:
        if may_lack and chance.random() < 0.2:
            return None
        # Around the edges of days and of "soon", on both sides.
        return now + timedelta(minutes=chance.choice([-3000, -1, 0, 1, 119, 120, 121, 900, 1439, 1440, 5000, 20000]))

    for number in range(count):
        group = chance.choice([*sorted(actor.groups), "foreign"])
        assignee = chance.choice([None, None, actor.user_id, stranger])
        fields: dict[str, Any] = {
            "process": chance.choice(PROCESSES),
            "element": chance.choice(ELEMENTS),
            "priority": chance.randint(1, 4),
            "assignee": assignee,
            "group": group,
            "due": moment(),
            "follow_up": moment(),
            "created": moment(may_lack=False),
            "subject": f"R{number:05d} {chance.choice(TEXTS) or ''}",
            "text_1": chance.choice(TEXTS),
            "text_2": chance.choice(TEXTS),
            "text_3": chance.choice(TEXTS),
            "number_1": chance.choice(NUMBERS),
            "date_1": moment(),
        }
        task = UserTask(
            id=new_id(), instance_id=instance_id, token="1", element_id=fields["element"],
            process_key=fields["process"], business_key=f"request:{new_id()}", name="步骤", state="open",
            candidates=[group_principal(group)], assignee_id=assignee, due_at=fields["due"],
            follow_up_at=fields["follow_up"], created_at=fields["created"], subject=fields["subject"],
            text_1=fields["text_1"], text_2=fields["text_2"], text_3=fields["text_3"], number_1=fields["number_1"],
            date_1=fields["date_1"], priority=fields["priority"], is_optional=False,
        )  # fmt: skip
        rows.append(task)
        number_of = f"r-{task.business_key.replace('-', '')[-8:]}"
        texts = [fields["subject"], *(fields[f"text_{each}"] or "" for each in (1, 2, 3)), number_of]
        fields["search"] = " ".join(text for text in texts if text)
        holder = user_principal(assignee) if assignee else group_principal(group)
        if holder in actor.principals:
            seen.append(Seen(task.id, fields))
    session.add_all(rows)
    session.flush()  # the inboxes refer to the tasks
    put_in_inboxes(session, rows)
    return seen


def matches(seen: Seen, field: str, operator: str, values: list[str], actor: Actor, now: datetime) -> bool:
    """Tell whether a task fits one condition: written from the words of the filter, not from its SQL."""
    value = seen.fields.get(field)
    if operator == "empty":
        return value is None or value == ""
    if operator == "filled":
        return value is not None and value != ""
    if field == "deadline":
        found = _deadline(seen.fields["due"], now) in values
        return not found if operator == "not_in" else found
    if field == "search":
        return all(word in value.casefold() for word in values[0].casefold().split())
    if field == "priority":
        values = [each[1:] for each in values]
        value = str(value)
    if field == "assignee":
        values = [str(actor.user_id) if each == "me" else each for each in values]
        value = str(value) if value else None
    if isinstance(value, datetime) or field in {"due", "follow_up", "created", "date_1"}:
        return value is not None and _date(value, operator, values, actor, now)
    if field == "number_1":
        return _number(value, operator, [float(each) for each in values])
    if operator == "not_in":
        return value not in values
    if operator == "in" and field not in {"text_1", "text_2", "text_3", "subject"}:
        return value in values
    return _text(value, operator, values)


def _ascii_lower(text: str) -> str:
    return "".join(chr(ord(letter) + 32) if "A" <= letter <= "Z" else letter for letter in text)


def _text(value: str | None, operator: str, values: list[str]) -> bool:
    wanted = [_ascii_lower(each) for each in values]
    if operator == "is_not":
        return value is None or _ascii_lower(value) != wanted[0]
    if value is None:
        return False
    folded = _ascii_lower(value)
    return {
        "is": folded == wanted[0], "contains": wanted[0] in folded, "starts": folded.startswith(wanted[0]),
        "in": folded in wanted,
    }[operator]  # fmt: skip


def _number(value: float | None, operator: str, wanted: list[float]) -> bool:
    if value is None:
        return operator == "ne"
    return {
        "eq": value == wanted[0], "ne": value != wanted[0], "lt": value < wanted[0], "le": value <= wanted[0],
        "gt": value > wanted[0], "ge": value >= wanted[0], "between": min(wanted) <= value <= max(wanted),
    }[operator]  # fmt: skip


def _date(value: datetime, operator: str, values: list[str], actor: Actor, now: datetime) -> bool:
    zone = ZoneInfo(actor.time_zone)
    day, today = value.astimezone(zone).date(), now.astimezone(zone).date()
    if operator == "last":
        return today - timedelta(days=int(values[0]) - 1) <= day <= today
    if operator == "next":
        return today <= day < today + timedelta(days=int(values[0]))
    days = sorted(date.fromisoformat(each) for each in values)
    return {
        "before": day < days[0], "after": day > days[0], "on": day == days[0], "between": days[0] <= day <= days[-1],
    }[operator]  # fmt: skip


def _deadline(due: datetime | None, now: datetime) -> str:
    if due is None:
        return "none"
    minutes = (due - now) / timedelta(minutes=1)
    return "late" if minutes < 0 else "soon" if minutes < 120 else "today" if minutes < 1440 else "later"


def random_condition(chance: random.Random, actor: Actor, now: datetime) -> tuple[str, str, list[str]]:
    """Return a field, an operator that it takes, and values."""
    from engine.process.filters import FIELDS, Kind, operators_of

    field = chance.choice(sorted(FIELDS))
    operator = chance.choice(operators_of(field))
    if operator in {"empty", "filled"}:
        return field, operator, []
    many = chance.randint(1, 3)
    match FIELDS[field]:
        case Kind.TEXT:
            texts = [text for text in TEXTS if text] + ["R000", "医院", "100%", "RUI", "_", "ä"]
            return field, operator, chance.sample(texts, many if operator == "in" else 1)
        case Kind.WORDS:
            return (
                field,
                operator,
                [" ".join(chance.sample(WORDS, many))],
            )
        case Kind.NUMBER:
            numbers = [str(each) for each in NUMBERS if each is not None] + ["3.1", "-7"]
            return field, operator, chance.sample(numbers, 2 if operator == "between" else 1)
        case Kind.DATE:
            if operator in {"last", "next"}:
                return field, operator, [str(chance.randint(1, 20))]
            days = [(now + timedelta(days=chance.randint(-4, 15))).date().isoformat() for _each in range(2)]
            return field, operator, days if operator == "between" else days[:1]
    words = {
        "process": PROCESSES, "element": ELEMENTS, "deadline": ("late", "soon", "today", "later", "none"),
        "priority": ("P1", "P2", "P3", "P4"), "group": (*sorted(actor.groups), "nobody"),
        "assignee": ("me", str(actor.user_id), str(new_id())),
    }  # fmt: skip
    return field, operator, chance.sample(words[field], min(many, len(words[field])))
