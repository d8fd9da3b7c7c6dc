"""Read what a browser posts: names such as ``lines.0.quantity`` become the JSON shape that ``validate`` takes."""

from collections.abc import Mapping, Sequence
from typing import Any

from forms.components import blank_of, is_list, kind_of
from forms.conditions import is_empty
from forms.kinds.structure import MAX_ROWS
from forms.model import Component, FormDefinition, level

IGNORED = frozenset({"csrf_token", "submission_id"})
_MAX_INDEX_DIGITS = 4


def from_html(definition: FormDefinition, form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a form post, unchecked; what cannot be read stays as it was typed.

    Rows without any value are left out. Names that the definition does not have stay in the result, so that
    ``validate`` refuses them, except those beginning with ``_``, ``csrf_token``, ``submission_id`` and the
    ``….upload`` parts of files, which the web layer stores and adds with ``with_uploads``.

    Args:
        form: name to list of texts; Werkzeug's ``MultiDict`` fits too.
    """
    texts = _lists(form)
    reader = _Reader(texts)
    values = reader.level(definition.components, "")
    for name in texts:
        if (
            name not in reader.used
            and name not in IGNORED
            and not name.startswith("_")
            and not name.endswith(".upload")
        ):
            values[name] = texts[name]
    return values


def with_uploads(form: Mapping[str, Any], uploads: Sequence[tuple[str, str, str]]) -> dict[str, list[str]]:
    """Return a form post with files added that came as multipart parts.

    Args:
        uploads: ``(part name such as "photos.upload", sha-256, file name)`` of each stored file.
    """
    texts = _lists(form)
    for part, sha, name in uploads:
        texts.setdefault(part.removesuffix(".upload"), []).append(f"{sha}:{name}")
    return texts


def list_action(definition: FormDefinition, form: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any] | None:
    """Add or remove a row for a browser without scripts; None when the person pressed no such button.

    The buttons post ``_action`` as ``add:lines`` or ``remove:lines.2``. Show the form again with the result.
    """
    action, _, path = (_lists(form).get("_action") or [""])[0].partition(":")
    name, _, index = path.partition(".")
    lists = {part.component.key: part.component for part in level(definition.components) if is_list(part.component)}
    if action not in {"add", "remove"} or name not in lists:
        return None
    rows = list(values.get(name) or [])
    if action == "add" and len(rows) < MAX_ROWS:
        rows.append({})
    elif index.isdecimal() and int(index) < len(rows):
        del rows[int(index)]
    return {**values, name: rows}


def _lists(form: Mapping[str, Any]) -> dict[str, list[str]]:
    pairs = form.lists() if hasattr(form, "lists") else form.items()
    return {name: [texts] if isinstance(texts, str) else list(texts) for name, texts in pairs}


class _Reader:
    """Reads level by level and remembers which names it used."""

    def __init__(self, texts: dict[str, list[str]]) -> None:
        self.texts = texts
        self.used: set[str] = set()

    def level(self, components: tuple[Component, ...], prefix: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for component, _ in level(components):
            kind, name = kind_of(component), f"{prefix}{component.key}"
            if not kind.has_value or component.type == "computed":
                self.used.add(name)
            elif is_list(component):
                values[component.key] = self.rows(component, name)
            else:
                self.used.add(name)
                found = self.texts.get(name)
                values[component.key] = blank_of(component) if found is None else kind.read(component, found)
        return values

    def rows(self, component: Component, name: str) -> list[dict[str, Any]]:
        start = len(name) + 1
        indexes = {
            index
            for posted in self.texts
            if posted.startswith(f"{name}.") and _is_index(index := posted[start:].partition(".")[0])
        }
        # One more than allowed is enough to be refused, and bounds the work.
        wanted = sorted(indexes, key=int)[: MAX_ROWS + 1]
        rows = [self.level(component.children, f"{name}.{index}.") for index in wanted]
        return [row for row in rows if not all(is_empty(value) or value is False for value in row.values())]


def _is_index(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MAX_INDEX_DIGITS
