"""The company's working calendar: a year at a glance, and an administrator's changes to days and hours."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.calendar import company, firing, presets
from engine.errors import InvalidInputError
from engine.people import queries as people
from web import audit, context
from web.calendar import year
from web.i18n import explain, locale
from web.i18n import translate as _
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("calendar", __name__, template_folder="templates")

READERS = (Role.ADMIN, Role.OPS, Role.MANAGER)


@dataclass(frozen=True)
class Typed:
    """A day's form as typed."""

    kind: str = "usual"
    name: str = ""
    name_en: str = ""


@blueprint.get("/calendar")
@policy(*READERS)
def shown_year() -> ResponseReturnValue:
    """Show a year, and the day that the address names."""
    return _page()


@blueprint.post("/calendar/days/<day>")
@policy(Role.ADMIN)
def change_day(day: str) -> ResponseReturnValue:
    """Make a day a holiday, a working day, or again what its weekday says."""
    try:
        return _change_day(year.day_of(day))
    except InvalidInputError as error:
        return _page(error), 422


change_day.is_transactional = True  # type: ignore[attr-defined]  # _change_day is; the page after a mistake only reads


@transactional
def _change_day(day: date) -> ResponseReturnValue:
    session, form = context.session(), request.form
    before = _day_state(day)
    company.set_day(
        session, context.actor(), day, kind=form.get("kind", ""), name=form.get("name", ""),
        name_en=form.get("name_en", ""), now=context.now(),
    )  # fmt: skip
    firing.recompute(session, context.now())
    text, after = day.isoformat(), _day_state(day)
    audit.changed("calendar.day_changed", ("calendar", text), name=text, before=before, after=after)
    flash(_("Saved. Running deadlines follow the new calendar."), "success")
    return redirect(url_for("calendar.shown_year", year=day.year, day=day.isoformat()))


def _day_state(day: date) -> dict[str, Any]:
    found = next((each for each in company.named_days(context.session(), day.year) if each.day == day), None)
    return audit.state_of(found, "is_working", "name", "name_en") if found else {"is_working": None}


@blueprint.post("/calendar/years/<int:number>")
@policy(Role.ADMIN)
def load_year(number: int) -> ResponseReturnValue:
    """Replace the days of a year by China's."""
    try:
        return _load_year(number)
    except InvalidInputError as error:
        return _page(error), 422


load_year.is_transactional = True  # type: ignore[attr-defined]  # _load_year is; the page after a mistake only reads


@transactional
def _load_year(number: int) -> ResponseReturnValue:
    days = company.load_preset(context.session(), context.actor(), number, now=context.now())
    firing.recompute(context.session(), context.now())
    audit.changed("calendar.year_loaded", ("calendar", number), name=str(number), after={"days": days})
    flash(_("{n} days of {year} loaded.", n=days, year=str(number)), "success")
    return redirect(url_for("calendar.shown_year", year=number))


@blueprint.post("/calendar/hours")
@policy(Role.ADMIN)
def change_hours() -> ResponseReturnValue:
    """Change the working hours of the week."""
    try:
        return _change_hours()
    except InvalidInputError as error:
        return _page(error), 422


change_hours.is_transactional = True  # type: ignore[attr-defined]  # _change_hours is; the page after a mistake only reads


@transactional
def _change_hours() -> ResponseReturnValue:
    hours = {weekday: request.form.get(f"hours_{weekday}", "")[:200] for weekday in range(7)}
    zone = request.form.get("time_zone", "").strip()[:60]
    before = company.week(context.session())
    company.set_week(context.session(), context.actor(), time_zone=zone, hours=hours, now=context.now())
    firing.recompute(context.session(), context.now())
    states = [
        {"time_zone": each.time_zone, "hours": list(each.spans)} for each in (before, company.week(context.session()))
    ]
    audit.changed("calendar.hours_changed", ("calendar", "hours"), before=states[0], after=states[1])
    flash(_("Saved. Running deadlines follow the new calendar."), "success")
    return redirect(url_for("calendar.shown_year"))


def _page(error: InvalidInputError | None = None) -> str:
    session, actor = context.session(), context.actor()
    chosen = year.chosen_day(request.values.get("day", "") or str((request.view_args or {}).get("day", "")))
    number = year.number_of(request.values.get("year", ""), chosen, context.local_now().date())
    days = company.named_days(session, number)
    named = next((each for each in days if each.day == chosen), None)
    typed = Typed("working" if named.is_working else "holiday", named.name, named.name_en) if named else Typed()
    if error is not None and request.form.get("kind") is not None:
        typed = Typed(request.form["kind"], request.form.get("name", ""), request.form.get("name_en", ""))
    hours = company.week(session)
    spans = [request.form.get(f"hours_{n}", text) for n, text in enumerate(hours.spans)]
    return render_template(
        "calendar/year.html",
        number=number,
        months=year.months(number, days, company.company_calendar(session), locale(), context.local_now().date()),
        runs=year.runs(days, locale()),
        chosen=chosen,
        typed=typed,
        week=hours,
        spans=list(zip(year.weekday_names(locale()), spans, strict=True)),
        time_zone=request.form.get("time_zone", hours.time_zone),
        changed_by=people.names(session, [hours.changed_by]).get(hours.changed_by, "") if hours.changed_by else "",
        may_change=actor.has(Role.ADMIN),
        is_known=number in presets.KNOWN_YEARS,
        errors={path: explain(problems[0]) for path, problems in error.errors.items()} if error else {},
        error=explain(error) if error is not None and not error.errors else "",
    )
