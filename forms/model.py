"""The parts of a form definition as plain values; ``forms.definition`` makes them from JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

Condition: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Text:
    """A wording in Chinese and English; either may stand in for the other."""

    zh: str = ""
    en: str = ""

    def text(self, locale: str) -> str:
        """Return the wording for a locale such as ``zh``, ``zh_Hans_CN`` or ``en``."""
        first, second = (self.zh, self.en) if locale.lower().startswith("zh") else (self.en, self.zh)
        return first or second

    def __str__(self) -> str:
        """Return the English wording, so that a ``Text`` can fill an English sentence."""
        return self.text("en")

    def __bool__(self) -> bool:
        """Tell whether there is any wording."""
        return bool(self.zh or self.en)


class Choice(NamedTuple):
    """One option of a select: what is stored and what a person reads."""

    value: str
    label: Text

    @classmethod
    def of(cls, value: str, label: str) -> "Choice":
        """Make a choice whose label is the same in every language, such as a person's name."""
        return cls(value, Text(label, label))


@dataclass(frozen=True, eq=False)
class Component:
    """One part of a form.

    Args:
        path: where it stands in the definition, ``components.2.children.0``.
        required: always, never, or by a condition.
        default: a JSON value, or ``{"context": name}`` to take it from the context at render time.
        remember: "Same as last time" fills it with what the person's last form about the same customer said.
        source: the name of a choice list that is given at render and validation time.
        props: the properties that only this type has (``max_length``, ``min_rows``, ``compute`` …).
    """

    type: str
    key: str
    path: str
    label: Text
    help: Text = Text()
    placeholder: Text = Text()
    required: bool | Condition = False
    visible_if: Condition | None = None
    default: Any = None
    remember: bool = False
    options: tuple[Choice, ...] = ()
    source: str = ""
    children: tuple["Component", ...] = ()
    props: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class FormDefinition:
    """A whole form; ``document`` is the JSON that it was read from."""

    key: str
    title: Text
    version: int
    submit: Text
    components: tuple[Component, ...]
    document: Mapping[str, Any] = field(repr=False)


class Placed(NamedTuple):
    """A component at its level, with the conditions of the sections around it."""

    component: Component
    conditions: tuple[Condition, ...]


def level(components: tuple[Component, ...], around: tuple[Condition, ...] = ()) -> Iterator[Placed]:
    """Yield the components that share one set of keys: sections are opened, lists are not."""
    for component in components:
        own = around if component.visible_if is None else (*around, component.visible_if)
        yield Placed(component, own)
        if component.type == "section":
            yield from level(component.children, own)


@dataclass(frozen=True)
class Finding:
    """Something wrong in a definition, at a path such as ``components.2.label``."""

    path: str
    code: str
    template_en: str
    template_zh: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self, locale: str) -> str:
        """Return the sentence in a locale."""
        template = self.template_zh if locale.lower().startswith("zh") else self.template_en
        return template.format(**self.params)


class FormError(ValueError):
    """A document that is no form definition; ``findings`` says what to change."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(f"{finding.path}: {finding.text('en')}" for finding in findings))
        self.findings = findings
