"""Chinese and English: catalogues from ``translations/zh/*.po``, and times and numbers as people read them.

English sentences are the keys; ``{name}`` placeholders are filled after the translation.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates, numbers
from babel.messages import pofile
from flask import Flask, g, has_request_context, request
from markupsafe import Markup, escape

from engine.errors import FieldflowError, FieldProblem
from engine.feel import faults
from web import context

LOCALES = ("zh", "en")
TRANSLATIONS = Path(__file__).parent / "translations"
BABEL_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
LOCALE_COOKIE = "locale"


@cache
def catalogue(locale: str) -> dict[str, str]:
    """Return sentence → translation of a locale, from all its files; FEEL has its own sentences in both languages."""
    found: dict[str, str] = dict(faults.SENTENCES.values())
    for path in sorted((TRANSLATIONS / locale).glob("*.po")):
        with path.open("rb") as file:
            for message in pofile.read_po(file, locale=BABEL_LOCALES[locale]):
                if message.id and message.string and isinstance(message.id, str):
                    found[message.id] = str(message.string)
    return found


def locale() -> str:
    """Return the locale of the request: the person's, else the cookie's, else the browser's, else Chinese."""
    if not has_request_context():
        return "en"
    actor = g.get("actor")
    if actor is not None and actor.user_id is not None:
        return str(actor.locale)
    chosen = request.cookies.get(LOCALE_COOKIE)
    return chosen if chosen in LOCALES else request.accept_languages.best_match(LOCALES) or "zh"


def translate(sentence: str, /, **params: Any) -> str:
    """Return a sentence in the request's locale with its placeholders filled."""
    text = catalogue(locale()).get(sentence, sentence) if locale() != "en" else sentence
    return text.format(**{name: present(value) for name, value in params.items()}) if params else text


def explain(error: FieldflowError | FieldProblem) -> str:
    """Return the sentence of an error in the request's locale."""
    return translate(error.template, **error.params)


def present(value: Any) -> Any:
    """Return a value as it stands in a sentence: times in the reader's zone, sentences in their language."""
    if isinstance(value, datetime):
        return format_datetime(value)
    if isinstance(value, FieldflowError | FieldProblem):
        return explain(value)
    if hasattr(value, "text") and not isinstance(value, str):
        return value.text(locale())
    return value


def zone() -> ZoneInfo:
    """Return the reader's time zone."""
    known = has_request_context() and g.get("actor") is not None
    return ZoneInfo(g.actor.time_zone if known else "Asia/Shanghai")


def format_time(value: datetime | None) -> str:
    """Return hours and minutes in the reader's zone, ``09:05``."""
    return value.astimezone(zone()).strftime("%H:%M") if value else ""


def format_date(value: datetime | date | None) -> str:
    """Return a day: ``11月23日 周一``, ``Mon 23 Nov``; with the year when it is not the current one."""
    if value is None:
        return ""
    day = value.astimezone(zone()).date() if isinstance(value, datetime) else value
    this_year = day.year == context.now().astimezone(zone()).year
    if locale() == "zh":
        pattern = "M月d日 EEE" if this_year else "y年M月d日"
    else:
        pattern = "EEE d MMM" if this_year else "d MMM y"
    return dates.format_date(day, pattern, locale=BABEL_LOCALES[locale()])


def format_input_date(value: datetime | None) -> str:
    """Return the day in the reader's zone as a date input takes it, ``2026-11-23``."""
    return value.astimezone(zone()).date().isoformat() if value else ""


def format_datetime(value: datetime | None) -> str:
    """Return a day with its time in the reader's zone."""
    return f"{format_date(value)} {format_time(value)}" if value else ""


def format_moment_ahead(value: datetime) -> str:
    """Return a time to come as briefly as it is clear: ``16:12``, ``tomorrow 16:12``, ``Fri 16:12``, ``4 Dec``.

    Days are those of the reader's zone; a weekday stands only for the next six days, as the seventh has today's name.
    """
    day, today = value.astimezone(zone()).date(), context.now().astimezone(zone()).date()
    days, time = (day - today).days, format_time(value)
    if days == 0:
        return time
    if days == 1:
        return translate("tomorrow {time}", time=time)
    if days < 7:
        return f"{dates.format_date(day, 'EEE', locale=BABEL_LOCALES[locale()])} {time}"
    return dates.format_date(day, _day_pattern(is_this_year=day.year == today.year), locale=BABEL_LOCALES[locale()])


def _day_pattern(*, is_this_year: bool) -> str:
    if locale() == "zh":
        return "M月d日" if is_this_year else "y年M月d日"
    return "d MMM" if is_this_year else "d MMM y"


def format_span(minutes: float | None) -> str:
    """Return a length of time: ``35 min``, ``2 h 10``, ``3 d``."""
    if minutes is None:
        return "–"
    whole = round(abs(minutes))
    if whole < 60:
        return translate("{n} min", n=whole)
    if whole < 24 * 60:
        return (
            translate("{h} h {m}", h=whole // 60, m=f"{whole % 60:02d}")
            if whole % 60
            else translate("{h} h", h=whole // 60)
        )
    return translate("{n} d", n=round(whole / 1440))


def format_percent(share: float | None) -> str:
    """Return a share of 1 as whole percent."""
    return "–" if share is None else numbers.format_percent(share, locale=BABEL_LOCALES[locale()])


def format_number(value: float | None) -> str:
    """Return a number with its separators."""
    return "–" if value is None else numbers.format_decimal(value, locale=BABEL_LOCALES[locale()])


def time_tag(value: datetime | None, show: Callable[[datetime | None], str] = format_datetime) -> Markup:
    """Return a ``<time>`` element: readable, with the exact instant for machines and on hover."""
    if value is None:
        return Markup("")
    exact = format_datetime(value)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(value.isoformat(), exact, escape(show(value)))


def init_app(app: Flask) -> None:
    """Give templates ``_`` and the filters."""
    app.jinja_env.globals.update(_=translate, locale=locale, explain=explain)
    app.jinja_env.filters.update(
        time=format_time,
        date=format_date,
        input_date=format_input_date,
        datetime=format_datetime,
        span=format_span,
        percent=format_percent,
        number=format_number,
        time_tag=time_tag,
    )
