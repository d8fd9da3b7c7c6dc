"""Turn a definition and values into a view: labels in the person's language, values as they stand in inputs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from forms.client_config import client_config
from forms.components import is_list, kind_of
from forms.compute import with_computed
from forms.kinds.attachments import FileKind
from forms.kinds.base import Environment
from forms.kinds.options import MultiselectKind, SelectKind
from forms.messages import WORDS, fill
from forms.model import Choice, Component, FormDefinition, Text, level
from forms.views import ErrorLine, FieldView, FileView, FormView, OptionView, RowView
from forms.visibility import hidden_keys, is_required, scope

# Up to this many options are radio buttons, all to be seen at once; more are a menu.
RADIO_OPTIONS = 5


class Sentence(Protocol):
    """A problem of ours, or one of the engine's: a template and its parameters."""

    template: str
    params: dict[str, Any]


def view(
    definition: FormDefinition,
    values: Mapping[str, Any],
    *,
    errors: Mapping[str, Sequence[Sentence]] | None = None,
    locale: str = "en",
    choices: Mapping[str, list[Choice]] | None = None,
    context: Mapping[str, Any] | None = None,
    translate: Callable[[str], str] = str,
) -> FormView:
    """Return what the template draws.

    Args:
        values: clean values, a draft, or what a person typed and ``validate`` refused; defaults fill the names that
            are missing.
        translate: from an English sentence to the person's language.
    """
    env = Environment(context or {}, choices or {})
    worded = {
        path: tuple(fill(translate(each.template), each.params, locale) for each in found)
        for path, found in (errors or {}).items()
    }
    drawer = _Drawer(definition.key, env, locale, worded, translate)
    around = {"context": dict(env.context)}
    fields = drawer.level(definition.components, _with_defaults(definition.components, values, env), around, "", 0)
    words = {name: translate(word) for name, word in WORDS.items()}
    parts = [part.component for part in _all(definition.components)]
    return FormView(
        key=definition.key,
        title=definition.title.text(locale),
        submit=definition.submit.text(locale),
        fields=fields,
        errors=tuple(drawer.summary()),
        words=words,
        config=client_config(definition, env, locale, translate),
        has_files=any(isinstance(kind_of(component), FileKind) for component in parts),
    )


def _all(components: tuple[Component, ...]) -> Iterator[Any]:
    for part in level(components):
        yield part
        if is_list(part.component):
            yield from _all(part.component.children)


def _with_defaults(components: tuple[Component, ...], values: Mapping[str, Any], env: Environment) -> dict[str, Any]:
    result = dict(values)
    for component, _ in level(components):
        if component.key not in result and component.default is not None:
            result[component.key] = env.bound(component.default)
        rows = result.get(component.key)
        if is_list(component) and isinstance(rows, list):
            result[component.key] = [
                _with_defaults(component.children, row, env) for row in rows if isinstance(row, Mapping)
            ]
    return with_computed(components, result)


class _Drawer:
    def __init__(
        self,
        key: str,
        env: Environment,
        locale: str,
        errors: Mapping[str, tuple[str, ...]],
        translate: Callable[[str], str],
    ) -> None:
        self.key, self.env, self.locale, self.errors, self.translate = key, env, locale, errors, translate
        self.targets: dict[str, str] = {}

    def level(
        self,
        components: tuple[Component, ...],
        values: Mapping[str, Any],
        around: Mapping[str, Any],
        prefix: str,
        depth: int,
    ) -> tuple[FieldView, ...]:
        hidden = hidden_keys(components, values, around)
        seen = scope(components, values, around, hidden)
        return tuple(self.field(component, seen, hidden, values, prefix, depth) for component in components)

    def field(
        self,
        component: Component,
        seen: Mapping[str, Any],
        hidden: set[str],
        values: Mapping[str, Any],
        prefix: str,
        depth: int,
    ) -> FieldView:
        kind, name, value = kind_of(component), f"{prefix}{component.key}", values.get(component.key)
        id_ = f"{self.key}-{name.replace('.', '-')}"
        options = self.options(component, value, id_)
        drawn = FieldView(
            macro=self.macro(component, options, depth),
            type=component.type,
            name=name,
            id=id_,
            label=component.label.text(self.locale),
            help=component.help.text(self.locale),
            placeholder=component.placeholder.text(self.locale),
            required=is_required(component, seen),
            hidden=component.key in hidden,
            value=kind.write(component, value, self.env) if kind.has_value and not is_list(component) else "",
            errors=self.errors.get(name, ()),
            options=options,
            files=tuple(self.files(component, value)),
            rows=self.rows(component, value, seen, name, depth) if is_list(component) else (),
            blank_row=self.row(component, {}, seen, f"{name}.__{depth}__", depth) if is_list(component) else None,
            children=tuple(self.field(child, seen, hidden, values, prefix, depth) for child in component.children)
            if component.type == "section"
            else (),
            attrs=self.attrs(component),
        )
        # An anchor must land on something that takes the focus: the first radio button or box, not their frame.
        self.targets[name] = options[0].id if drawn.macro in {"radios", "multiselect"} and options else id_
        return drawn

    def macro(self, component: Component, options: tuple[OptionView, ...], depth: int) -> str:
        kind = kind_of(component)
        if kind.macro == "select":
            few = bool(component.options) and len(options) <= RADIO_OPTIONS and depth == 0
            radio = component.props.get("display", "radio" if few else "menu") == "radio"
            return "radios" if radio else "select"
        return kind.macro

    def options(self, component: Component, value: Any, id_: str) -> tuple[OptionView, ...]:
        kind = kind_of(component)
        if not isinstance(kind, SelectKind):
            return ()
        chosen = value if isinstance(kind, MultiselectKind) and isinstance(value, list) else [value]
        return tuple(
            OptionView(f"{id_}-{index}", option.value, option.label.text(self.locale), option.value in chosen)
            for index, option in enumerate(self.env.options(component))
        )

    def files(self, component: Component, value: Any) -> Iterator[FileView]:
        if isinstance(kind_of(component), FileKind) and isinstance(value, list):
            for entry in value:
                if isinstance(entry, Mapping) and isinstance(entry.get("file"), str):
                    file, name = entry["file"], str(entry.get("name", ""))
                    yield FileView(file, name, f"{file}:{name}")

    def rows(
        self, component: Component, value: Any, seen: Mapping[str, Any], name: str, depth: int
    ) -> tuple[RowView, ...]:
        given = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
        blank = _with_defaults(component.children, {}, self.env)
        given += [blank] * (component.props.get("min_rows", 0) - len(given))
        return tuple(self.row(component, row, seen, f"{name}.{index}", depth) for index, row in enumerate(given))

    def row(
        self, component: Component, values: Mapping[str, Any], seen: Mapping[str, Any], name: str, depth: int
    ) -> RowView:
        index = name.rpartition(".")[2]
        number = str(int(index) + 1) if index.isdecimal() else "#"
        title = self.wording(component, "row_label") or self.translate(WORDS["row"]).format(number=number)
        if self.wording(component, "row_label"):
            title = f"{title} {number}"
        filled = values if index.isdecimal() else _with_defaults(component.children, {}, self.env)
        return RowView(index, name, title, self.level(component.children, filled, seen, f"{name}.", depth + 1))

    def wording(self, component: Component, name: str) -> str:
        wording = component.props.get(name)
        return wording.text(self.locale) if isinstance(wording, Text) else ""

    def attrs(self, component: Component) -> dict[str, Any]:
        kind, props = kind_of(component), dict(component.props)
        if component.type in {"date", "datetime"}:
            props |= {
                name: kind.write(component, bound, self.env)
                for name in ("min", "max")
                if (bound := self.env.bound(props.get(name))) is not None
            }
        props |= {name: self.wording(component, name) for name in ("add_label", "row_label")}
        if isinstance(kind, FileKind):
            props["limit"] = kind.limit(component)
        return props

    def summary(self) -> Iterator[ErrorLine]:
        order = {name: index for index, name in enumerate(self.targets)}
        for path in sorted(self.errors, key=lambda path: order.get(path, -1)):
            target = self.targets.get(path, "")
            for text in self.errors[path]:
                yield ErrorLine(path, f"#{target}" if target else "", text)
