"""A rep counts what they hold, once a month: a difference needs a reason and corrects the ledger."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import InvalidInputError
from engine.samples import counts, queries, rules
from engine.samples.counts import Counted
from web import context
from web.i18n import explain
from web.i18n import translate as _
from web.samples.views import blueprint, item_names
from web.security import policy
from web.transactions import transactional

__all__ = ["blueprint"]


@blueprint.get("/samples/count")
@policy(Role.REP)
def count() -> ResponseReturnValue:
    """Show what the reader should hold, to be counted."""
    return _form()


@blueprint.post("/samples/count")
@policy(Role.REP)
def store_count() -> ResponseReturnValue:
    """Store the count."""
    try:
        return _store_count()
    except InvalidInputError as error:
        return _form(error), 422


store_count.is_transactional = True  # type: ignore[attr-defined]  # _store_count is; the page after a mistake only reads


@transactional
def _store_count() -> ResponseReturnValue:
    differing = counts.count_stock(context.session(), context.actor(), _counted(), now=context.now())
    if differing:
        flash(_("Counted. {n} lots differed; the ledger is corrected.", n=differing), "success")
    else:
        flash(_("Counted: everything is there."), "success")
    return redirect(url_for("samples.mine"))


def _form(error: InvalidInputError | None = None) -> str:
    session, actor = context.session(), context.actor()
    assert actor.user_id is not None, "the system holds no samples"
    rows = queries.stock_of(session, rules.rep(actor.user_id))
    return render_template(
        "samples/count.html",
        rows=rows,
        items=item_names({row.item for row in rows}),
        typed=request.form,
        last=counts.last_counted_at(session, actor.user_id),
        errors={path: explain(problems[0]) for path, problems in error.errors.items()} if error else {},
    )


def _counted() -> dict[UUID, Counted]:
    found: dict[UUID, Counted] = {}
    for name, text in request.form.items():
        kind, _separator, lot = name.partition("_")
        if kind != "count" or not (text.strip().isascii() and text.strip().isdecimal() and len(text) < 9):
            continue
        try:
            found[UUID(lot)] = Counted(int(text), request.form.get(f"reason_{lot}", ""))
        except ValueError:
            continue  # no lot of anybody's
    return found
