"""Mails of notices: plain text and the same as simple HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_SEVERAL = ("外勤流：{count} 条通知", "Fieldflow: {count} notices")
_OPEN = ("打开", "Open")
_CHOOSE = ("更改接收哪些通知", "Choose what you are told")
_BODY = "font-family:system-ui,'PingFang SC','Microsoft YaHei',sans-serif;color:#16202a;max-width:560px;line-height:1.5"


@dataclass(frozen=True)
class Line:
    """One notice: its text, when it came (readable), and the page that it is about, if any."""

    text: str
    at: str = ""
    link: str = ""


@dataclass(frozen=True)
class Letter:
    """A mail without its address."""

    subject: str
    plain: str
    html: str


def letter(lines: Sequence[Line], *, locale: str, preferences_url: str) -> Letter:
    """Return the mail for one notice, or for several together."""
    index = 1 if locale == "en" else 0
    subject = lines[0].text if len(lines) == 1 else several(len(lines), locale=locale)
    plain = [f"{line.text}\n{_note(line)}" for line in lines]
    rows = "".join(
        f'<p style="margin:0 0 16px">{escape(line.text)}'
        + (f'<br><span style="color:#5a6b78">{escape(line.at)}</span>' if line.at else "")
        + (f'<br><a href="{escape(line.link)}">{_OPEN[index]}</a>' if line.link else "")
        + "</p>"
        for line in lines
    )
    foot = (
        f'<p style="border-top:1px solid #d5dde2;padding-top:12px">'
        f'<a href="{escape(preferences_url)}">{_CHOOSE[index]}</a></p>'
    )
    html = f'<!doctype html><html lang="{"en" if index else "zh-CN"}"><body style="{_BODY}">{rows}{foot}</body></html>'
    return Letter(subject, "\n".join([*plain, f"{_CHOOSE[index]}: {preferences_url}\n"]), html)


def several(count: int, *, locale: str) -> str:
    """Return the heading of several notices together."""
    return _SEVERAL[1 if locale == "en" else 0].format(count=count)


def _note(line: Line) -> str:
    return "".join(f"{part}\n" for part in (line.at, line.link) if part)
