"""Look at the meaning of a definition: what ``parse`` accepts may still ask for a field that is not there."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from forms.components import is_list, kind_of
from forms.compute import fields_of as fields_of_computed
from forms.conditions import fields_of
from forms.findings import finding
from forms.kinds.base import InvalidValueError
from forms.model import Component, Condition, Finding, FormDefinition, Text, level

_NUMBERS = {"number", "money", "computed"}
_LISTED = {"sum", "max", "count"}


def lint(definition: FormDefinition, *, sources: Collection[str] | None = None) -> list[Finding]:
    """Return what an admin should change before the form is published.

    Args:
        sources: the names of the choice lists that exist; None to leave them unchecked.
    """
    found = [*_wording("title", definition.title), *_wording("submit", definition.submit)]
    return found + list(_level(definition.components, {}, sources))


def _level(
    components: tuple[Component, ...], around: Mapping[str, Component], sources: Collection[str] | None
) -> Iterator[Finding]:
    here: dict[str, Component] = {}
    for component, _ in level(components):
        if component.key in here:
            yield finding(f"{component.path}.key", "duplicate_key", key=component.key)
        here[component.key] = component
    visible = {**around, **here}
    for component, _ in level(components):
        yield from _words(component)
        yield from _choices(component, sources)
        yield from _values(component)
        yield from _conditions(component, visible)
        yield from _computed(component, here)
        if is_list(component):
            yield from _level(component.children, visible, sources)
    yield from _cycles(components)


def _wording(path: str, text: Text) -> Iterator[Finding]:
    if text and not text.zh:
        yield finding(path, "missing_label", language="Chinese", language_zh="中文")
    if text and not text.en:
        yield finding(path, "missing_label", language="English", language_zh="英文")


def _words(component: Component) -> Iterator[Finding]:
    for name in ("label", "help", "placeholder"):
        yield from _wording(f"{component.path}.{name}", getattr(component, name))
    for index, option in enumerate(component.options):
        yield from _wording(f"{component.path}.options.{index}.label", option.label)
    for name, value in component.props.items():
        if isinstance(value, Text):
            yield from _wording(f"{component.path}.{name}", value)


def _choices(component: Component, sources: Collection[str] | None) -> Iterator[Finding]:
    values = [option.value for option in component.options]
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield finding(f"{component.path}.options", "duplicate_option", value=value)
    if component.source and sources is not None and component.source not in sources:
        yield finding(f"{component.path}.source", "unknown_source", name=component.source)


def _values(component: Component) -> Iterator[Finding]:
    for low, high in (("min", "max"), ("min_rows", "max_rows")):
        first, last = component.props.get(low), component.props.get(high)
        if type(first) is type(last) and isinstance(first, int | float | str) and first > last:  # type: ignore[operator]  # same type
            yield finding(component.path, "limits")
    if component.default is None or isinstance(component.default, Mapping):
        return
    try:
        if not is_list(component):
            kind_of(component).clean(component, component.default)
    except InvalidValueError:
        yield finding(f"{component.path}.default", "default")
    options = {option.value for option in component.options}
    if isinstance(component.default, str) and options and component.default not in options:
        yield finding(f"{component.path}.default", "default")


def _conditions(component: Component, visible: Mapping[str, Component]) -> Iterator[Finding]:
    for name in ("visible_if", "required"):
        condition = getattr(component, name)
        if not isinstance(condition, Mapping):
            continue
        for field in dict.fromkeys(fields_of(condition)):
            known = visible.get(field.partition(".")[0])
            if not field.startswith("context.") and (known is None or not kind_of(known).has_value):
                yield finding(f"{component.path}.{name}", "unknown_field", name=field)
        for field, value in _compared(condition):
            options = {option.value for option in visible[field].options} if field in visible else set()
            if options and isinstance(value, str) and value not in options:
                yield finding(f"{component.path}.{name}", "unknown_option", field=field, value=value)


def _compared(condition: Condition) -> Iterator[tuple[str, Any]]:
    """Yield each field that is compared with a literal, with that literal."""
    for operator, operand in condition.items():
        if operator in {"all", "any"}:
            for part in operand:
                yield from _compared(part)
        elif operator == "not":
            yield from _compared(operand)
        elif operator in {"eq", "ne", "in", "contains"} and isinstance(operand[0], Mapping):
            for value in operand[1] if isinstance(operand[1], list) else [operand[1]]:
                yield operand[0]["field"], value


def _computed(component: Component, here: Mapping[str, Component]) -> Iterator[Finding]:
    if component.type != "computed":
        return
    expression = component.props["compute"]
    for operator in _LISTED & set(expression):
        name, _, column = expression[operator].partition(".")
        rows = here.get(name)
        columns = {part.component.key: part.component for part in level(rows.children)} if rows else {}
        if rows is None or not is_list(rows) or (column and not _is_number(columns.get(column))):
            yield finding(f"{component.path}.compute", "unknown_column", name=expression[operator])
    if "product" in expression:
        for name in fields_of_computed(expression):
            if not _is_number(here.get(name)):
                yield finding(f"{component.path}.compute", "unknown_column", name=name)


def _is_number(component: Component | None) -> bool:
    return component is not None and component.type in _NUMBERS


def _cycles(components: tuple[Component, ...]) -> Iterator[Finding]:
    reads: dict[str, set[str]] = {}
    paths: dict[str, str] = {}
    for component, conditions in level(components):
        names = {name.partition(".")[0] for condition in conditions for name in fields_of(condition)}
        if component.type == "computed":
            names |= set(fields_of_computed(component.props["compute"]))
        reads[component.key], paths[component.key] = names, component.path
    for key in reads:
        circle = _reached(key, reads)
        if key in circle and key == min(name for name in circle if key in _reached(name, reads)):
            yield finding(
                paths[key], "cycle", keys=", ".join(sorted(name for name in circle if key in _reached(name, reads)))
            )


def _reached(start: str, reads: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(reads.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(reads.get(name, ()))
    return found
