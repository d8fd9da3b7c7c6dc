"""What an admin sets up: webhooks with their deliveries, chat rooms, and the texts of notices."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import FieldflowError, FieldProblem, InvalidInputError
from engine.notifications import hooks, rooms, rules, texts
from web import audit, context
from web.i18n import explain, translate
from web.i18n import translate as _
from web.labels import Label, group_names
from web.notifications.labels import kind_label, kind_labels
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("notices", __name__, template_folder="templates")
blueprint.app_template_global()(kind_label)

Errors = dict[str, list[FieldProblem]]


@dataclass(frozen=True)
class Typed:
    """The form of a webhook or a chat room as typed."""

    name: str = ""
    url: str = ""
    address: str = ""
    kinds: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    locale: str = "zh"
    is_active: bool = True


@blueprint.get("/notices/webhooks")
@policy(Role.ADMIN)
def webhooks() -> ResponseReturnValue:
    """List the webhooks."""
    return render_template("notifications/webhooks.html", rows=hooks.hooks(context.session()))


@blueprint.get("/notices/webhooks/new")
@policy(Role.ADMIN)
def new_webhook() -> ResponseReturnValue:
    """Show the form of a new webhook."""
    return _hook_form(None, Typed(), {})


@blueprint.get("/notices/webhooks/<uuid:hook_id>")
@policy(Role.ADMIN)
def webhook(hook_id: UUID) -> ResponseReturnValue:
    """Show a webhook with its latest deliveries."""
    row = hooks.hook(context.session(), hook_id)
    return _hook_form(hook_id, Typed(row.name, row.url, kinds=tuple(row.kinds), is_active=row.is_active), {})


@blueprint.post("/notices/webhooks/new", endpoint="add_webhook")
@blueprint.post("/notices/webhooks/<uuid:hook_id>", endpoint="change_webhook")
@policy(Role.ADMIN)
def save_webhook(hook_id: UUID | None = None) -> ResponseReturnValue:
    """Add a webhook, or change one, if its address may be posted to."""
    typed = _typed()
    errors = hooks.problems(typed.name, typed.url, typed.kinds)
    if "url" not in errors:
        try:
            context.app().channels.outbound.check(typed.url.strip())
        except FieldflowError as error:
            errors["url"] = [FieldProblem(error.template, code=error.code, **error.params)]
    return (_hook_form(hook_id, typed, errors), 422) if errors else _save_hook(hook_id, typed)


save_webhook.is_transactional = True  # type: ignore[attr-defined]  # _save_hook is; before it names are looked up


@transactional
def _save_hook(hook_id: UUID | None, typed: Typed) -> ResponseReturnValue:
    session = context.session()
    before = _hook_state(hook_id) if hook_id else None
    saved = hooks.save(
        session, hook_id, name=typed.name, url=typed.url, kinds=typed.kinds, is_active=typed.is_active,
        now=context.now(),
    )  # fmt: skip
    session.flush()  # the state below is read from the database
    act = "webhook.changed" if hook_id else "webhook.added"
    audit.changed(act, ("webhook", saved), name=typed.name, before=before, after=_hook_state(saved))
    flash(_("Saved."), "success")
    return redirect(url_for("notices.webhook", hook_id=saved))


def _hook_state(hook_id: UUID) -> dict[str, Any]:
    # The path of an address may hold a secret of the receiver.
    row = hooks.hook(context.session(), hook_id)
    return {**audit.state_of(row, "name", "kinds", "is_active"), "address": urlsplit(row.url).hostname}


@blueprint.post("/notices/webhooks/<uuid:hook_id>/replay/<uuid:delivery_id>")
@policy(Role.ADMIN)
@transactional
def replay(hook_id: UUID, delivery_id: UUID) -> ResponseReturnValue:
    """Send an event again."""
    hooks.replay(context.session(), hook_id, delivery_id, now=context.now())
    name = hooks.hook(context.session(), hook_id).name
    audit.changed("webhook.replayed", ("webhook", hook_id), name=name, after={"delivery": str(delivery_id)})
    flash(_("It is sent again."), "success")
    return redirect(url_for("notices.webhook", hook_id=hook_id, _anchor="deliveries"))


@blueprint.get("/notices/rooms", endpoint="rooms")
@policy(Role.ADMIN)
def room_list() -> ResponseReturnValue:
    """List the chat rooms."""
    return render_template("notifications/rooms.html", rows=rooms.rooms(context.session()), groups=group_names())


@blueprint.get("/notices/rooms/new")
@policy(Role.ADMIN)
def new_room() -> ResponseReturnValue:
    """Show the form of a new chat room."""
    return _room_form(None, Typed(), {})


@blueprint.get("/notices/rooms/<uuid:room_id>")
@policy(Role.ADMIN)
def room(room_id: UUID) -> ResponseReturnValue:
    """Show a chat room."""
    row = rooms.room(context.session(), room_id)
    typed = Typed(row.name, kinds=row.kinds, groups=row.groups, locale=row.locale, is_active=row.is_active)
    return _room_form(room_id, typed, {})


@blueprint.post("/notices/rooms/new", endpoint="add_room")
@blueprint.post("/notices/rooms/<uuid:room_id>", endpoint="change_room")
@policy(Role.ADMIN)
def save_room(room_id: UUID | None = None) -> ResponseReturnValue:
    """Add a chat room, or change one."""
    typed = _typed()
    try:
        return _save_room(room_id, typed)
    except InvalidInputError as error:
        return _room_form(room_id, typed, error.errors), 422


save_room.is_transactional = True  # type: ignore[attr-defined]  # _save_room is; the page after a mistake only reads


@transactional
def _save_room(room_id: UUID | None, typed: Typed) -> ResponseReturnValue:
    session = context.session()
    before = _room_state(room_id) if room_id else None
    saved = rooms.save(
        session, room_id, name=typed.name, address=typed.address, kinds=typed.kinds, groups=typed.groups,
        locale=typed.locale, is_active=typed.is_active, now=context.now(),
    )  # fmt: skip
    session.flush()  # the state below is read from the database
    act = "room.changed" if room_id else "room.added"
    audit.changed(act, ("room", saved), name=typed.name, before=before, after=_room_state(saved))
    flash(_("Saved."), "success")
    return redirect(url_for("notices.room", room_id=saved))


def _room_state(room_id: UUID) -> dict[str, Any]:
    row = rooms.room(context.session(), room_id)
    return {**audit.state_of(row, "name", "kinds", "groups", "locale", "is_active"), "address": row.masked}


@blueprint.post("/notices/rooms/<uuid:room_id>/try")
@policy(Role.ADMIN)
@transactional
def try_room(room_id: UUID) -> ResponseReturnValue:
    """Write a first message into the room."""
    rooms.try_out(context.session(), room_id, now=context.now())
    audit.changed("room.tried", ("room", room_id), name=rooms.room(context.session(), room_id).name)
    flash(_("A message is on its way to the room."), "success")
    return redirect(url_for("notices.room", room_id=room_id))


@blueprint.get("/notices/texts", endpoint="texts")
@policy(Role.ADMIN)
def text_list() -> ResponseReturnValue:
    """List the texts of notices."""
    return render_template("notifications/texts.html", rows=texts.all_texts(context.session()))


@blueprint.get("/notices/texts/<template>")
@policy(Role.ADMIN)
def text(template: str) -> ResponseReturnValue:
    """Show one text with a preview."""
    row = texts.text_of(context.session(), template)
    return _text_form(row, row.zh, row.en, {})


@blueprint.post("/notices/texts/<template>")
@policy(Role.ADMIN)
def save_text(template: str) -> ResponseReturnValue:
    """Keep a text, show its preview, or return to the original."""
    row = texts.text_of(context.session(), template)
    zh, en = request.form.get("zh", ""), request.form.get("en", "")
    act = request.form.get("act", "")
    try:
        if act != "preview":
            return _save_text(template, zh, en, is_reset=act == "reset")
        texts.check(template, zh, en)
    except InvalidInputError as error:
        return _text_form(row, zh, en, error.errors), 422
    return _text_form(row, zh, en, {})


save_text.is_transactional = True  # type: ignore[attr-defined]  # _save_text is; a preview only reads


@transactional
def _save_text(template: str, zh: str, en: str, *, is_reset: bool) -> ResponseReturnValue:
    before = audit.state_of(texts.text_of(context.session(), template), "zh", "en")
    if is_reset:
        texts.reset(context.session(), template)
        flash(_("The original text holds again."), "success")
    else:
        texts.change(context.session(), context.actor(), template, zh=zh, en=en, now=context.now())
        flash(_("Saved."), "success")
    context.session().flush()  # the state below is read from the database
    after = audit.state_of(texts.text_of(context.session(), template), "zh", "en")
    audit.changed("notice.text_changed", ("notice", template), name=template, before=before, after=after)
    return redirect(url_for("notices.text", template=template))


@blueprint.app_template_global()
def delivery_label(state: str) -> Label:
    """Return the label of a delivery's state."""
    labels = {
        "done": Label(_("Delivered"), "success", "check"),
        "failed": Label(_("Given up"), "danger", "alert"),
        "pending": Label(_("Is tried again"), "warning", "clock"),
    }
    return labels.get(state, Label(state))


def _typed() -> Typed:
    form = request.form
    return Typed(
        form.get("name", ""), form.get("url", ""), form.get("address", ""), tuple(form.getlist("kinds")),
        tuple(form.getlist("groups")), form.get("locale", "zh"), form.get("is_active") == "1",
    )  # fmt: skip


def _hook_form(hook_id: UUID | None, typed: Typed, errors: Errors) -> str:
    session = context.session()
    return render_template(
        "notifications/webhook.html",
        found=hooks.hook(session, hook_id) if hook_id else None,
        sent=[(each, translate(each.error)) for each in hooks.sent(session, hook_id)] if hook_id else (),
        typed=typed,
        kinds=[(kind, name) for kind, (name, _hint) in kind_labels().items()],
        errors=_sentences(errors),
    )


def _room_form(room_id: UUID | None, typed: Typed, errors: Errors) -> str:
    return render_template(
        "notifications/room.html",
        found=rooms.room(context.session(), room_id) if room_id else None,
        typed=typed,
        kinds=[(kind, name) for kind, (name, _hint) in kind_labels().items()],
        groups=list(group_names().items()),
        errors=_sentences(errors),
    )


def _text_form(row: texts.TextRow, zh: str, en: str, errors: Errors) -> str:
    shown = ("", "") if errors else texts.preview(row.template, zh, en)
    return render_template(
        "notifications/text.html",
        row=row,
        typed={"zh": zh, "en": en},
        shown=shown,
        known=sorted(rules.placeholders(row.template)),
        errors=_sentences(errors),
    )


def _sentences(errors: Errors) -> dict[str, str]:
    return {path: explain(problems[0]) for path, problems in errors.items()}
