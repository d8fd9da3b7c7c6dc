"""Photos, files and signatures: a list of ``{"file": sha-256, "name": text}`` of what was uploaded before."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from forms.kinds.base import Environment, InvalidValueError, Kind
from forms.messages import Problem, problem
from forms.model import Component

_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_NAME = 150


class FileKind(Kind):
    """Uploaded files."""

    macro = "file"
    required_code = "required_file"
    blank: ClassVar[Any] = ()
    props: ClassVar = {"max_files": "count", "accept": "text"}
    most = 6

    def limit(self, component: Component) -> int:
        """Return how many files the component takes."""
        return int(component.props.get("max_files", self.most))

    def clean(self, component: Component, value: Any) -> Any:
        """Return the files, each once.

        Raises:
            InvalidValueError: no list, too long, or an entry that names no upload.
        """
        if not isinstance(value, list):
            raise InvalidValueError("list", component)
        if len(value) > self.limit(component):
            raise InvalidValueError("max_files", component, max=self.limit(component))
        entries = {self._sha(component, entry): self._name(entry) for entry in value}
        return [{"file": sha, "name": name} for sha, name in entries.items()]

    def _sha(self, component: Component, entry: Any) -> str:
        sha = entry.get("file") if isinstance(entry, dict) and set(entry) <= {"file", "name"} else None
        if not isinstance(sha, str) or not _SHA256.fullmatch(sha):
            raise InvalidValueError("file", component)
        return sha

    def _name(self, entry: dict[str, Any]) -> str:
        name = entry.get("name")
        return "".join(char for char in name if char.isprintable())[:_LONGEST_NAME] if isinstance(name, str) else ""

    def check(self, component: Component, value: Any, env: Environment) -> Iterator[Problem]:
        """The number was checked with the shape."""
        if len(value) > self.limit(component):
            yield problem("max_files", component, max=self.limit(component))

    def read(self, component: Component, texts: list[str]) -> Any:
        """Read ``sha:name`` of each hidden input."""
        return [{"file": sha, "name": name} for sha, _, name in (text.partition(":") for text in texts if text)]

    def json_schema(self, component: Component) -> dict[str, Any]:
        """A list of uploads."""
        entry = {
            "type": "object",
            "properties": {"file": {"type": "string", "pattern": f"^{_SHA256.pattern}$"}, "name": {"type": "string"}},
            "required": ["file"],
            "additionalProperties": False,
        }
        return {"type": "array", "maxItems": self.limit(component), "items": entry}


class PhotoKind(FileKind):
    """Photos from the camera or the gallery."""

    macro = "photo"
    required_code = "required_photo"
    props: ClassVar = {"max_files": "count"}


class SignatureKind(FileKind):
    """A drawn signature, kept as one image."""

    macro = "signature"
    required_code = "required_signature"
    props: ClassVar = {}
    most = 1
