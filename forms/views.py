"""What the templates draw: plain values, ready in the person's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class OptionView:
    """One radio button, checkbox or menu entry."""

    id: str
    value: str
    label: str
    selected: bool


@dataclass(frozen=True)
class FileView:
    """One uploaded file; ``value`` is what its hidden input posts."""

    file: str
    name: str
    value: str


@dataclass(frozen=True)
class FieldView:
    """One component.

    Args:
        macro: the macro of ``forms/form.html`` that draws it.
        name: the path that the browser posts, ``lines.0.quantity``.
        required: whether it must be filled in with the values shown.
        hidden: whether its condition is not met now; without scripts it is drawn all the same.
        attrs: limits and the like, as the macro needs them.
        blank_row: what a script copies to add a row; its index is ``__0__`` (``__1__`` in a nested list).
    """

    macro: str
    type: str
    name: str
    id: str
    label: str
    help: str
    placeholder: str
    required: bool
    hidden: bool
    value: str
    errors: tuple[str, ...] = ()
    options: tuple[OptionView, ...] = ()
    files: tuple[FileView, ...] = ()
    rows: tuple["RowView", ...] = ()
    blank_row: "RowView | None" = None
    children: tuple["FieldView", ...] = ()
    attrs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def described_by(self) -> str:
        """The ids of help and errors for ``aria-describedby``."""
        return " ".join(([f"{self.id}-help"] if self.help else []) + ([f"{self.id}-error"] if self.errors else []))


@dataclass(frozen=True)
class RowView:
    """One row of a list."""

    index: str
    name: str
    title: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True)
class ErrorLine:
    """One line of the summary; ``href`` is empty for a problem with the whole form."""

    path: str
    href: str
    text: str


@dataclass(frozen=True)
class FormView:
    """A whole form.

    Args:
        config: what the client runtime needs (fields, conditions, sentences), for a JSON script element.
    """

    key: str
    title: str
    submit: str
    fields: tuple[FieldView, ...]
    errors: tuple[ErrorLine, ...]
    words: Mapping[str, str]
    config: Mapping[str, Any]
    has_files: bool
