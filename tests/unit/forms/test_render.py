import json
import re

from forms.definition import Choice
from forms.render import view
from forms.schema import validate

from .building import CHOICES, component, form_of, page_of

EVIL = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


def test_values_labels_names_and_errors_are_escaped():
    label = {"zh": EVIL, "en": EVIL}
    definition = form_of(
        {"type": "text", "key": "a", "label": label, "help": label, "placeholder": label, "required": True},
        {"type": "textarea", "key": "b", "label": label},
        {"type": "select", "key": "c", "label": label, "source": "mine"},
        {"type": "photo", "key": "d", "label": label},
        {"type": "note", "key": "n", "label": label},
        {
            "type": "list",
            "key": "l",
            "label": label,
            "row_label": label,
            "children": [{"type": "text", "key": "x", "label": label}],
        },
        title=label,
    )
    values = {"a": EVIL, "b": EVIL, "d": [{"file": EVIL, "name": EVIL}], "l": [{"x": EVIL}], EVIL: 1}
    errors = validate(definition, {**values, "a": None}).errors
    drawn = view(definition, values, errors=errors, choices={"mine": [Choice.of(EVIL, EVIL)]})
    page = page_of(
        drawn, upload_url=EVIL, file_url="/files/{file}", submission_id=EVIL, draft_url=EVIL, attrs={"hx-post": EVIL}
    )
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert page.count("<script") == 1


def test_the_page_needs_no_inline_code_or_style():
    definition = form_of(
        *[component(type_, type_) for type_ in ("text", "photo", "signature", "position", "scan", "file")]
    )
    page = page_of(view(definition, {}))
    assert not re.search(r"\son\w+=|style=|javascript:", page)
    assert re.findall(r"<script[^>]*>", page) == ['<script type="application/json" data-form-config>']


def test_config_is_json_that_cannot_end_its_element():
    definition = form_of(
        component("text", help={"zh": "x", "en": "</script>"}, visible_if={"eq": [{"field": "context.t"}, "</script>"]})
    )
    page = page_of(view(definition, {}, context={"t": "</script>", "secret": "hush"}))
    body = page.partition("data-form-config>")[2].partition("</script>")[0]
    config = json.loads(body)
    assert config["context"] == {"t": "</script>"}
    assert "hush" not in page


def test_errors_stand_at_the_field_and_in_the_summary():
    definition = form_of(component("select", options=[{"value": "x", "label": {"zh": "甲", "en": "X"}}], required=True))
    drawn = view(
        definition,
        {},
        errors=validate(definition, {}).errors,
        locale="zh",
        translate=lambda text: text.replace("Choose", "选"),
    )
    assert [(line.href, line.text) for line in drawn.errors] == [("#test_form-a-0", "选 an option for “A（中）”.")]
    page = page_of(drawn)
    assert 'id="test_form-a-error"' in page
    assert 'aria-describedby="test_form-a-error"' in page


def test_problems_without_a_field_are_only_in_the_summary():
    definition = form_of(component("text"))
    drawn = view(definition, {}, errors=validate(definition, {"other": 1}).errors)
    assert [(line.href, line.text) for line in drawn.errors] == [("", "Remove “other”: this form has no such field.")]


def test_every_input_has_a_label():
    definition = form_of(
        *[
            component(type_, type_)
            for type_ in ("text", "textarea", "number", "money", "date", "datetime", "checkbox", "customer", "scan")
        ]
    )
    page = page_of(view(definition, {}, choices=CHOICES))
    ids = re.findall(r"<(?:input|select|textarea)[^>]* id=\"([^\"]+)\"", page)
    assert len(ids) == 9
    assert all(f'for="{each}"' in page for each in ids)


def test_defaults_fill_only_what_is_missing():
    definition = form_of(
        component("text", "a", default="x"),
        component("text", "b", default={"context": "name"}),
        component("list", "rows", default={"context": "lines"}, children=[component("number", "n", default=5)]),
    )
    context = {"name": "Li", "lines": [{}, {"n": None}]}
    fresh = view(definition, {}, context=context)
    assert [field.value for field in fresh.fields[:2]] == ["x", "Li"]
    assert [row.fields[0].value for row in fresh.fields[2].rows] == ["5", ""]
    typed = view(definition, {"a": None, "b": "", "rows": []}, context=context)
    assert [field.value for field in typed.fields[:2]] == ["", ""]
    assert typed.fields[2].rows == ()


def test_hidden_fields_are_marked_and_still_there_without_scripts():
    definition = form_of(
        component("checkbox", "ask"), component("text", "b", visible_if={"eq": [{"field": "ask"}, True]})
    )
    page = page_of(view(definition, {}))
    assert re.search(r'data-field="b" data-hidden', page)
    assert "disabled" not in page
    assert "data-hidden" not in page_of(view(definition, {"ask": True}))


def test_moments_are_shown_in_the_person_s_zone():
    definition = form_of(component("datetime"))
    drawn = view(definition, {"a": "2026-03-27T06:30:00Z"}, context={"timezone": "Asia/Shanghai"})
    assert drawn.fields[0].value == "2026-03-27T14:30"


def test_values_of_any_shape_can_be_shown():
    definition = form_of(
        *[
            component(type_, type_)
            for type_ in ("text", "number", "money", "date", "datetime", "photo", "multiselect", "checkbox", "customer")
            if type_ != "multiselect"
        ],
        component("list", "rows", children=[component("text", "t")]),
    )
    for value in (None, 5, "x", [1], {"a": 1}, True, 1e300, [None], [{"t": [1]}]):
        values = {field.component.key: value for field in __import__("forms.model").model.level(definition.components)}
        assert page_of(view(definition, values, choices=CHOICES))
