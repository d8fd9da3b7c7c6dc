"""Marshmallow fields of the components: they check the shape, ``forms.schema`` checks the rules."""

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from forms.components import blank_of, is_list, kind_of
from forms.kinds.base import InvalidValueError
from forms.messages import problem
from forms.model import Component, level


class ComponentField(fields.Field[Any]):
    """A field whose component's kind cleans the value."""

    def __init__(self, component: Component, **kwargs: Any) -> None:
        super().__init__(allow_none=True, **kwargs)
        self.component = component

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """Return the clean value; what is not given becomes the kind's blank."""
        cleaned = super().deserialize(value, attr, data, **kwargs)
        return blank_of(self.component) if cleaned is None else cleaned

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        try:
            return kind_of(self.component).clean(self.component, value)
        except InvalidValueError as error:
            raise ValidationError([error.problem]) from error


class RowsField(fields.List[Any]):
    """A list of rows, each checked by the schema of the list's components."""

    def __init__(self, component: Component, **kwargs: Any) -> None:
        super().__init__(fields.Nested(schema_of(component.children)), allow_none=True, **kwargs)
        self.component = component

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """Return the clean rows; no list at all is an empty one."""
        return super().deserialize(value, attr, data, **kwargs) or []

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValidationError([problem("list", self.component)])
        limit = kind_of(self.component).limit(self.component)  # type: ignore[attr-defined]  # a ListKind, see field_of
        if len(value) > limit:
            raise ValidationError([problem("max_rows", self.component, max=limit)])
        return super()._deserialize(value, attr, data, **kwargs)


class FormSchema(Schema):
    """The base of all generated schemas: unknown names are errors."""

    class Meta:
        """Options of marshmallow."""

        unknown = RAISE

    # Codes, which forms.schema turns into sentences that name the field.
    error_messages = {"unknown": "unknown", "type": "row"}


def schema_of(components: tuple[Component, ...]) -> type[Schema]:
    """Return the schema of one level of components."""
    made = {
        component.key: RowsField(component) if is_list(component) else ComponentField(component)
        for component, _ in level(components)
        if kind_of(component).has_value
    }
    return FormSchema.from_dict(made, name="Form")  # type: ignore[arg-type]  # dict is invariant in marshmallow's stub
