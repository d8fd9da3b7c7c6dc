"""Edit the diagram of a version: what it may name, and what the gate says of it with the version's other files."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from engine.bpmn import documents, settings, structure
from engine.bpmn.check import Finding
from engine.bpmn.documents import DocumentError
from engine.bpmn.members import CLOSED
from engine.bpmn.model import Source
from engine.bpmn.settings import GIVEN_VARIABLES, VARIABLE_TYPES, ExpressionKind, expression_problems
from engine.feel import decisions as feel_decisions
from engine.feel.inputs import outputs_of
from engine.feel.model import DecisionModel
from engine.process import bundles, deployment
from engine.process.definitions import definition, definition_files
from engine.process.pictures import diagram_name
from forms import definition as form_definitions
from forms.model import FormDefinition, level
from forms.value_types import value_types

__all__ = [
    "GIVEN_VARIABLES",
    "FormNames",
    "GivenValue",
    "Names",
    "check",
    "closed",
    "decisions_in",
    "names",
    "problems",
    "refused",
    "with_diagram",
    "with_shipped_forms",
]


@dataclass(frozen=True)
class GivenValue:
    """One of the values that a form or a decision gives: its name, its type, and what people call it (zh, en)."""

    name: str
    type: str
    label: tuple[str, str]


@dataclass(frozen=True)
class FormNames:
    """A form that user tasks may name: its title (zh, en), and its fields."""

    title: tuple[str, str]
    values: tuple[GivenValue, ...]


@dataclass(frozen=True)
class Names:
    """What elements of a version may name.

    Args:
        forms: by key.
        decisions: by id, what each says; the only thing that one says has the name "".
        processes: ids of the processes that it could call.
    """

    forms: Mapping[str, FormNames]
    decisions: Mapping[str, tuple[GivenValue, ...]]
    processes: tuple[str, ...]


def names(files: Mapping[str, bytes]) -> Names:
    """Return the forms (of the bundle, then those that ship), decisions and processes that a diagram may name.

    A file that cannot be read names nothing: a draft may hold anything.
    """
    forms, decisions, processes = dict(_factory_forms()), dict[str, tuple[GivenValue, ...]](), list[str]()
    for name, content in sorted(files.items()):
        try:
            if bundles.is_form(name):
                form = form_definitions.parse(orjson.loads(content))
                forms[form.key] = form
            elif name.endswith(".dmn"):
                model = feel_decisions.parse(content)
                decisions |= {each: _said(model, each) for each in model.decisions}
            elif name.endswith(".bpmn"):
                processes += [node.get("id") for node in documents.descendants(documents.parse(content), "process")]
        except (form_definitions.FormError, feel_decisions.DecisionError, orjson.JSONDecodeError, DocumentError):
            continue
    titled = {key: FormNames((form.title.zh, form.title.en), _entered(form)) for key, form in sorted(forms.items())}
    return Names(titled, decisions, tuple(filter(None, processes)))


def _said(model: DecisionModel, decision_id: str) -> tuple[GivenValue, ...]:
    return tuple(GivenValue(out.name, out.type, (out.label, out.label)) for out in outputs_of(model, decision_id))


def _entered(form: FormDefinition) -> tuple[GivenValue, ...]:
    labels = {part.component.key: part.component.label for part in level(form.components)}
    return tuple(
        GivenValue(key, type_, (labels[key].text("zh"), labels[key].text("en")))
        for key, type_ in value_types(form).items()
    )


def decisions_in(name: str, content: bytes) -> tuple[str, ...]:
    """Return the ids of the decisions of a file; none if it is another file, or cannot be read."""
    try:
        return tuple(feel_decisions.parse(content).decisions) if name.endswith(".dmn") else ()
    except feel_decisions.DecisionError:
        return ()


def with_diagram(session: Session, definition_id: UUID, xml: str) -> list[Source]:
    """Return the files of a version with another diagram, and the shipped forms that the diagram names besides.

    Raises:
        NotFoundError: no such version.
    """
    row = definition(session, definition_id)
    files = definition_files(session, definition_id)
    files[diagram_name(files, row.key)] = xml.encode("utf-8")
    return bundles.sources_from(with_shipped_forms(files))


def refused() -> dict[str, Any]:
    """Return what the gate never publishes, so that menus need not offer it.

    Returns:
        ``kinds``: BPMN names of elements; ``triggers``: kind of event → the definitions it may have, "" for none.
    """
    return {
        "kinds": [*structure.UNSUPPORTED, "eventSubProcess"],
        "triggers": {
            kind: sorted(names if kind in structure.NEED_A_TRIGGER else names | {""})
            for kind, names in structure.ALLOWED_EVENTS.items()
        },
    }


def check(sources: Sequence[Source]) -> list[Finding]:
    """Return what the gate finds, errors first."""
    found = deployment.check_bundle(sources)
    return sorted(found, key=lambda finding: finding.severity != "error")


def closed(sources: Sequence[Source]) -> dict[str, dict[str, str]]:
    """Return by process the variables whose entries are known for sure, with their entries, as types for ``problems``.

    A diagram that cannot be read has none.
    """
    known, _findings = deployment.known_of(sources)
    found: dict[str, dict[str, str]] = {}
    for source in sources:
        if source.name.endswith(".bpmn"):
            with suppress(DocumentError):
                found |= settings.closed(documents.parse(source.content), known)
    return found


def problems(expression: str, kind: ExpressionKind, types: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what the gate would say of one expression, in Chinese and English.

    Args:
        types: the variables that its process declares, and what else it sees; a type that nobody knows is any, and a
            context whose entries are all known is ``members.CLOSED``.
    """
    sorts = VARIABLE_TYPES | {CLOSED}
    known = {name: type_ if type_ in sorts else "any" for name, type_ in types.items()}
    found = expression_problems(expression, kind, {**GIVEN_VARIABLES, **known}, deployment.check_expression)
    return [(zh, en) for _code, zh, en in found]


def with_shipped_forms(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a bundle, and the shipped forms that its diagrams name besides."""
    found, shipped = dict(files), _factory_forms()
    for name in [name for name in files if name.endswith(".bpmn")]:
        for key in _forms_named(files[name]):
            if key in shipped and f"{key}.json" not in found:
                found[f"{key}.json"] = orjson.dumps(shipped[key].document)
    return found


@cache
def _factory_forms() -> Mapping[str, FormDefinition]:
    # They change with the program only, and reading all of them takes 20 ms.
    found = {}
    for path in sorted(bundles.FORMS.glob("*.json")):
        form = form_definitions.parse(orjson.loads(path.read_bytes()))
        found[form.key] = form
    return found


def _forms_named(content: bytes) -> set[str]:
    try:
        root = documents.parse(content)
    except DocumentError:
        return set()  # the check says what is wrong with it
    tasks = documents.descendants(root, "userTask", "manualTask")
    return {form for task in tasks if (form := documents.properties(task).get("form"))}
