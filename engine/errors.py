"""The errors that a user, a client or a worker can cause; ``web/errors.py`` turns them into HTTP.

``template`` is an English sentence for a person, with ``{name}`` placeholders; it is also the key of the
translation. ``code`` is for clients. Parameters never carry coordinates, notes, phone numbers or tokens.
"""

from typing import Any


class FieldflowError(Exception):
    """What went wrong, in a sentence for a person.

    Args:
        template: the sentence; ``{name}`` stands for a parameter.
        code: a stable ``snake_case`` word for clients.
        params: the values of the placeholders.
    """

    code = "error"

    def __init__(self, template: str, *, code: str | None = None, **params: Any) -> None:
        super().__init__(template.format(**params) if params else template)
        self.template = template
        self.code = code or type(self).code
        self.params = params


class NotFoundError(FieldflowError):
    """No such object, or not one that this actor may see: the two look the same on purpose."""

    code = "not_found"


class ForbiddenError(FieldflowError):
    """The actor sees the object and may not do this to it."""

    code = "forbidden"


class ConflictError(FieldflowError):
    """The object is no longer in a state that allows this."""

    code = "conflict"


class InvalidInputError(FieldflowError):
    """Some values do not fit.

    Args:
        template: the sentence about the whole.
        errors: field path (``lines.0.quantity``) to the sentences about it; each is a ``FieldProblem``.
    """

    code = "invalid_input"

    def __init__(
        self,
        template: str = "Some fields need your attention.",
        *,
        errors: "dict[str, list[FieldProblem]] | None" = None,
        code: str | None = None,
        **params: Any,
    ) -> None:
        super().__init__(template, code=code, **params)
        self.errors = errors or {}


class FieldProblem:
    """One sentence about one field: an English template (the translation key) and its parameters."""

    def __init__(self, template: str, code: str = "invalid", **params: Any) -> None:
        self.template = template
        self.code = code
        self.params = params

    @classmethod
    def of(cls, error: FieldflowError) -> "FieldProblem":
        """Return the sentence of an error."""
        return cls(error.template, code=error.code, **error.params)

    def __str__(self) -> str:
        """Return the English sentence."""
        return self.template.format(**self.params) if self.params else self.template

    def __repr__(self) -> str:
        """Return the sentence with its code."""
        return f"FieldProblem({self.code}: {self})"


class RetryableError(FieldflowError):
    """Outside trouble that may pass: the delivery is tried again."""

    code = "retry"
