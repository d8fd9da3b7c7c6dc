"""The warehouse of samples: stock by item and lot, deliveries, what left the ledger, and every movement."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.catalogue import service as catalogue
from engine.errors import InvalidInputError
from engine.people import queries as people
from engine.samples import queries, rules
from engine.support import fulfilment
from web import audit, context
from web.i18n import explain, locale
from web.i18n import translate as _
from web.labels import Label
from web.samples.views import SOON_DAYS, item_names
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("warehouse", __name__, template_folder="templates")

PAGE_SIZE = 50
DESK = (Role.OPS, Role.ADMIN)


@blueprint.get("/warehouse")
@policy(*DESK)
def stock() -> ResponseReturnValue:
    """Show what there is, by item and lot, and the form of a delivery."""
    return _stock()


@blueprint.post("/warehouse/deliveries")
@policy(*DESK)
def receive() -> ResponseReturnValue:
    """Take a delivery; backorders of the item are told."""
    try:
        return _receive()
    except InvalidInputError as error:
        return _stock(error), 422


receive.is_transactional = True  # type: ignore[attr-defined]  # _receive is; the page after a mistake only reads


@transactional
def _receive() -> ResponseReturnValue:
    form = request.form
    fulfilment.receive_stock(
        context.session(), context.actor(), item=form.get("item", ""), lot=form.get("lot", ""),
        expiry=_day(form.get("expiry", "")), quantity=_number(form.get("quantity", "")), now=context.now(),
    )  # fmt: skip
    received = {name: form.get(name, "") for name in ("item", "lot", "expiry", "quantity")}
    audit.changed("stock.received", ("item", form.get("item", "")), name=form.get("item", ""), after=received)
    flash(
        _("Taken into the warehouse: {quantity} of lot {lot}.", quantity=form["quantity"], lot=form["lot"]), "success"
    )
    return redirect(url_for("warehouse.stock"))


@blueprint.get("/warehouse/movements")
@policy(*DESK)
def movements() -> ResponseReturnValue:
    """Show the ledger, the newest first, of all lots or of one."""
    session = context.session()
    lot_id, after = _uuid(request.args.get("lot", "")), _uuid(request.args.get("after", ""))
    rows = queries.movements(session, lot_id=lot_id, after=after, limit=PAGE_SIZE + 1)
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    involved = {row.by for row in rows if row.by} | {
        row.holder_id for row in rows if row.holder_kind == rules.HolderKind.REP
    }
    return render_template(
        "warehouse/movements.html",
        rows=rows,
        items=item_names({row.item for row in rows}),
        names=people.names(session, involved),
        lot=queries.lot_names(session, [lot_id]).get(lot_id) if lot_id else None,
        lot_id=lot_id,
        next_key=rows[-1].id if more else None,
    )


def _stock(error: InvalidInputError | None = None) -> str:
    session, actor = context.session(), context.actor()
    rows = queries.warehouse(session)
    return render_template(
        "warehouse/stock.html",
        rows=rows,
        items=item_names({row.item for row in rows}),
        today=context.local_now().date(),
        soon_days=SOON_DAYS,
        products=[(each.value, each.label.text(locale())) for each in catalogue.sample_choices(session, actor, "")],
        typed={name: request.form.get(name, "") for name in ("item", "lot", "expiry", "quantity")},
        errors={path: explain(problems[0]) for path, problems in error.errors.items()} if error else {},
    )


def movement_label(kind: str) -> Label:
    """Return the label of a movement's kind."""
    labels = {
        "receive": Label(_("Delivery"), "success", "plus"),
        "issue": Label(_("To a rep"), "info", "arrow"),
        "drop": Label(_("Handed out"), "violet", "hand"),
        "return": Label(_("Returned"), "", "back"),
        "adjust": Label(_("Corrected"), "warning", "edit"),
    }
    return labels.get(kind, Label(kind))


@blueprint.app_context_processor
def _labels() -> dict[str, object]:
    return {"movement_label": movement_label}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.strip().isascii() and text.strip().isdecimal() and len(text) < 9 else 0


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
