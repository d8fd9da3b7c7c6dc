"""Where a person can go: the bottom bar on the phone, the rail on the desk."""

from dataclasses import dataclass

from flask import request, url_for

from engine.access import Actor, Role
from web.i18n import translate as _


@dataclass(frozen=True)
class Place:
    """One entry of the navigation; ``on_phone`` ones make the bottom bar (at most four)."""

    endpoint: str
    label: str
    icon: str
    on_phone: bool = False

    @property
    def url(self) -> str:
        """The address."""
        return url_for(self.endpoint)

    @property
    def is_current(self) -> bool:
        """Whether the page shown belongs to this entry."""
        return bool(request.endpoint) and _area(str(request.endpoint)) == _area(self.endpoint)


def _area(endpoint: str) -> str:
    # An area of several blueprints names them alike: operate, operate_jobs.
    return endpoint.partition(".")[0].partition("_")[0]


def navigation(actor: Actor) -> list[Place]:
    """Return the places of a person's roles, the most used first."""
    places: list[Place] = []
    if actor.has(Role.REP):
        places.append(Place("today.today", _("Today"), "calendar", on_phone=True))
    if actor.has(Role.MANAGER):
        places.append(Place("team.week", _("Team"), "team", on_phone=True))
    places.append(Place("inbox.inbox", _("Tasks"), "inbox", on_phone=True))
    if actor.has(Role.REP, Role.MANAGER, Role.OPS, Role.ADMIN):
        on_phone = not actor.has(Role.OPS, Role.ADMIN)
        places.append(Place("customers.customers", _("Customers"), "building", on_phone=on_phone))
        places.append(Place("support.requests", _("Requests"), "lifebuoy", on_phone=actor.has(Role.OPS)))
    if actor.has(Role.OPS):
        places.append(Place("deadlines.deadlines", _("Deadlines"), "clock", on_phone=True))
        places.append(Place("warehouse.stock", _("Warehouse"), "box"))
    if actor.has(Role.REP):
        places.append(Place("samples.mine", _("My samples"), "box"))
    if actor.has(Role.MANAGER):
        places.append(Place("reports.figures", _("Figures"), "chart"))
    if actor.has(Role.COMPLIANCE):
        places.append(Place("safety.cases", _("Adverse events"), "alert", on_phone=True))
        if not actor.has(Role.ADMIN):
            places.append(Place("operate_retention.overview", _("Retention"), "clock", on_phone=True))
    if actor.has(Role.ADMIN):
        places.append(Place("studio.definitions", _("Processes"), "flow", on_phone=True))
        places.append(Place("operate_list.instances_page", _("Operate"), "activity", on_phone=True))
        places.append(Place("purposes.purposes", _("Purposes"), "file"))
        places.append(Place("calendar.shown_year", _("Calendar"), "calendar"))
        places.append(Place("people.users", _("People"), "users"))
        places.append(Place("notices.webhooks", _("Notices"), "bell"))
    places.append(Place("account.me", _("Me"), "user", on_phone=True))
    return places
