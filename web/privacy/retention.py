"""Retention: what is kept how long, what is over, deleting it, and the proof that every chain still holds."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.audit import sealing
from engine.evidence import verifying
from engine.people import queries as people
from engine.retention import queries, service
from web import context
from web.i18n import translate as _
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("operate_retention", __name__, template_folder="templates", url_prefix="/retention")


def chain_name(name: str) -> str:
    """Return what a chain of evidence is called."""
    return {
        verifying.CHECKS: _("Check events"),
        verifying.LOOKS: _("Looks at positions"),
        verifying.POSITIONS: _("Positions of check-ins"),
    }[name]


@blueprint.get("")
@policy(Role.ADMIN, Role.COMPLIANCE)
def overview() -> ResponseReturnValue:
    """Show every class of data, and the runs."""
    session, kept = context.session(), context.app().settings.kept_days
    return render_template(
        "privacy/retention.html",
        classes=queries.overview(session, kept, now=context.now()),
        runs=queries.runs(session),
        is_at_work=service.is_at_work(session, now=context.now()),
        is_admin=context.actor().has(Role.ADMIN),
    )


@blueprint.post("/runs")
@policy(Role.ADMIN, Role.COMPLIANCE)
@transactional
def start() -> ResponseReturnValue:
    """Delete what is over."""
    service.ask(context.session(), context.actor(), context.app().settings.kept_days, now=context.now())
    flash(_("What is over is being deleted."), "success")
    return redirect(url_for("operate_retention.overview"))


@blueprint.get("/chains")
@policy(Role.ADMIN, Role.COMPLIANCE)
def chains() -> ResponseReturnValue:
    """Verify the chains of check events, of looks at positions and of the audit."""
    session = context.session()
    evidence = verifying.verify_all(session)
    names = people.names(session, {link.user_id for link in evidence.broken})
    return render_template(
        "privacy/chains.html",
        evidence=evidence,
        broken=[(chain_name(link.chain), names.get(link.user_id, "–"), link.number) for link in evidence.broken],
        audit=sealing.verify(session),
    )
