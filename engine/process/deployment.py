"""Deploy: check a bundle and store it as the next immutable version of its process."""

from collections.abc import Sequence, Set
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.access import SYSTEM, Actor
from engine.bpmn import check as gate
from engine.bpmn import documents, settings
from engine.bpmn.check import Finding, Known
from engine.bpmn.documents import DocumentError
from engine.bpmn.findings import Severity
from engine.bpmn.model import Source, bundle_digest
from engine.errors import InvalidInputError
from engine.feel import decisions as feel_decisions
from engine.feel import expressions
from engine.feel.expressions import Kind
from engine.feel.inputs import outputs_of
from engine.feel.table_findings import table_findings
from engine.ids import new_id
from engine.process import bundles, fields, topics
from engine.process.tables import DefinitionSource, ProcessDefinition
from forms import definition as form_definitions
from forms.value_types import value_types

SHIPPED = "factory"
"""Note of a version that came with the program."""


class DeployRefusedError(InvalidInputError):
    """The gate found errors; ``findings`` says which, each on its element."""

    code = "deploy_refused"

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("The process cannot be published: {count} findings.", count=len(findings))
        self.findings = tuple(findings)


def check_bundle(sources: Sequence[Source]) -> list[Finding]:
    """Return every finding about the files of a bundle; never raises on bad input."""
    known, findings = known_of(sources)
    processes = [source for source in sources if source.name.endswith(".bpmn")]
    if not processes:
        findings.append(_file_finding("", "process_missing", "the bundle has no .bpmn file"))
    for source in processes:
        findings += gate.check(source.content, known)
    return findings


def known_of(sources: Sequence[Source]) -> tuple[Known, list[Finding]]:
    """Return what the elements of a bundle may name, and the findings about its forms and decisions."""
    findings: list[Finding] = []
    forms: dict[str, Set[str]] = {}
    says: dict[str, Set[str]] = {}
    decisions: set[str] | None = set()
    given = _declared(sources)
    for source in sources:
        if bundles.is_form(source.name):
            try:
                form = form_definitions.parse(orjson.loads(source.content))
                forms[form.key] = value_types(form).keys()
            except orjson.JSONDecodeError as error:
                findings.append(_file_finding(source.name, "form_not_json", str(error)))
            except form_definitions.FormError as error:
                findings += [_file_finding(source.name, found.code, str(found)) for found in error.findings]
        elif source.name.endswith(".dmn"):
            try:
                model = feel_decisions.parse(source.content)
            except feel_decisions.DecisionError as error:
                findings += [_decision_finding(source.name, found, "error") for found in error.findings]
                # What it decides is not known: that a task names no decision would be a second finding, and wrong.
                decisions = None
                continue
            if decisions is not None:
                decisions |= set(model.decisions)
            says |= {each: {out.name for out in outputs_of(model, each)} for each in model.decisions}
            findings += [_decision_finding(source.name, found, "warning") for found in table_findings(model, given)]
    known = Known(
        topics={topic.name: topic.kind.value for topic in topics.all_topics()},
        forms=forms.keys(),
        decisions=decisions,
        messages=None,
        lanes=None,
        expression_check=check_expression,
        required_topics=topics.required_topics(),
        needed_parameters={
            topic.name: {each.name for each in topic.takes if each.is_required} for topic in topics.all_topics()
        },
        parameter_types={topic.name: {each.name: each.type for each in topic.takes} for topic in topics.all_topics()},
        gives={
            "form": forms,
            "decision": says,
            "topic": {topic.name: {each.name for each in topic.gives} for topic in topics.all_topics()},
        },
    )
    return known, findings


def _declared(sources: Sequence[Source]) -> set[str]:
    """Return the names of the variables that the diagrams of a bundle declare."""
    found: set[str] = set()
    for source in sources:
        if source.name.endswith(".bpmn"):
            with suppress(DocumentError):
                found |= settings.declared(documents.parse(source.content))
    return found


def require_sound(sources: Sequence[Source]) -> None:
    """Check the files of a bundle; warnings pass.

    Raises:
        DeployRefusedError: the gate found errors.
    """
    errors = [finding for finding in check_bundle(sources) if finding.severity == "error"]
    if errors:
        raise DeployRefusedError(errors)


def deploy(
    session: Session, actor: Actor, sources: Sequence[Source], *, note: str = "", now: datetime
) -> tuple[UUID, int]:
    """Store a bundle as the next version; the same bundle again is the version that it already is.

    Returns:
        id and version.
    """
    require_sound(sources)
    return store(session, actor, sources, note=note, now=now)


def store(
    session: Session, actor: Actor, sources: Sequence[Source], *, note: str = "", now: datetime
) -> tuple[UUID, int]:
    """Store a bundle that the gate has passed, as ``deploy`` does; for callers that check before the transaction."""
    bundle = bundles.build(sources)
    newest = session.execute(
        select(ProcessDefinition.id, ProcessDefinition.version, ProcessDefinition.digest)
        .where(ProcessDefinition.key == bundle.model.key)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    ).first()
    if newest is not None and newest.digest == bundle.digest:
        return newest.id, newest.version
    version = 1 + (
        session.scalar(select(func.max(ProcessDefinition.version)).where(ProcessDefinition.key == bundle.model.key))
        or 0
    )
    definition = ProcessDefinition(
        id=new_id(),
        key=bundle.model.key,
        version=version,
        digest=bundle.digest,
        name=bundle.model.name.default,
        name_en=bundle.model.name.en,
        note=note[:500],
        deployed_at=now,
        deployed_by=actor.user_id,
    )
    session.add(definition)
    session.info.get(bundles.NEWEST, {}).pop(definition.key, None)
    session.flush()  # the sources below refer to it
    session.add_all(
        DefinitionSource(definition_id=definition.id, name=source.name, content=source.content) for source in sources
    )
    fields.declare(session, bundle.model.key, bundle.model.properties)
    return definition.id, version


def deploy_shipped(session: Session, *, now: datetime) -> list[str]:
    """Deploy the processes that ship where they are new, or changed and never edited here.

    Returns:
        keys of those that ship in another form than the version which somebody published here; theirs stays.
    """
    own: list[str] = []
    for key in bundles.factory_keys():
        sources = bundles.factory_sources(key)
        newest = session.execute(
            select(ProcessDefinition.digest, ProcessDefinition.note)
            .where(ProcessDefinition.key == key)
            .order_by(ProcessDefinition.version.desc())
            .limit(1)
        ).first()
        if newest is not None and newest.digest == bundle_digest(sources):
            continue
        if newest is None or newest.note == SHIPPED:
            deploy(session, SYSTEM, sources, note=SHIPPED, now=now)
        else:
            own.append(key)
    return own


def check_expression(expression: str, kind: Kind, types: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return what FEEL's linter finds in an expression, as ``(code, Chinese, English)``."""
    return [
        (problem.code, problem.template_zh.format(**problem.params), str(problem))
        for problem in expressions.check(expression, types, kind=kind)
    ]


def _decision_finding(name: str, found: feel_decisions.Finding, severity: Severity) -> Finding:
    return Finding(
        element_id=found.element_id,
        line=found.line,
        severity=severity,
        code=found.code,
        params={**found.params, "file": name},
        template_en="{file}: " + found.template_en,
        template_zh="{file}：" + found.template_zh,
    )


def _file_finding(name: str, code: str, reason: str) -> Finding:
    return Finding(
        element_id=None,
        line=None,
        severity="error",
        code=code,
        params={"file": name, "reason": reason},
        template_en="{file}: {reason}",
        template_zh="{file}：{reason}",
    )
