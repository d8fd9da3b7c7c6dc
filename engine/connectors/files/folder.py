"""Files in a folder: ``ab/cdef…``, written whole or not at all."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from engine.errors import NotFoundError

DIGEST = re.compile(r"[0-9a-f]{64}")


class FolderFiles:
    """Content-addressed files below a folder.

    Args:
        folder: made when it is first needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Store bytes and return their SHA-256 in hexadecimal."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes.

        Raises:
            NotFoundError: no such file.
        """
        if not DIGEST.fullmatch(digest):
            raise NotFoundError("There is no such file.", code="file_unknown")
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError("There is no such file.", code="file_unknown") from error

    def delete(self, digest: str) -> None:
        """Remove the file; one that is not there is no error."""
        if DIGEST.fullmatch(digest):
            self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:]
