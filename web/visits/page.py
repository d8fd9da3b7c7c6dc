"""What the page of one visit shows, gathered once."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.comments import service as comments
from engine.consent import rules as consent_rules
from engine.consent import service as consent
from engine.customers import queries as customers
from engine.evidence import looks, track
from engine.evidence import queries as evidence
from engine.evidence.rules import VIEW_PURPOSES, VIEWS_A_DAY
from engine.people import queries as people
from engine.process import queries as process
from engine.process.queries import TaskRow
from engine.safety import queries as safety
from engine.samples import queries as samples
from engine.support import queries as support
from engine.visits import corrections
from engine.visits import queries as visits
from engine.visits.handing_over import NOT_BEGUN
from engine.visits.rules import task_rank
from engine.visits.service import CANCELLABLE, business_key
from web import context
from web.comments.entries import CommentEntry
from web.i18n import locale
from web.inbox.line import LineStep, line_of
from web.labels import look_purpose_label
from web.samples.views import item_names
from web.visits import correction_view, report_view
from web.visits.plan_form import FOLLOW_UP_DAYS
from web.visits.timeline import Entry, timeline

FOLLOW_UP = "follow_up"
"""The purpose of a follow-up visit, where the company has it."""

BACK_OFFICE = (Role.OPS, Role.ADMIN, Role.COMPLIANCE)


@dataclass(frozen=True)
class Looking:
    """What of a rep's positions the reader may look at, and how often still today."""

    at_check: bool = False
    at_track: bool = False
    left: int = 0


@dataclass(frozen=True)
class VisitPage:
    """One visit with all that stands around it."""

    detail: visits.VisitDetail
    customer: customers.CustomerRow
    place: customers.PlaceRow | None
    contacts: tuple[customers.ContactRow, ...]
    purpose: str
    purposes: dict[str, str]
    names: dict[UUID, str]
    past: tuple[tuple[visits.VisitRow, str], ...]
    raised: tuple[support.RequestRow, ...]
    promises: tuple[support.RequestRow, ...]
    mine: tuple[TaskRow, ...]
    others: tuple[TaskRow, ...]
    line: tuple[LineStep, ...]
    instance_id: UUID | None
    report: tuple[report_view.Line, ...]
    corrections: tuple[correction_view.Corrected, ...]
    may_correct: bool
    drops: tuple[samples.DropRow, ...]
    drop_items: dict[str, str]
    adverse_events: tuple[safety.CaseRow, ...]
    checks: tuple[evidence.CheckRow, ...]
    reasons: dict[str, str]
    entries: tuple[Entry | CommentEntry, ...]
    looking: Looking
    linked: frozenset[UUID]
    sees_all: bool
    takers: tuple[people.Person, ...] = ()

    @property
    def may_look(self) -> bool:
        """Whether the reader may look at a position of this visit."""
        return self.looking.at_check

    @property
    def may_look_at_track(self) -> bool:
        """Whether the reader may look at the track of its day."""
        return self.looking.at_track

    @property
    def looks_left(self) -> int:
        """How many looks the reader has left today."""
        return self.looking.left

    @property
    def look_purposes(self) -> list[tuple[str, str]]:
        """Why one may look, for a menu."""
        return [(each, look_purpose_label(each)) for each in VIEW_PURPOSES if each != "place_pin"]

    @property
    def rep_name(self) -> str:
        """Whose visit it is."""
        return self.names.get(self.detail.visit.rep_id, "")

    @property
    def kept(self) -> support.RequestRow | None:
        """The first promise of this visit that was kept: a reason to come again."""
        return next((row for row in self.raised if row.is_kept), None)

    def in_words(self, text: str | None) -> str:
        """Return a reason that starts with a form's key in its words."""
        return report_view.in_words(text, self.reasons)

    @property
    def may_cancel(self) -> bool:
        """Whether the reader may cancel it now."""
        visit = self.detail.visit
        return self.detail.may_act and visit.state in CANCELLABLE and not visit.is_draft

    @property
    def may_move(self) -> bool:
        """Whether the reader may choose another time."""
        return self.detail.may_act and self.detail.visit.is_ahead

    @property
    def taker_options(self) -> list[tuple[str, str]]:
        """To whom the reader may hand it over, for a menu."""
        return [(str(person.id), person.name) for person in self.takers]

    @property
    def may_drop(self) -> bool:
        """Whether samples may be handed over at it: the rep is or was there."""
        visit = self.detail.visit
        return self.detail.may_act and visit.checked_in_at is not None and not visit.is_cancelled

    @property
    def dwell_minutes(self) -> float | None:
        """How long the rep was there."""
        dwell = self.detail.visit.dwell
        return dwell.total_seconds() / 60 if dwell else None


def gather(session: Session, actor: Actor, visit_id: UUID) -> VisitPage:
    """Return a visit that the actor may see.

    Raises:
        NotFoundError: no such visit, or not the actor's.
    """
    detail = visits.visit_detail(session, actor, visit_id)
    visit, key = detail.visit, business_key(visit_id)
    past = visits.notes_of_customer(session, visit.customer_id, other_than=visit.id, limit=3)
    tasks = process.tasks_of(session, key, states=None)
    open_tasks = [task for task in tasks if task.is_open]
    mine = process.my_open_tasks_of(session, actor, [key])[key] if open_tasks else []
    mine.sort(key=lambda task: task_rank(task.element_id))
    mine_ids = {task.id for task in mine}
    contact_rows = customers.contacts_by_id(session, detail.contact_ids) if detail.contact_ids else {}
    purposes = {each.key: each.label(locale()) for each in visits.purposes(session)}
    written = comments.comments_of(session, key, with_internal=actor.has(*BACK_OFFICE))
    checks = evidence.events_of(session, visit_id) if visit.checked_in_at else ()
    drops = samples.drops_of(session, visit_id) if visit.checked_in_at else ()
    corrected = corrections.corrections_of(session, visit_id) if detail.report else ()
    raised = support.of_visits(session, [visit_id])[visit_id] if visit.checked_in_at else []
    raised_ids = {row.id for row in raised}
    return VisitPage(
        detail=detail,
        customer=customers.by_id(session, [visit.customer_id])[visit.customer_id],
        place=customers.places_by_id(session, [visit.place_id]).get(visit.place_id) if visit.place_id else None,
        contacts=tuple(contact_rows.values()),
        purpose=purposes.get(visit.purpose_key, visit.purpose_key),
        purposes=purposes,
        names=people.names(session, {visit.rep_id, *(row.rep_id for row, _summary in past)}),
        past=past,
        raised=tuple(raised),
        promises=tuple(row for row in support.of_customer(session, visit.customer_id) if row.id not in raised_ids),
        mine=tuple(mine),
        others=tuple(
            task for task in sorted(open_tasks, key=lambda task: task_rank(task.element_id)) if task.id not in mine_ids
        ),
        line=tuple(line_of(session, actor, tasks, now_id=mine[0].id if mine else None)),
        instance_id=tasks[-1].instance_id if tasks else None,
        report=report_view.read(session, actor, detail.report, tasks) if detail.report else (),
        checks=checks,
        looking=_looking(session, actor, detail, checks),
        corrections=correction_view.corrected(session, actor, corrected, detail.report.form_key)
        if detail.report
        else (),
        adverse_events=safety.of_visits(session, actor, [visit_id]) if detail.report else (),
        drops=drops,
        drop_items=item_names({row.item for row in drops if row.item}),
        may_correct=detail.report is not None
        and visit.rep_id == actor.user_id
        and not any(row.state == "proposed" for row in corrected),
        reasons=report_view.reason_labels(session, tasks[-1].instance_id) if tasks else {},
        entries=timeline(process.history_of(session, key), tasks, written),
        linked=reachable(session, actor),
        sees_all=actor.has(*BACK_OFFICE),
        takers=_takers(session, actor, visit) if detail.may_act else (),
    )


def _takers(session: Session, actor: Actor, visit: visits.VisitRow) -> tuple[people.Person, ...]:
    """Return the reps to whom the reader may hand the visit over."""
    if not actor.has(Role.MANAGER) or visit.state not in NOT_BEGUN:
        return ()
    return tuple(each for team in people.teams(session, actor) for each in team.members if each.id != visit.rep_id)


def reachable(session: Session, actor: Actor) -> frozenset[UUID]:
    """Return the people whose visits and requests the actor may open."""
    own = frozenset({actor.user_id} if actor.user_id else ())
    return own | people.managed_ids(session, actor) if actor.has(Role.MANAGER) else own


def _looking(
    session: Session, actor: Actor, detail: visits.VisitDetail, checks: tuple[evidence.CheckRow, ...]
) -> Looking:
    visit = detail.visit
    if not (detail.may_act and actor.has(Role.MANAGER) and visit.rep_id != actor.user_id):
        return Looking()
    now = context.now()

    def agrees(purpose: str) -> bool:
        return consent_rules.may_store_position(consent.state_of(session, visit.rep_id, purpose), now=now)

    return Looking(
        at_check=any(check.has_position for check in checks) and agrees(consent_rules.CHECK_IN),
        at_track=agrees(consent_rules.TRACK)
        and track.has_track(session, visit.rep_id, visit.local_date, actor.time_zone),
        left=VIEWS_A_DAY - looks.views_on(session, actor, context.local_now().date()),
    )


def follow_up_link(request: support.RequestRow) -> str:
    """Return the page that plans a follow-up to a kept promise: its customer, contacts and purpose are filled in."""
    purposes = {each.key for each in visits.purposes(context.session())}
    purpose = FOLLOW_UP if FOLLOW_UP in purposes else None
    if request.visit_id is not None:
        return url_for("visits.new", follows=request.visit_id, purpose_key=purpose)
    day = context.local_now().date() + timedelta(days=FOLLOW_UP_DAYS)
    return url_for("visits.new", customer_id=request.customer_id, day=day.isoformat(), purpose_key=purpose)
