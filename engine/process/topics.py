"""What service tasks may name: the registry of topics, and of the choice lists that forms may name.

``engine.wiring`` fills it once, at start. A topic is of one of three kinds: a *lookup* reads, inside the step; an
*operation* writes, in the step's transaction; a *delivery* is an outbox row, done after the commit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.bpmn.settings import ExpressionKind
from engine.bpmn.step import BpmnError
from engine.outbox.service import CONNECTOR_LANE
from forms.model import Choice, FormDefinition


class TopicKind(StrEnum):
    """How a service task's work is done."""

    LOOKUP = "lookup"
    OPERATION = "operation"
    DELIVERY = "delivery"


@dataclass
class StepContext:
    """What an operation gets besides its parameters.

    ``lanes`` may be changed: tasks that open in this step are offered to the principals that stand in it.
    ``happened_at`` is when the person did what caused the step, where that was earlier: on a phone without a network.
    """

    session: Session
    actor: Actor
    now: datetime
    instance_id: UUID
    business_key: str
    data: Mapping[str, Any]
    lanes: dict[str, list[str]]
    key: str
    happened_at: datetime | None = None

    @property
    def event_at(self) -> datetime:
        """When it was done: what the facts of a visit are judged by."""
        return self.happened_at or self.now


@dataclass(frozen=True)
class DeliveryContext:
    """What the handler of a delivery gets: the same ``key`` at every attempt, and no transaction."""

    key: str
    attempt: int
    now: datetime


Operation = Callable[[StepContext, Mapping[str, Any]], Mapping[str, Any]]
DeliveryHandler = Callable[[DeliveryContext, Mapping[str, Any]], Mapping[str, Any] | None]
DeliveryEffect = Callable[[Session, DeliveryContext, Mapping[str, Any]], bool]
"""Writes in the transaction that settles the delivery; False: not possible yet, try again later."""


@dataclass(frozen=True)
class Parameter:
    """A value that a topic takes or gives, as the designer shows it.

    Args:
        type: one of ``engine.bpmn.settings.VARIABLE_TYPES``.
        label: (zh, en).
        is_required: without it the topic fails, or has nothing to do.
        choices: what it may be, each with its words (zh, en); anything where there are none.
    """

    name: str
    type: ExpressionKind
    label: tuple[str, str]
    is_required: bool = False
    help: tuple[str, str] = ("", "")
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Lane:
    """Who is meant by a lane's key, in the processes that a feature starts.

    Args:
        label: (zh, en), what the lane is called.
        who: (zh, en), to whom its tasks are offered.
        processes: whose instances know the lane.
    """

    key: str
    label: tuple[str, str]
    who: tuple[str, str]
    processes: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    """One thing that a process may ask for.

    Args:
        name: ``noun.verb``.
        kind: see the module.
        label: (zh, en), for the designer.
        about: (zh, en), what it does, in a sentence.
        operation: of a lookup or an operation.
        handler: of a delivery; called outside any transaction.
        effect: of a delivery; its own writes, committed together with "done".
        waits: a delivery whose result the service task waits for.
        lane: which workers do the delivery.
        takes: what it reads of the service task's parameters; others are passed on, and nobody reads them.
        gives: what it adds to the variables.
        is_internal: the program's own, not for processes.
    """

    name: str
    kind: TopicKind
    label: tuple[str, str]
    operation: Operation | None = None
    handler: DeliveryHandler | None = None
    effect: DeliveryEffect | None = None
    waits: bool = False
    lane: str = CONNECTOR_LANE
    about: tuple[str, str] = ("", "")
    takes: tuple[Parameter, ...] = ()
    gives: tuple[Parameter, ...] = ()
    is_internal: bool = False


ChoiceSource = Callable[[Session, Actor, str], Sequence[Choice]]
"""Session, actor and business key → the entries of a list that forms name as ``source``."""

SubmissionCheck = Callable[[Session, Actor, str, FormDefinition, Mapping[str, Any]], None]
"""Session, actor, business key, form and clean values of what is submitted → raises ``InvalidInputError``, or notes it
in the transaction of the step."""

FormContext = Callable[[Session, Actor, str, datetime], Mapping[str, Any]]
"""Session, actor, business key and time → what conditions and defaults of a form may read as ``context.name``."""

_ALWAYS = (
    Parameter("today", "date", ("今天", "Today")),
    Parameter("timezone", "text", ("时区", "Time zone")),
)

_topics: dict[str, Topic] = {}
_lanes: dict[str, Lane] = {}
_form_contexts: dict[str, tuple[FormContext, tuple[Parameter, ...]]] = {}
_prefills: dict[str, tuple[Parameter, ...]] = {}
_submission_checks: dict[str, tuple[SubmissionCheck, bool]] = {}
_choices: dict[str, tuple[ChoiceSource, tuple[str, str]]] = {}
_required: dict[str, frozenset[str]] = {}


def register(topic: Topic) -> None:
    """Add a topic; a later one of the same name replaces it."""
    _topics[topic.name] = topic


def register_lane(lane: Lane) -> None:
    """Add a lane; a later one of the same key replaces it."""
    _lanes[lane.key] = lane


def register_choices(name: str, source: ChoiceSource, label: tuple[str, str]) -> None:
    """Add a choice list; ``label`` (zh, en) is for the builder of forms."""
    _choices[name] = source, label


def register_submission_check(name: str, check: SubmissionCheck, *, only_live: bool = False) -> None:
    """Add something that looks at every form that is submitted; a later one of the same name replaces it.

    Args:
        only_live: not at forms that were filled in earlier, on a phone without a network: nobody could mend them.
    """
    _submission_checks[name] = check, only_live


def register_form_context(name: str, context: FormContext, *, gives: tuple[Parameter, ...]) -> None:
    """Add something that forms know; a later one of the same name replaces it.

    Args:
        gives: what it gives; it is not asked for a form that reads none of it.
    """
    _form_contexts[name] = context, gives


def register_prefill(name: str, gives: tuple[Parameter, ...]) -> None:
    """Say what a page fills forms in with: a default may read it, a condition may not."""
    _prefills[name] = gives


def context_values() -> tuple[Parameter, ...]:
    """Return every value that a form may read as ``context.name``, by name."""
    given = (value for _context, gives in _form_contexts.values() for value in gives)
    return tuple(sorted((*_ALWAYS, *given), key=lambda value: value.name))


def prefill_values() -> tuple[Parameter, ...]:
    """Return every value that only defaults of a form may read, by name."""
    return tuple(sorted((value for gives in _prefills.values() for value in gives), key=lambda value: value.name))


def choice_names() -> tuple[str, ...]:
    """Return the names of all choice lists."""
    return tuple(sorted(_choices))


def choice_label(name: str) -> tuple[str, str]:
    """Return what a choice list is called in Chinese and English."""
    return _choices[name][1]


def form_contexts(names: frozenset[str]) -> tuple[FormContext, ...]:
    """Return what gives any of the names that a form reads."""
    return tuple(context for context, gives in _form_contexts.values() if names & {value.name for value in gives})


def submission_checks(*, is_live: bool = True) -> tuple[SubmissionCheck, ...]:
    """Return what looks at every form that is submitted, now or earlier."""
    return tuple(check for check, only_live in _submission_checks.values() if is_live or not only_live)


def require(process_key: str, names: frozenset[str]) -> None:
    """Say which topics every version of a process must call, so that no edit can silence the figures."""
    _required[process_key] = names


def find(name: str) -> Topic | None:
    """Return the topic of that name, or None."""
    return _topics.get(name)


def served(name: str) -> Topic:
    """Return the topic of that name.

    Raises:
        BpmnError: nothing serves it.
    """
    found = _topics.get(name)
    if found is None:
        raise BpmnError("topic_unknown", "Nothing here serves the topic {name}.", name=name)
    return found


def all_topics() -> tuple[Topic, ...]:
    """Return every topic, by name."""
    return tuple(_topics[name] for name in sorted(_topics))


def lanes() -> tuple[Lane, ...]:
    """Return every lane that the program knows, by key."""
    return tuple(_lanes[key] for key in sorted(_lanes))


def choice_source(name: str) -> ChoiceSource | None:
    """Return the source of that choice list, or None."""
    return _choices[name][0] if name in _choices else None


def required_topics() -> dict[str, set[str]]:
    """Return process key → topics that it must call."""
    return {key: set(names) for key, names in _required.items()}
