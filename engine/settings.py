"""Settings from environment variables, each with a default that works on a laptop."""

import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

TILE_SYSTEMS = ("wgs84", "gcj02", "bd09")
_TILE_URL = re.compile(
    r"https://(\{s\}\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?/([^\s\"'<>\\{}]|\{[zxysr]\})*"
)


@dataclass(frozen=True)
class Settings:
    """How this installation runs.

    Args:
        data_folder: where the database, files and the job server keep their data.
        database_url: SQLAlchemy's address of the database.
        redis_url: the job server; None starts the embedded one.
        files_folder: content-addressed files.
        smtp_url: ``smtp://user:password@host:port``; None keeps mail in the outbox folder as ``.eml`` files.
        mail_from: sender of mail.
        crm: which connector serves the CRM (``memory``).
        secret_folder: keys that this installation made for itself.
        public_url: how people reach the server, for links in mail.
        tls_certificate: what the web server shows; its key lies beside it as ``server.key``. None: plain HTTP.
        is_demo: demo accounts may sign in with the password that is printed.
        tile_url: pictures of a map, ``https://host/{z}/{x}/{y}.png``; empty: sketches without pictures.
        tile_attribution: whose map it is, as its owner wants it shown.
        tile_system: its coordinates, ``wgs84``, ``gcj02`` or ``bd09``.
        tile_problem: why the map that the environment names is not used; the rest works with sketches.
        kept_days: days that a class of data is kept (``check_in_position``, ``track``, ``evidence``,
            ``visit_report``, ``repair``, ``migration``, ``snapshot``), where they are to be fewer than promised.
        outbound_allow: private networks that webhooks may be posted to, ``10.1.0.0/16,127.0.0.1``; empty: public
            addresses only.
    """

    data_folder: Path
    database_url: str
    redis_url: str | None
    files_folder: Path
    smtp_url: str | None
    mail_from: str
    crm: str
    public_url: str
    default_locale: str
    default_time_zone: str
    is_demo: bool
    is_secure: bool
    tls_certificate: Path | None = None
    kept_days: Mapping[str, int] = field(default_factory=dict)
    tile_url: str = ""
    tile_attribution: str = ""
    tile_system: str = "wgs84"
    tile_problem: str = ""
    outbound_allow: str = ""

    def secret_key(self) -> bytes:
        """Return this installation's signing key, made at its first use and kept beside the data."""
        path = self.data_folder / "secret"
        if not path.exists():
            self.data_folder.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError), path.open("xb") as file:
                path.chmod(0o600)
                file.write(secrets.token_bytes(32))
        return path.read_bytes()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read ``FIELDFLOW_*`` variables."""
        env = os.environ if environment is None else environment
        folder = Path(env.get("FIELDFLOW_DATA", "var")).resolve()
        public_url = env.get("FIELDFLOW_PUBLIC_URL", "http://127.0.0.1:8000")
        return cls(
            data_folder=folder,
            database_url=env.get("FIELDFLOW_DATABASE_URL", f"sqlite:///{folder / 'fieldflow.db'}"),
            redis_url=env.get("FIELDFLOW_REDIS_URL"),
            files_folder=Path(env.get("FIELDFLOW_FILES", str(folder / "files"))),
            smtp_url=env.get("FIELDFLOW_SMTP_URL"),
            mail_from=env.get("FIELDFLOW_MAIL_FROM", "fieldflow@localhost"),
            crm=env.get("FIELDFLOW_CRM", "memory"),
            public_url=public_url,
            default_locale=env.get("FIELDFLOW_LOCALE", "zh"),
            default_time_zone=env.get("FIELDFLOW_TIME_ZONE", "Asia/Shanghai"),
            is_demo=env.get("FIELDFLOW_DEMO", "") == "1",
            is_secure=public_url.startswith("https://"),
            tls_certificate=Path(tls) if (tls := env.get("FIELDFLOW_TLS_CERTIFICATE")) else None,
            **_tiles(env),
            kept_days=_days(env.get("FIELDFLOW_KEEP_DAYS", "")),
            outbound_allow=env.get("FIELDFLOW_OUTBOUND_ALLOW", ""),
        )


def _tiles(env: Mapping[str, str]) -> dict[str, str]:
    url, attribution = (env.get(f"FIELDFLOW_TILE_{name}", "").strip() for name in ("URL", "ATTRIBUTION"))
    system = env.get("FIELDFLOW_TILE_SYSTEM", "").strip().lower() or TILE_SYSTEMS[0]
    if not url:
        return {}
    if problem := _tile_problem(url, attribution, system):
        return {"tile_problem": f"{problem} Until then days are sketched without a map."}
    return {"tile_url": url, "tile_attribution": attribution, "tile_system": system}


def _tile_problem(url: str, attribution: str, system: str) -> str:
    missing = [part for part in ("{z}", "{x}", "{y}") if part not in url]
    # The host goes into a page's Content-Security-Policy, the rest into addresses that Leaflet fills in.
    if not _TILE_URL.fullmatch(url):
        return f"FIELDFLOW_TILE_URL must read like https://host/{{z}}/{{x}}/{{y}}.png, not {url!r}."
    if missing:
        return f"FIELDFLOW_TILE_URL lacks {', '.join(missing)}: {url!r}."
    if system not in TILE_SYSTEMS:
        return f"FIELDFLOW_TILE_SYSTEM must be one of {', '.join(TILE_SYSTEMS)}, not {system!r}."
    if not attribution:
        return "FIELDFLOW_TILE_ATTRIBUTION must say whose map it is."
    return ""


def _days(text: str) -> dict[str, int]:
    # "track=14,check_in_position=90"
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    return {name.strip(): int(days) for name, _equals, days in pairs}
