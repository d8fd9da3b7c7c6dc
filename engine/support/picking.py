"""What of a request is still to be sent, what its forms offer and refuse, and what becomes of its lines."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.calendar.company import company_calendar
from engine.calendar.rules import local_date
from engine.catalogue import service as catalogue
from engine.errors import ConflictError, FieldProblem, InvalidInputError
from engine.process.topics import Parameter
from engine.samples import queries as samples
from engine.samples import reservations, rules
from engine.samples import service as ledger
from engine.samples.reservations import Reserved
from engine.samples.rules import FreeLot, Pick
from engine.support.requests import id_of, lines_of, shipments_of
from engine.support.tables import RequestLine, SupportRequest
from forms.model import Choice, FormDefinition, Text

RESERVE_FORM, SEND_FORM = "sample_reserve", "sample_send"
GIVES = (Parameter("allocation", "list", ("建议的批次和数量", "Lots and quantities proposed")),)


def today(session: Session, now: datetime) -> date:
    """Return the day in the company's zone, by which lots expire."""
    return local_date(company_calendar(session), now)


def left_of(session: Session, request_id: UUID) -> dict[str, int]:
    """Return how many of each item are neither sent, set aside nor given up."""
    left: dict[str, int] = {}
    for line in lines_of(session, request_id):
        left[line.item] = left.get(line.item, 0) + line.quantity - line.shipped - line.given_up
    for each in reservations.reserved_for(session, f"request:{request_id}"):
        left[each.item] = left.get(each.item, 0) - each.quantity
    return {item: quantity for item, quantity in left.items() if quantity > 0}


def owed_requests(session: Session, item: str) -> Sequence[UUID]:
    """Return the open requests to which the warehouse owes an item, the oldest first."""
    owed = RequestLine.quantity > RequestLine.shipped + RequestLine.given_up
    query = select(SupportRequest.id).join(RequestLine, RequestLine.request_id == SupportRequest.id)
    query = query.where(RequestLine.item == item, owed, SupportRequest.ended_at.is_(None))
    return session.scalars(query.distinct().order_by(SupportRequest.id)).all()


def picks_of(rows: Any) -> list[Pick]:
    """Read the rows of a form."""
    return [Pick(UUID(str(row["lot"])), int(row.get("quantity") or 0)) for row in rows or [] if row.get("lot")]


def give_up(session: Session, request_id: UUID, left: Mapping[str, int]) -> None:
    """Note that so many of each item will not be sent."""
    for line, quantity in _spread(session, request_id, left):
        line.given_up += quantity
    session.flush()  # what is left is read from the database


def revive(session: Session, request_id: UUID) -> None:
    """Owe again what was given up and not substituted: the requester has opened the request again."""
    lines = lines_of(session, request_id)
    for line in lines:
        substituted = sum(each.quantity for each in lines if each.substitute_for == line.item)
        line.given_up = min(line.given_up, substituted)
    session.flush()  # what is left is read from the database


def substitute(session: Session, request_id: UUID, left: Mapping[str, int], item: str) -> None:
    """Send so many of another item instead: the lines are given up and new ones added."""
    give_up(session, request_id, left)
    number = len(lines_of(session, request_id))
    for original, quantity in left.items():
        number += 1
        session.add(
            RequestLine(
                request_id=request_id,
                number=number,
                item=item,
                quantity=quantity,
                shipped=0,
                given_up=0,
                substitute_for=original,
            )
        )
    session.flush()  # what is left is read from the database


def count_as_sent(session: Session, request_id: UUID, sent: Sequence[Reserved]) -> None:
    """Add a shipment to the lines."""
    for line, quantity in _spread(session, request_id, _by_item(sent)):
        line.shipped += quantity


def count_as_lost(session: Session, request_id: UUID, sent: Sequence[Reserved]) -> None:
    """Take a lost shipment off the lines: it is owed again."""
    lost = _by_item(sent)
    for line in reversed(lines_of(session, request_id)):
        quantity = min(line.shipped, lost.get(line.item, 0))
        line.shipped -= quantity
        lost[line.item] = lost.get(line.item, 0) - quantity


def sent_rows(session: Session, request_id: UUID, sent: Sequence[Reserved]) -> list[dict[str, Any]]:
    """Return what was sent as rows of the handling record."""
    asked = {line.item: line.quantity for line in lines_of(session, request_id)}
    return [
        {"item": each.item, "quantity": asked.get(each.item, each.quantity), "shipped": each.quantity, "lot": each.lot}
        for each in sent
    ]


def lots_text(sent: Sequence[Reserved]) -> str:
    """Return the lots of a parcel that has no tracking number."""
    return ", ".join(dict.fromkeys(each.lot for each in sent))


def form_context(session: Session, _actor: Actor, business_key: str, now: datetime) -> Mapping[str, Any]:
    """Return what the form of the warehouse is filled with.

    Returns:
        allocation: rows of lot and quantity, first expiring first.
    """
    request_id = id_of(business_key)
    if request_id is None:
        return {"allocation": []}
    left = left_of(session, request_id)
    picks = rules.allocate(reservations.free_lots(session, left.keys()), left, today=today(session, now))
    return {"allocation": [{"lot": str(pick.lot_id), "quantity": pick.quantity} for pick in picks]}


def lot_choices(session: Session, _actor: Actor, business_key: str, *, now: datetime) -> Sequence[Choice]:
    """Return the free lots of what a request still asks for that keep for long enough."""
    request_id = id_of(business_key)
    if request_id is None:
        return []
    day = today(session, now)
    lots = reservations.free_lots(session, left_of(session, request_id).keys())
    fitting = {lot.lot_id: lot.free for lot in lots if rules.may_send(lot.expiry, today=day)}
    return _choices(session, fitting, ("可用", "free"))


def parcel_choices(session: Session, _actor: Actor, business_key: str) -> Sequence[Choice]:
    """Return the lots of a request's parcels that are under way."""
    request_id = id_of(business_key)
    under_way: dict[UUID, int] = {}
    for shipment in shipments_of(session, request_id) if request_id else ():
        if shipment.ended_at is None:
            for each in reservations.reserved_for(session, business_key, shipment_id=shipment.id):
                under_way[each.lot_id] = under_way.get(each.lot_id, 0) + each.quantity
    return _choices(session, under_way, ("已发", "sent"))


def check(
    session: Session, _actor: Actor, key: str, form: FormDefinition, values: Mapping[str, Any], *, now: datetime
) -> None:
    """Refuse what the warehouse cannot send; locks the request and the lots for the step.

    Raises:
        InvalidInputError: names each field.
        ConflictError: the request was cancelled meanwhile.
    """
    request_id = id_of(key) if form.key in {RESERVE_FORM, SEND_FORM} else None
    if request_id is None:
        return
    request = session.scalar(select(SupportRequest).where(SupportRequest.id == request_id).with_for_update())
    if request is None or request.ended_at is not None:
        raise ConflictError("This request was cancelled meanwhile.", code="request_cancelled")
    if form.key == RESERVE_FORM:
        errors = _problems(session, request_id, values, now)
        if errors:
            raise InvalidInputError(errors=errors)


def _problems(
    session: Session, request_id: UUID, values: Mapping[str, Any], now: datetime
) -> dict[str, list[FieldProblem]]:
    picks, left = picks_of(values.get("lots")), left_of(session, request_id)
    for lot_id in sorted({pick.lot_id for pick in picks}):
        ledger.lock_lot(session, lot_id)
    lots = reservations.free_lots(session, left.keys())
    by_id = {lot.lot_id: lot for lot in lots}
    errors: dict[str, list[FieldProblem]] = {}
    taken: dict[str, int] = {}
    for number, pick in enumerate(picks):
        lot = by_id.get(pick.lot_id, FreeLot(pick.lot_id, "", date.min, 0))
        taken[lot.item] = taken.get(lot.item, 0) + pick.quantity
        if [each.lot_id for each in picks].index(pick.lot_id) != number:
            errors[f"lots.{number}.lot"] = [FieldProblem("This lot stands in another row.", code="lot_twice")]
        elif pick.quantity > lot.free:
            errors[f"lots.{number}.quantity"] = [
                FieldProblem("Of this lot {free} are free.", code="samples_short", free=lot.free)
            ]
        elif taken[lot.item] > left.get(lot.item, 0):
            errors[f"lots.{number}.quantity"] = [
                FieldProblem("Only {left} are still to be sent.", code="too_many", left=left.get(lot.item, 0))
            ]
    day = today(session, now)
    if not errors and not values.get("note") and not rules.is_first_expiring(picks, lots, today=day):
        sentence = "Take the lot that expires first, or write why not."
        errors["note"] = [FieldProblem(sentence, code="not_first_expiring")]
    if values.get("rest") == "substitute" and values.get("substitute") in left:
        errors["substitute"] = [FieldProblem("Choose another item than what is missing.", code="same_item")]
    return errors


def _spread(session: Session, request_id: UUID, amounts: Mapping[str, int]) -> list[tuple[RequestLine, int]]:
    """Spread an amount of each item over the lines that still ask for it, in their order."""
    left, found = dict(amounts), []
    for line in lines_of(session, request_id):
        quantity = min(line.quantity - line.shipped - line.given_up, left.get(line.item, 0))
        if quantity > 0:
            left[line.item] -= quantity
            found.append((line, quantity))
    return found


def _by_item(sent: Sequence[Reserved]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in sent:
        found[each.item] = found.get(each.item, 0) + each.quantity
    return found


def _choices(session: Session, amounts: Mapping[UUID, int], words: tuple[str, str]) -> Sequence[Choice]:
    lots = samples.lot_names(session, amounts.keys())
    names = catalogue.product_names(session, {item for item, _lot, _expiry in lots.values()})
    return [
        Choice(
            str(lot_id),
            Text(
                f"{names.get(item, (item, item))[0]} · {lot} · 有效期至 {expiry} · {words[0]} {amounts[lot_id]}",
                f"{names.get(item, (item, item))[1]} · {lot} · until {expiry} · {amounts[lot_id]} {words[1]}",
            ),
        )
        for lot_id, (item, lot, expiry) in sorted(lots.items(), key=lambda entry: (entry[1][0], entry[1][2]))
    ]
