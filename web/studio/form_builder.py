"""The builder of a draft's forms: its page, what the server says of a form as it stands there, a new form."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import ConflictError, InvalidInputError
from engine.process import definitions as stored
from engine.process import topics
from engine.process.topics import Parameter
from engine.studio import drafts, form_uses
from engine.studio.drafts import DraftRow, FileRow
from forms import definition, lint, render
from forms.components import KINDS, holds_components
from forms.context import context_names
from forms.kinds.options import SelectKind
from forms.limits import MAX_DEFINITION_DEPTH, is_deeper_than
from forms.model import Finding, FormDefinition, FormError
from forms.property_shapes import WORDS
from web import context
from web.i18n import LOCALES, catalogue, locale
from web.security import policy
from web.studio import editor_data
from web.studio.blueprint import blueprint
from web.studio.bodies import text
from web.studio.form_examples import example_choices
from web.studio.form_words import builder_texts, families, property_words, type_words, word_words
from web.transactions import transactional
from web.value_fields import json_of

_NEW = {
    "component": {"zh": "新的一项", "en": "New component"},
    "option": {"zh": "选项", "en": "Option"},
}
_KEY = re.compile(r"[a-z][a-z0-9_]{0,49}")


def is_outline(content: bytes) -> bool:
    """Tell whether the builder can show a file: an object with a list of components, however wrong they are."""
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        return False
    return isinstance(document, dict) and isinstance(document.get("components"), list)


def page(draft: DraftRow, files: Mapping[str, FileRow], name: str) -> str:
    """Return the builder with a file of a draft."""
    types = type_words()
    language = 1 if locale() == "en" else 0
    data = {
        **editor_data.of_draft(draft, files, name),
        "lookUrl": url_for("studio.look_at_form", draft_id=draft.id, name=name),
        "types": [_type(type_, types[type_]) for type_ in KINDS],
        "families": families(),
        "words": {shape: [{"value": word, "label": word_words()[word]} for word in WORDS[shape]] for shape in WORDS},
        "properties": property_words(),
        "sources": [{"value": name, "label": topics.choice_label(name)[language]} for name in topics.choice_names()],
        "context": [_value(value, language) for value in topics.context_values()],
        "prefill": [_value(value, language) for value in topics.prefill_values()],
        "newWords": _NEW,
        "today": context.now().date().isoformat(),
        "builder": builder_texts(),
    }
    return render_template("studio/builder.html", draft=draft, file=files[name], data=data)


def _type(type_: str, label: str) -> dict[str, Any]:
    kind = KINDS[type_]
    return {
        "type": type_,
        "label": label,
        "hasValue": kind.has_value,
        "holds": holds_components(kind),
        "chooses": isinstance(kind, SelectKind),
        "source": kind.default_source if isinstance(kind, SelectKind) else "",
        "macro": kind.macro,
        "shapes": dict(kind.props),
    }


def _value(value: Parameter, language: int) -> dict[str, Any]:
    return {
        "name": value.name,
        "label": value.label[language],
        "type": value.type,
        "options": [{"value": key, "label": words[language]} for key, words in value.choices.items()],
    }


@blueprint.post("/studio/drafts/<uuid:draft_id>/look/<path:name>")
@policy(Role.ADMIN)
def look_at_form(draft_id: UUID, name: str) -> ResponseReturnValue:
    """Return how a form looks as it stands in the builder, what is wrong with it, and where its fields are named."""
    row = drafts.draft(context.session(), draft_id)
    files = drafts.contents(context.session(), draft_id)
    document = _document(text("content"))
    form, findings = _parsed(document)
    shown = text("locale", required=False) or locale()
    known = form_uses.field_names(document)
    base = stored.definition_files(context.session(), row.base_definition_id) if row.base_definition_id else {}
    before = [*form_uses.field_names(_saved(base.get(name))), *form_uses.field_names(_saved(files.get(name)))]
    named = form_uses.uses(files, name.removesuffix(".json"), list(dict.fromkeys([*before, *known])))
    return jsonify(
        html=_preview(form, shown if shown in LOCALES else locale()) if form else None,
        context=sorted(context_names(form) - {"timezone"}) if form else None,
        findings=[{"path": each.path, "code": each.code, "text": each.text(locale())} for each in findings],
        uses={field: [_use(use) for use in places] for field, places in named.items() if field in known},
        gone={field: [_use(use) for use in places] for field, places in named.items() if field not in known},
    )


look_at_form.is_transactional = True  # type: ignore[attr-defined]  # it writes nothing: a POST because a form is large


def _document(content: str) -> Any:
    document = json_of(content)
    if is_deeper_than(document, MAX_DEFINITION_DEPTH):
        raise InvalidInputError("The form is nested too deeply.", code="too_deep")
    return document


def _saved(content: bytes | None) -> Any:
    return orjson.loads(content) if content is not None and is_outline(content) else None


def _parsed(document: Any) -> tuple[FormDefinition | None, list[Finding]]:
    try:
        form = definition.parse(document)
    except FormError as error:
        return None, error.findings
    return form, lint.lint(form, sources=topics.choice_names())


def _preview(form: FormDefinition, shown: str) -> str:
    words = catalogue(shown) if shown != "en" else {}
    zone = context.actor().time_zone
    today = context.now().astimezone(ZoneInfo(zone)).date().isoformat()
    view = render.view(
        form,
        {},
        locale=shown,
        choices=example_choices(form),
        context={"today": today, **_tried(), "timezone": zone},
        translate=lambda sentence: words.get(sentence, sentence),
    )
    return render_template("studio/preview.html", view=view)


def _tried() -> dict[str, Any]:
    """Return the values of the surroundings that somebody tries a form with."""
    body = request.get_json(silent=True)
    given = body.get("context") if isinstance(body, dict) else None
    values = given.items() if isinstance(given, dict) else ()
    return {name: value for name, value in values if isinstance(value, str | bool | int | float)}


def _use(use: form_uses.Use) -> str:
    return " · ".join(part for part in (use.file, use.name or use.element) if part)


@blueprint.post("/studio/drafts/<uuid:draft_id>/forms")
@policy(Role.ADMIN)
@transactional
def add_form(draft_id: UUID) -> ResponseReturnValue:
    """Put a new form with one field into a draft, and open it."""
    key, zh, en = (request.form.get(name, "").strip() for name in ("key", "title_zh", "title_en"))
    if not _KEY.fullmatch(key):
        raise InvalidInputError("A key is written with a-z, 0-9 and _, beginning with a letter.", code="form_key")
    if not zh or not en:
        raise InvalidInputError("Write the title in Chinese and in English.", code="form_title")
    name = f"{key}.json"
    if name in drafts.files(context.session(), draft_id):
        raise ConflictError("The draft has a form of that key already.", code="form_exists")
    first = {"type": "text", "key": "text", "label": {"zh": "文字", "en": "Text"}}
    form = {"key": key, "version": 1, "title": {"zh": zh, "en": en}, "components": [first]}
    content = orjson.dumps(form, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    drafts.save_file(context.session(), context.actor(), draft_id, name, content, revision=0, now=context.now())
    return redirect(url_for("studio.edit_file", draft_id=draft_id, name=name), 303)
