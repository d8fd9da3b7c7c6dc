"""The packet, the actions, and what makes the pages an app: worker, manifest, icons and the page without a network."""

from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import NotFoundError
from engine.offline import service as offline
from engine.offline.cases import business_key
from engine.offline.service import Answer
from engine.process import queries as process
from web import context
from web.i18n import locale, translate
from web.i18n import translate as _
from web.offline import case_view, icons, worker
from web.offline.packet import packet
from web.offline.reading import parcel
from web.security import csrf_token, policy
from web.transactions import transactional

blueprint = Blueprint("offline", __name__, template_folder="templates")

DAY_S = 86_400


@blueprint.get("/offline/packet")
@policy(Role.REP)
def get_packet() -> ResponseReturnValue:
    """Send what a phone carries for the coming days."""
    body = orjson.dumps(packet(context.session(), context.actor(), csrf_token=csrf_token()))
    return Response(body, mimetype="application/json")


@blueprint.post("/offline/actions")
@policy(Role.REP)
@transactional
def actions() -> ResponseReturnValue:
    """Take what was done without a network; answers for each what became of it."""
    device, incoming, sent = parcel(request.get_json(silent=True))
    answers = offline.receive(context.session(), context.actor(), device, incoming, sent, now=context.now())
    return jsonify(now=context.now().isoformat(), results=[_result(each) for each in answers])


@blueprint.get("/cases/<uuid:case_id>")
@policy()
def case(case_id: UUID) -> ResponseReturnValue:
    """Show both sides of a conflict to those whom it concerns."""
    session, actor = context.session(), context.actor()
    shown = case_view.gather(session, actor, case_id)
    key = business_key(case_id)
    mine = process.my_open_tasks_of(session, actor, [key])[key]
    return render_template(
        "offline/case.html", case=shown, task=mine[0] if mine else None, decided=case_view.decision(shown.state)
    )


@blueprint.get("/offline")
@policy(public=True)
def shell() -> ResponseReturnValue:
    """Show the page that works without a network; it holds nothing of anybody."""
    return render_template("offline/shell.html")


@blueprint.get("/sw.js")
@policy(public=True)
def service_worker() -> ResponseReturnValue:
    """Send the service worker with the list of files that it keeps."""
    return Response(worker.script(shell=url_for("offline.shell")), mimetype="text/javascript")


@blueprint.get("/manifest.webmanifest")
@policy(public=True)
def manifest() -> ResponseReturnValue:
    """Describe the app to a phone that installs it."""
    sizes = [("any", size) for size in icons.SIZES] + [("maskable", icons.SIZES[-1])]
    body: dict[str, Any] = {
        "name": _("Fieldflow"),
        "short_name": _("Fieldflow"),
        "description": _("Visits and support requests"),
        "lang": "zh-CN" if locale() == "zh" else "en",
        "id": "/",
        "start_url": "/?source=app",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f8f8",
        "theme_color": "#0a6e6b",
        "icons": [
            {
                "src": url_for("offline.icon", purpose=purpose, size=size),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for purpose, size in sizes
        ],
        "shortcuts": [
            {"name": _("Today"), "url": url_for("today.today")},
            {"name": _("New visit"), "url": url_for("visits.new")},
        ],
    }
    response = jsonify(body)
    response.content_type = "application/manifest+json"
    return response


@blueprint.get("/authority.crt")
@policy(public=True)
def authority() -> ResponseReturnValue:
    """Send the certificate that a phone must trust where this installation signs its own (``up --lan``)."""
    path = context.app().settings.tls_certificate
    if path is None or not path.with_name("authority.crt").exists():
        raise NotFoundError("This installation has no certificate of its own.", code="no_authority")
    return Response(path.with_name("authority.crt").read_bytes(), mimetype="application/x-x509-ca-cert")


@blueprint.get("/icons/<any(any, maskable):purpose>-<int:size>.png")
@policy(public=True)
def icon(purpose: str, size: int) -> ResponseReturnValue:
    """Send the app's icon in a size that phones ask for."""
    response = Response(icons.png(size, is_maskable=purpose == "maskable"), mimetype="image/png")
    response.headers["Cache-Control"] = f"public, max-age={DAY_S}"
    return response


def _result(answer: Answer) -> dict[str, Any]:
    why = translate(answer.template, **(answer.params or {})) if answer.template else ""
    return {
        "id": str(answer.id),
        "state": str(answer.state),
        "code": answer.code,
        "why": why,
        "case": str(answer.case_id) if answer.case_id else None,
    }
