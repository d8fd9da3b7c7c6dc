"""States and deadlines as people read them: a word, a tone and an icon, the same everywhere."""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask, g

from engine.notifications import service as notifications
from engine.process import queries as process
from engine.support.rules import QUEUES
from web import context
from web.i18n import format_moment_ahead, format_span, locale, zone
from web.i18n import translate as _
from web.maps import format_distance, map_links


@dataclass(frozen=True)
class Label:
    """What a badge shows."""

    text: str
    tone: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Badges:
    """Numbers in the navigation, capped."""

    tasks: str = ""
    unread: str = ""


def visit_state_label(state: str) -> Label:
    """Return the label of a visit's state."""
    labels = {
        "draft": Label(_("Draft"), "", "edit"),
        "planned": Label(_("Planned"), "info", "calendar"),
        "approved": Label(_("Planned"), "info", "calendar"),
        "checked_in": Label(_("There now"), "violet", "pin"),
        "reported": Label(_("Reported"), "success", "file"),
        "checked_out": Label(_("Checked out"), "success", "check"),
        "completed": Label(_("Completed"), "success", "check"),
        "cancelled": Label(_("Cancelled"), "", "x"),
        "missed": Label(_("Missed"), "danger", "alert"),
        "rescheduled": Label(_("Moved"), "", "arrow"),
    }
    return labels.get(state, Label(state))


def request_state_label(state: str) -> Label:
    """Return the label of a request's state."""
    labels = {
        "new": Label(_("New"), "info", "plus"),
        "triaged": Label(_("Accepted"), "info", "check"),
        "waiting": Label(_("Waiting for the requester"), "warning", "pause"),
        "in_progress": Label(_("In progress"), "violet", "clock"),
        "shipped": Label(_("Shipped"), "violet", "box"),
        "fulfilled": Label(_("Done, to be confirmed"), "success", "check"),
        "closed": Label(_("Closed"), "", "check"),
        "cancelled": Label(_("Cancelled"), "", "x"),
        "refused": Label(_("Not granted"), "danger", "x"),
    }
    return labels.get(state, Label(state))


def group_names() -> dict[str, str]:
    """Return the names of groups of people by key."""
    index = 1 if locale() == "en" else 0
    names = {
        "compliance": _("Compliance"),
        "ops_head": _("Head of ops"),
        "directors": _("Directors"),
        "managers": _("All managers"),
    }
    return {key: label[index] for key, label in QUEUES.items()} | names


def role_label(role: str) -> str:
    """Return the name of a role."""
    names = {
        "rep": _("Rep"),
        "manager": _("Manager"),
        "ops": _("Back office"),
        "admin": _("Administrator"),
        "compliance": _("Compliance"),
    }
    return names.get(role, role)


def group_label(group: str) -> str:
    """Return the name of a group of people."""
    return group_names().get(group, group)


def request_type_label(type_: str) -> str:
    """Return the name of a request's type."""
    names = {
        "sample": _("Sample"),
        "technical": _("Technical help"),
        "quotation": _("Quotation"),
        "material": _("Material"),
        "other": _("Other"),
    }
    return names.get(type_, type_)


def priority_label(priority: int) -> str:
    """Return the name of a priority."""
    return {1: _("Urgent"), 2: _("High"), 3: _("Normal"), 4: _("Low")}[priority]


def grade_label(grade: str) -> Label:
    """Return the label of a check-in's grade."""
    labels = {
        "A": Label(_("A · on the spot"), "success", "pin"),
        "B": Label(_("B · close by"), "success", "pin"),
        "C": Label(_("C · by hand or unclear"), "", "hand"),
        "D": Label(_("D · contradictory"), "danger", "alert"),
    }
    return labels.get(grade, Label(grade))


def kind_label(kind: str) -> str:
    """Return the name of a customer's kind."""
    names = {
        "hospital": _("Hospital"),
        "pharmacy": _("Pharmacy"),
        "store": _("Store"),
        "company": _("Company"),
        "clinic": _("Clinic"),
    }
    return names.get(kind, kind)


def outcome_label(outcome: str | None) -> str:
    """Return the name of a visit's outcome."""
    names = {"met": _("Met"), "partly": _("Partly met"), "not_met": _("Not met"), "refused": _("Refused")}
    return names.get(outcome or "", "")


def channel_label(channel: str) -> str:
    """Return the name of a visit's channel."""
    return {"face": _("On site"), "phone": _("By phone"), "video": _("By video")}.get(channel, channel)


def due_state(at: datetime) -> Label:
    """Return how a deadline reads now: late, within two hours, today, on which day."""
    minutes = (at - context.now()).total_seconds() / 60
    if minutes < 0:
        return Label(_("late by {span}", span=format_span(minutes)), "danger", "alert")
    if minutes < 120:
        return Label(_("in {span}", span=format_span(minutes)), "warning", "clock")
    is_today = at.astimezone(zone()).date() == context.now().astimezone(zone()).date()
    return Label(_("due {time}", time=format_moment_ahead(at)), "info" if is_today else "", "clock")


def check_label(kind: str) -> str:
    """Return the name of a check event."""
    names = {
        "in": _("Checked in"),
        "out": _("Checked out"),
        "explanation": _("Explanation"),
        "cancel": _("Cancelled"),
    }
    return names.get(kind, kind)


def look_label(what: str) -> str:
    """Return what a look at a position showed."""
    names = {"check_in": _("Position at the check-in"), "track": _("Track of the day"), "pin": _("Position of a place")}
    return names.get(what, what)


def look_purpose_label(purpose: str) -> str:
    """Return why somebody looked at a position."""
    names = {
        "explanation": _("Clear up an explanation"),
        "coaching": _("Coaching"),
        "complaint": _("A complaint"),
        "safety": _("Safety"),
        "place_pin": _("Confirm the position of a place"),
    }
    return names.get(purpose, purpose)


def nav_badges() -> Badges:
    """Return the numbers of the navigation, read once for each page."""
    if "nav_badges" not in g:
        actor = g.get("actor")
        if actor is None or actor.user_id is None or g.get("session") is None:
            return Badges()
        tasks = g.task_count if "task_count" in g else process.inbox_count(context.session(), actor)
        unread = notifications.unread_count(context.session(), actor)
        g.nav_badges = Badges(tasks=_capped(tasks, process.COUNT_CAP), unread=_capped(unread, notifications.UNREAD_CAP))
    badges: Badges = g.nav_badges
    return badges


def keep_task_count(count: int) -> None:
    """Note how many tasks wait, where a page has counted them anyway."""
    g.task_count = count


def _capped(count: int, cap: int) -> str:
    return "" if not count else f"{cap - 1}+" if count >= cap else str(count)


def data_class(name: str) -> str:
    """Return what a class of data is called."""
    return {
        "check_in_position": _("Positions of check-ins"),
        "track": _("Tracks of working time"),
        "evidence": _("Check events"),
        "visit_report": _("Visit reports"),
        "repair": _("Decided repairs"),
        "migration": _("Migrations of instances"),
        "snapshot": _("Instances as they were before a repair"),
    }.get(name, name)


def init_app(app: Flask) -> None:
    """Give the labels to templates."""
    app.jinja_env.globals.update(
        visit_state_label=visit_state_label,
        request_state_label=request_state_label,
        request_type_label=request_type_label,
        grade_label=grade_label,
        priority_label=priority_label,
        kind_label=kind_label,
        outcome_label=outcome_label,
        channel_label=channel_label,
        check_label=check_label,
        look_label=look_label,
        look_purpose_label=look_purpose_label,
        due_state=due_state,
        nav_badges=nav_badges,
        data_class=data_class,
        map_links=map_links,
    )
    app.jinja_env.filters["distance"] = format_distance
