import string
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from forms.definition import FormError, load_factory_forms, parse
from forms.findings import FINDINGS
from forms.lint import lint
from forms.messages import MESSAGES, WORDS

from .building import component, form_of, wording

SOURCES = {
    "products", "contacts", "customers", "queues", "check_methods", "sample_lots", "warehouse_lots", "parcel_lots",
    "sample_items", "materials",
}  # fmt: skip
FACTORY = load_factory_forms()
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("key", sorted(FACTORY))
def test_factory_forms_are_clean_in_both_languages(key):
    assert [finding.text("en") for finding in lint(FACTORY[key], sources=SOURCES)] == []


def test_each_factory_form_stands_in_a_file_of_its_name():
    names = {entry.name for entry in (files("forms") / "definitions").iterdir()}
    assert names == {f"{key}.json" for key in FACTORY}


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_has_a_chinese_one_with_the_same_placeholders():
    with (ROOT / "web/translations/zh/forms.po").open("rb") as file:
        catalog = read_po(file, locale="zh")
    for text in [*MESSAGES.values(), *WORDS.values()]:
        assert text in catalog and catalog[text].string, text
        assert placeholders(catalog[text].string) == placeholders(text), text
    assert len(catalog) == len({*MESSAGES.values(), *WORDS.values()})


@pytest.mark.parametrize("code", FINDINGS)
def test_findings_say_the_same_in_both_languages(code):
    english, chinese = FINDINGS[code]
    assert placeholders(english) - {"language"} == placeholders(chinese) - {"language_zh"}


def refusals(document):
    with pytest.raises(FormError) as caught:
        parse(document)
    return {(finding.path, finding.code) for finding in caught.value.findings}


def test_every_fault_of_structure_is_found_at_once():
    document = {
        "key": "Bad Key",
        "version": 0,
        "title": "no languages",
        "extra": 1,
        "components": [
            {"type": "nonsense"},
            5,
            component("text", "__proto__"),
            component("text", "b", max_length="long", colour="red"),
            component("select", "c"),
            component("select", "d", options=[{"value": 5}], source="also"),
            component("list", "e"),
            component("text", "f", visible_if={"nope": 1}, required="yes"),
            component("computed", "g"),
            component("computed", "h", compute={"eval": "x"}),
            component("text", "context"),
        ],
    }
    assert refusals(document) == {
        ("key", "key"),
        ("version", "version"),
        ("title", "wording"),
        ("extra", "unknown_property"),
        ("components.0", "type"),
        ("components.1", "type"),
        ("components.2.key", "key"),
        ("components.3.max_length", "property"),
        ("components.3.colour", "unknown_property"),
        ("components.4", "options_or_source"),
        ("components.5.options.0", "options"),
        ("components.5", "options_or_source"),
        ("components.6.children", "no_components"),
        ("components.7.visible_if", "condition"),
        ("components.7.required", "condition"),
        ("components.8.compute", "property"),
        ("components.9.compute", "property"),
        ("components.10.key", "key"),
    }


@pytest.mark.parametrize("document", [None, [], {}, {"components": []}, {"components": "x"}, "x"])
def test_what_is_no_definition_is_refused(document):
    assert refusals(document)


def test_definitions_nested_or_grown_too_far_are_refused():
    nested = component("text")
    for level in range(6):
        nested = component("section", f"s{level}", children=[nested])
    assert "too_large" in {code for _, code in refusals({"key": "k", "title": wording("T"), "components": [nested]})}
    many = [component("text", f"k{number}") for number in range(301)]
    assert "too_large" in {code for _, code in refusals({"key": "k", "title": wording("T"), "components": many})}


def lint_codes(*components, **more):
    return [(finding.path, finding.code) for finding in lint(form_of(*components, **more))]


def test_lint_finds_keys_that_are_used_twice_even_across_sections():
    inside = component("section", "s", children=[component("text", "a")])
    assert lint_codes(component("text", "a"), inside) == [("components.1.children.0.key", "duplicate_key")]
    assert lint_codes(component("text", "a"), component("list", "l", children=[component("text", "a")])) == []


def test_lint_finds_missing_languages():
    found = lint_codes({"type": "text", "key": "a", "label": {"en": "A"}, "help": {"zh": "甲"}}, title={"zh": "甲"})
    assert found == [
        ("title", "missing_label"),
        ("components.0.label", "missing_label"),
        ("components.0.help", "missing_label"),
    ]


def test_lint_finds_conditions_on_fields_that_cannot_be_seen():
    rows = component("list", "rows", children=[component("text", "inner")])
    found = lint_codes(
        rows, component("text", "b", visible_if={"empty": {"field": "inner"}}, required={"eq": [{"field": "gone"}, 1]})
    )
    assert found == [("components.1.visible_if", "unknown_field"), ("components.1.required", "unknown_field")]
    assert lint_codes(component("text", "b", visible_if={"empty": {"field": "context.anything"}})) == []


def test_lint_finds_conditions_in_a_circle():
    when = lambda name: {"not_empty": {"field": name}}  # noqa: E731
    found = lint_codes(
        component("text", "a", visible_if=when("b")),
        component("text", "b", visible_if=when("a")),
        component("text", "c", visible_if=when("a")),
    )
    assert found == [("components.0", "cycle")]
    assert lint_codes(component("text", "a", visible_if=when("a"))) == [("components.0", "cycle")]


def test_lint_finds_options_that_are_doubled_or_not_there():
    options = [{"value": "x", "label": wording("X")}] * 2
    found = lint_codes(
        component("select", "a", options=options, default="z"),
        component("text", "b", visible_if={"in": [{"field": "a"}, ["x", "q"]]}),
    )
    assert found == [
        ("components.0.options", "duplicate_option"),
        ("components.0.default", "default"),
        ("components.1.visible_if", "unknown_option"),
    ]


def test_lint_finds_limits_defaults_sources_and_computed_fields_that_do_not_fit():
    found = lint_codes(
        component("number", "a", min=5, max=1, default="x"),
        component("computed", "b", compute={"sum": "rows.t"}),
        component("computed", "c", compute={"product": ["a", "gone"]}),
        component("list", "rows", children=[component("text", "t")]),
    )
    assert found == [
        ("components.0", "limits"),
        ("components.0.default", "default"),
        ("components.1.compute", "unknown_column"),
        ("components.2.compute", "unknown_column"),
    ]
    (finding,) = lint(form_of(component("item")), sources=["customers"])
    assert finding.code == "unknown_source"
