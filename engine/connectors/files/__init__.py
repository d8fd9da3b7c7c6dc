"""Files by content: the name of a file is the SHA-256 of its bytes."""

from typing import Protocol


class Files(Protocol):
    """What every file store does."""

    def put(self, content: bytes) -> str:
        """Store bytes and return their SHA-256 in hexadecimal; the same bytes are stored once."""
        ...

    def get(self, digest: str) -> bytes:
        """Return the bytes.

        Raises:
            NotFoundError: no such file.
        """
        ...

    def delete(self, digest: str) -> None:
        """Remove the file; one that is not there is no error."""
        ...
