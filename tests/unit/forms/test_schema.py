import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from forms.definition import load_factory_forms
from forms.model import level
from forms.render import view
from forms.schema import FORM, json_schema, marshmallow_schema, validate

from .building import component, form_of

LINES = component(
    "list",
    "lines",
    children=[
        component("text", "item", required=True),
        component("number", "quantity", integer=True, min=1, required=True),
        component("text", "why", visible_if={"gt": [{"field": "quantity"}, 10]}, required=True),
    ],
)


def codes(result):
    return {path: [problem.code for problem in found] for path, found in result.errors.items()}


def test_errors_in_rows_have_the_path_of_the_row():
    rows = [
        {"item": "a", "quantity": 1},
        {"item": "b", "quantity": "2"},
        {"quantity": 0},
        {"item": "d", "quantity": 11},
    ]
    result = validate(form_of(LINES), {"lines": rows})
    assert codes(result) == {
        "lines.1.quantity": ["integer"],
        "lines.2.item": ["required"],
        "lines.2.quantity": ["min"],
        "lines.3.why": ["required"],
    }


def test_unknown_fields_are_named_wherever_they_are():
    result = validate(form_of(LINES), {"lines": [{"item": "a", "quantity": 1, "price": 5}], "extra": 1})
    assert codes(result) == {"lines.0.price": ["unknown"], "extra": ["unknown"]}
    assert str(result.errors["extra"][0]) == "Remove “extra”: this form has no such field."


@pytest.mark.parametrize("rows", [[5], ["x"], [None], [[]]])
def test_a_row_that_is_no_object_is_refused(rows):
    assert codes(validate(form_of(LINES), {"lines": rows})) == {"lines.0": ["row"]}


@pytest.mark.parametrize("values", [[], "x", None, 5])
def test_values_that_are_no_object_are_refused(values):
    assert codes(validate(form_of(LINES), values)) == {FORM: ["not_an_object"]}


def deep(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "values",
    [{"lines": deep(10)}, {"lines": deep(5000)}, {"lines": [{}] * 6000}, {"lines": "x" * 200_001}, {"x" * 200_001: 1}],
)
def test_too_much_is_refused_before_anything_else(values):
    assert codes(validate(form_of(LINES), values)) == {FORM: ["too_large"]}


CONDITIONAL = form_of(
    component("checkbox", "ask"),
    component("text", "first", visible_if={"eq": [{"field": "ask"}, True]}, required=True),
    component("text", "second", visible_if={"not_empty": {"field": "first"}}),
    component(
        "section",
        "more",
        visible_if={"eq": [{"field": "ask"}, True]},
        children=[component("number", "inside", required=True)],
    ),
)


def test_hidden_fields_are_dropped_with_all_that_depends_on_them():
    result = validate(CONDITIONAL, {"ask": False, "first": "x", "second": "y", "inside": "not even a number"})
    assert result.ok
    assert result.values == {"ask": False}


def test_shown_fields_are_required():
    assert codes(validate(CONDITIONAL, {"ask": True, "first": "x"})) == {"inside": ["required_number"]}


def test_required_by_condition():
    definition = form_of(component("text", "a"), component("text", "b", required={"eq": [{"field": "a"}, "x"]}))
    assert validate(definition, {"a": "y"}).ok
    assert codes(validate(definition, {"a": "x"})) == {"b": ["required"]}


def test_conditions_read_the_context_and_rows_read_the_form():
    definition = form_of(
        component("text", "kind"),
        component(
            "list",
            "rows",
            children=[
                component("text", "a", visible_if={"eq": [{"field": "kind"}, "x"]}),
                component("text", "b", visible_if={"eq": [{"field": "context.type"}, "y"]}),
            ],
        ),
    )
    values = {"kind": "x", "rows": [{"a": "1", "b": "2"}]}
    assert validate(definition, values, context={"type": "y"}).values["rows"] == [{"a": "1", "b": "2"}]
    assert validate(definition, {**values, "kind": "z"}).values["rows"] == [{}]


def test_computed_values_come_from_the_server():
    definition = form_of(
        component(
            "list",
            "lines",
            children=[
                component("number", "quantity"),
                component("money", "price"),
                component("number", "discount"),
                component("computed", "amount", compute={"product": ["quantity", "price"], "less_percent": "discount"}),
            ],
        ),
        component("computed", "total", compute={"sum": "lines.amount"}),
        component("computed", "count", compute={"count": "lines"}),
        component("computed", "highest", compute={"max": "lines.discount"}),
        component("text", "why", visible_if={"gt": [{"field": "total"}, 1000]}, required=True),
    )
    rows = [{"quantity": 3, "price": 333, "discount": 7.5, "amount": 1}, {"quantity": 1, "price": None}]
    result = validate(definition, {"lines": rows, "total": 5})
    assert result.ok
    assert [row["amount"] for row in result.values["lines"]] == [924, None]
    assert (result.values["total"], result.values["count"], result.values["highest"]) == (924, 2, 7.5)
    assert codes(validate(definition, {"lines": [{"quantity": 10, "price": 333}]})) == {"why": ["required"]}


def test_problems_are_worded_in_the_language_of_the_person():
    definition = form_of(component("text", "name", required=True))
    (found,) = validate(definition, {}).errors["name"]
    assert found.text("zh", {"Fill in “{label}”.": "请填写“{label}”。"}.__getitem__) == "请填写“NAME（中）”。"
    assert found.template.format(**found.params) == "Fill in “NAME”."


def test_marshmallow_schema_checks_the_shape_alone():
    schema = marshmallow_schema(form_of(LINES))()
    assert schema.load({"lines": [{"item": " a ", "quantity": 1.0}]}) == {"lines": [{"item": "a", "quantity": 1}]}
    with pytest.raises(ValidationError):
        schema.load({"lines": 5})


def test_json_schema_describes_what_validate_takes():
    exported = json_schema(form_of(LINES, component("checkbox", "ask", required=True)))
    assert exported["required"] == ["ask"]
    rows = exported["properties"]["lines"]["anyOf"][0]
    assert rows["items"]["required"] == ["item", "quantity"]
    assert rows["items"]["properties"]["quantity"]["minimum"] == 1
    assert rows["items"]["additionalProperties"] is False


@pytest.mark.parametrize("name", ["load", "fields", "validate", "opts", "dump", "set_class", "error_messages"])
def test_keys_that_marshmallow_uses_itself_are_ordinary_keys(name):
    definition = form_of(component("text", name, required=True))
    assert validate(definition, {name: "x"}).values == {name: "x"}
    assert codes(validate(definition, {name: 5, "zz": 1})) == {name: ["text"], "zz": ["unknown"]}


def test_names_that_no_page_could_carry_are_made_harmless():
    result = validate(form_of(LINES), {"\ud800" + "x" * 500: 1})
    ((path, found),) = result.errors.items()
    assert (path + str(found[0])).encode()
    assert len(path) == 300


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_json_whatever_breaks_the_factory_forms(data):
    definition = load_factory_forms()[data.draw(st.sampled_from(sorted(load_factory_forms())))]
    keys = [part.component.key for part in level(definition.components)]
    values = data.draw(
        st.dictionaries(
            st.sampled_from(keys),
            JSON | st.lists(st.dictionaries(st.sampled_from(["product", "quantity", "kind", "due"]), JSON), max_size=2),
        )
    )
    result = validate(definition, values, context={"today": "2026-01-01"})
    if result.ok:
        assert validate(definition, result.values, context={"today": "2026-01-01"}).values == result.values
    assert view(definition, values, errors=result.errors).fields
