"""Read form definitions: JSON in, ``FormDefinition`` out, or every finding at once."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from forms.components import KINDS, holds_components, properties_of
from forms.conditions import is_well_formed
from forms.findings import finding
from forms.kinds.options import SelectKind
from forms.model import Choice, Component, Finding, FormDefinition, FormError, Text
from forms.property_shapes import fits

__all__ = ["Choice", "Component", "Finding", "FormDefinition", "FormError", "Text", "load_factory_forms", "parse"]

MAX_COMPONENTS = 300
MAX_DEPTH = 4
_KEY = re.compile(r"[a-z][a-z0-9_]{0,49}")
# Names that mean something else: to the process engine, to the page that posts the form, to conditions.
RESERVED = frozenset({"context", "typename", "csrf_token", "submission_id"})
_FORM = frozenset({"key", "version", "title", "submit", "components"})


def parse(document: Mapping[str, Any]) -> FormDefinition:
    """Read one definition.

    Raises:
        FormError: with a finding for each fault of structure; ``forms.lint`` looks at the meaning.
    """
    reader = _Reader()
    form = reader.form(document)
    if form is None or reader.findings:
        raise FormError(reader.findings)
    return form


@cache
def load_factory_forms() -> dict[str, FormDefinition]:
    """Return the definitions that ship, by key.

    Raises:
        FormError: a file that ships is broken.
    """
    folder = files("forms") / "definitions"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".json")]
    forms = [parse(json.loads(entry.read_text("utf-8"))) for entry in sorted(found, key=lambda entry: entry.name)]
    return {form.key: form for form in forms}


class _Reader:
    """Collects findings while it reads, so that an admin sees all of them at once."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.count = 0

    def note(self, path: str, code: str, **params: Any) -> None:
        self.findings.append(finding(path, code, **params))

    def form(self, document: Any) -> FormDefinition | None:
        if not isinstance(document, Mapping):
            self.note("", "not_an_object")
            return None
        self.unknown("", document, _FORM)
        key, version = self.key("", document, needed=True), document.get("version", 1)
        if isinstance(version, bool) or not isinstance(version, int) or version < 1:
            self.note("version", "version")
        parts = document.get("components")
        if not isinstance(parts, list) or not parts:
            self.note("components", "no_components")
            return None
        components = tuple(self.components(parts, "components", 1))
        title = self.wording("title", document.get("title"), needed=True)
        submit = self.wording("submit", document.get("submit")) or Text("提交", "Submit")
        return FormDefinition(key, title, version, submit, components, document)

    def unknown(self, path: str, document: Mapping[str, Any], known: frozenset[str]) -> None:
        for name in sorted(set(map(str, document)) - known):
            self.note(_join(path, name), "unknown_property", name=name)

    def key(self, path: str, document: Mapping[str, Any], *, needed: bool, fallback: str = "") -> str:
        key = document.get("key", None if needed else fallback)
        if not isinstance(key, str) or not _KEY.fullmatch(key) or key in RESERVED:
            self.note(_join(path, "key"), "key", key=str(key)[:60])
            return fallback
        return key

    def wording(self, path: str, value: Any, *, needed: bool = False) -> Text:
        if value is None and not needed:
            return Text()
        if not isinstance(value, Mapping) or not fits("wording", value):
            self.note(path, "wording")
            return Text()
        return Text(value.get("zh", ""), value.get("en", ""))

    def components(self, parts: list[Any], path: str, depth: int) -> Iterator[Component]:
        for index, part in enumerate(parts):
            self.count += 1
            if self.count > MAX_COMPONENTS or depth > MAX_DEPTH:
                self.note(path, "too_large")
                return
            component = self.component(part, f"{path}.{index}", depth)
            if component is not None:
                yield component

    def component(self, part: Any, path: str, depth: int) -> Component | None:
        type_ = part.get("type") if isinstance(part, Mapping) else None
        if not isinstance(type_, str) or type_ not in KINDS:
            self.note(path, "type", type=str(type_)[:60])
            return None
        kind = KINDS[type_]
        groups, chooses = holds_components(kind), isinstance(kind, SelectKind)
        self.unknown(path, part, properties_of(kind))
        return Component(
            type=type_,
            key=self.key(path, part, needed=kind.has_value, fallback=_fallback_key(type_, path)),
            path=path,
            label=self.wording(f"{path}.label", part.get("label"), needed=True),
            help=self.wording(f"{path}.help", part.get("help")),
            placeholder=self.wording(f"{path}.placeholder", part.get("placeholder")),
            required=self.required(path, part),
            visible_if=self.condition(f"{path}.visible_if", part.get("visible_if")),
            default=part.get("default"),
            remember=self.flag(path, part, "remember"),
            options=tuple(self.options(path, part)) if chooses else (),
            source=self.source(path, part, kind) if isinstance(kind, SelectKind) else "",
            children=self.children(path, part, depth) if groups else (),
            props=self.props(path, part, kind.props),
        )

    def children(self, path: str, part: Mapping[str, Any], depth: int) -> tuple[Component, ...]:
        parts = part.get("children")
        if not isinstance(parts, list) or not parts:
            self.note(f"{path}.children", "no_components")
            return ()
        return tuple(self.components(parts, f"{path}.children", depth + 1))

    def flag(self, path: str, part: Mapping[str, Any], name: str) -> bool:
        value = part.get(name, False)
        if not isinstance(value, bool):
            self.note(f"{path}.{name}", "property", name=name)
        return value is True

    def required(self, path: str, part: Mapping[str, Any]) -> bool | Mapping[str, Any]:
        required = part.get("required", False)
        if isinstance(required, bool):
            return required
        return self.condition(f"{path}.required", required) or False

    def condition(self, path: str, condition: Any) -> Mapping[str, Any] | None:
        if condition is None:
            return None
        if not is_well_formed(condition):
            self.note(path, "condition")
            return None
        return dict(condition)

    def options(self, path: str, part: Mapping[str, Any]) -> Iterator[Choice]:
        options = part.get("options", [])
        if not isinstance(options, list):
            self.note(f"{path}.options", "options")
            return
        for index, option in enumerate(options):
            value = option.get("value") if isinstance(option, Mapping) else None
            if not isinstance(value, str) or not 0 < len(value) <= 100:
                self.note(f"{path}.options.{index}", "options")
                continue
            yield Choice(value, self.wording(f"{path}.options.{index}.label", option.get("label"), needed=True))

    def source(self, path: str, part: Mapping[str, Any], kind: SelectKind) -> str:
        source = part.get("source", "" if "options" in part else kind.default_source)
        if not isinstance(source, str) or (source and not _KEY.fullmatch(source)):
            self.note(f"{path}.source", "source")
            return ""
        if bool(source) == bool(part.get("options")):
            self.note(path, "options_or_source")
        return source

    def props(self, path: str, part: Mapping[str, Any], shapes: Mapping[str, str]) -> dict[str, Any]:
        given = {name: part[name] for name in shapes if name in part}
        for name, value in given.items():
            if not fits(shapes[name], value):
                self.note(f"{path}.{name}", "property", name=name)
        if "compute" in shapes and "compute" not in given:
            self.note(f"{path}.compute", "property", name="compute")
        return {name: _worded(shapes[name], value) for name, value in given.items()}


def _worded(shape: str, value: Any) -> Any:
    if shape == "wording" and isinstance(value, Mapping):
        return Text(value.get("zh", ""), value.get("en", ""))
    return value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _fallback_key(type_: str, path: str) -> str:
    return f"{type_}_{path.removeprefix('components.').replace('.children.', '_')}"
