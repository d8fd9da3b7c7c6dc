"""Bundles as zip files: written to be moved to another installation, read with suspicion."""

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import orjson

from engine.errors import InvalidInputError
from engine.studio.drafts import MAX_BYTES, MAX_FILES, NAME

MANIFEST = "META-INF/bundle.json"
MAX_ARCHIVE_BYTES = 10_000_000
MAX_TOTAL_BYTES = 20_000_000
EPOCH = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Archive:
    """The files of a bundle that came from elsewhere; ``manifest`` says where from, if it was one of ours."""

    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]


def write(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> bytes:
    """Return a bundle as a zip file; the same bundle gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [(MANIFEST, orjson.dumps(dict(manifest))), *sorted(files.items())]:
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def read(name: str, content: bytes) -> Archive:
    """Return the files that somebody uploaded: a zip file, or one file of a bundle alone.

    Raises:
        InvalidInputError: too large, unreadable, or with a file that no bundle may hold; the sentence names it.
    """
    if len(content) > MAX_ARCHIVE_BYTES:
        raise InvalidInputError("{name} is larger than 10 MB.", code="archive_refused", name=name[:120])
    if not zipfile.is_zipfile(io.BytesIO(content)):
        short = PurePosixPath(name.replace("\\", "/")).name
        if not NAME.fullmatch(short):
            short = f"imported{PurePosixPath(short).suffix.lower()}"
        if not NAME.fullmatch(short) or len(content) > MAX_BYTES:
            raise InvalidInputError(
                "{name} cannot be imported: it is no zip file, and no .bpmn, .dmn or .json file of at most 2 MB.",
                code="archive_refused",
                name=name[:120],
            )
        return Archive({short: content}, {})
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive, name)
    # zipfile says NotImplementedError of a compression that it does not know, and RuntimeError of an encrypted file.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise InvalidInputError(
            "{name} cannot be imported: the zip file is damaged or encrypted.", code="archive_refused", name=name[:120]
        ) from error


def _read(archive: zipfile.ZipFile, name: str) -> Archive:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_FILES:
        raise InvalidInputError(
            "{name} cannot be imported: it has more than {n} files.",
            code="archive_refused",
            name=name[:120],
            n=MAX_FILES,
        )
    folder = _folder([entry.filename for entry in entries])
    files: dict[str, bytes] = {}
    manifest: Mapping[str, Any] = {}
    total = 0
    for entry in entries:
        short = entry.filename.removeprefix(folder)
        if short != MANIFEST and not NAME.fullmatch(short):
            raise InvalidInputError(
                "{name} cannot be imported: it holds “{file}”, which is no file of a bundle.",
                code="archive_refused",
                name=name[:120],
                file=entry.filename[:120],
            )
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise InvalidInputError(
                "{name} cannot be imported: “{file}” is a link.",
                code="archive_refused",
                name=name[:120],
                file=entry.filename[:120],
            )
        with archive.open(entry) as source:
            # What the header says of the size is the sender's word: reading stops where the limit is.
            body = source.read(MAX_BYTES + 1)
        total += len(body)
        if len(body) > MAX_BYTES or total > MAX_TOTAL_BYTES:
            raise InvalidInputError(
                "{name} cannot be imported: “{file}” is too large once unpacked.",
                code="archive_refused",
                name=name[:120],
                file=short,
            )
        if short == MANIFEST:
            manifest = _manifest(body)
        else:
            files[short] = body
    if not any(each.endswith(".bpmn") for each in files):
        raise InvalidInputError(
            "{name} cannot be imported: it holds no .bpmn file.", code="archive_refused", name=name[:120]
        )
    return Archive(files, manifest)


def _folder(names: list[str]) -> str:
    """Return the one folder that everything lies in, if somebody packed the folder itself."""
    first = {name.partition("/")[0] for name in names if "/" in name}
    if len(first) == 1 and all("/" in name for name in names):
        only = first.pop()
        if only not in {"META-INF", "scenarios", "decision_tests", "..", "."} and only:
            return f"{only}/"
    return ""


def _manifest(body: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
