"""What a page shows is what the same page posts: render, read as a browser would, validate."""

from hypothesis import given, settings
from hypothesis import strategies as st

from forms.definition import load_factory_forms
from forms.html import from_html, list_action, with_uploads
from forms.render import view
from forms.schema import validate

from .building import CHOICES, component, form_of, page_of, posted_by

SHA = "cd" * 32
CONTEXT = {"timezone": "Asia/Shanghai", "today": "2026-01-01"}
OPTIONS = [{"value": value, "label": {"zh": value, "en": value}} for value in ("x", "y", 'q"<z')]
SCALARS = [
    component("text", "text"),
    component("textarea", "long"),
    component("number", "number"),
    component("money", "money"),
    component("date", "date"),
    component("datetime", "moment"),
    component("select", "radio", options=OPTIONS),
    component("select", "menu", options=OPTIONS, display="menu"),
    component("multiselect", "many", options=OPTIONS),
    component("checkbox", "tick"),
    component("item", "product"),
    component("photo", "photos"),
    component("scan", "code"),
    component("position", "place"),
]
FORM = form_of(
    *SCALARS, component("list", "rows", children=[*SCALARS, component("table", "inner", children=SCALARS[:4])])
)

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
LONG = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=40)
NUMBERS = st.integers(-(10**9), 10**9) | st.decimals(-1000, 1000, places=3).map(float)
SCALAR_VALUES = {
    "text": TEXT,
    "long": LONG,
    "number": NUMBERS,
    "money": st.integers(-(10**9), 10**9),
    "date": st.dates().map(lambda day: day.isoformat()),
    "moment": st.datetimes()
    .map(lambda moment: moment.isoformat(timespec="minutes"))
    .filter(lambda text: text > "0002"),
    "radio": st.sampled_from(["x", "y", 'q"<z']),
    "menu": st.sampled_from(["x", "y"]),
    "many": st.lists(st.sampled_from(["x", "y", 'q"<z']), unique=True).map(sorted),
    "tick": st.booleans(),
    "product": st.sampled_from(["c1", "c2"]),
    "photos": st.lists(st.builds(lambda name: {"file": SHA, "name": name}, TEXT), max_size=1),
    "code": TEXT,
    "place": st.from_regex(r"[A-Za-z0-9_-]{8,64}", fullmatch=True),
}


def values_of(names, **more):
    return st.fixed_dictionaries({}, optional={name: SCALAR_VALUES[name] for name in names} | more)


INNER = st.lists(values_of(["text", "long", "number", "money"]), max_size=2)
VALUES = values_of(SCALAR_VALUES, rows=st.lists(values_of(SCALAR_VALUES, inner=INNER), max_size=2))


def is_given(value):
    return value is not None and value is not False and value != []


def without_blank_rows(value):
    """A row in which nothing was typed is not posted as a row."""
    if not isinstance(value, list):
        return value
    rows = [
        {key: without_blank_rows(each) for key, each in row.items()} if isinstance(row, dict) else row for row in value
    ]
    return [row for row in rows if not isinstance(row, dict) or any(map(is_given, row.values()))]


def in_option_order(values):
    order = ["x", "y", 'q"<z']
    result = dict(values)
    if "many" in result:
        result["many"] = sorted(result["many"], key=order.index)
    for name in ("rows", "inner"):
        if name in result:
            result[name] = [in_option_order(row) for row in result[name]]
    return result


@settings(max_examples=400, deadline=None)
@given(VALUES)
def test_render_and_post_keep_the_values(values):
    clean = validate(FORM, in_option_order(values), context=CONTEXT, choices=CHOICES)
    assert clean.ok, clean.errors
    page = page_of(view(FORM, clean.values, choices=CHOICES, context=CONTEXT))
    again = validate(FORM, from_html(FORM, posted_by(page)), context=CONTEXT, choices=CHOICES)
    assert again.ok, again.errors
    assert again.values == {key: without_blank_rows(value) for key, value in clean.values.items()}


def test_what_was_typed_wrongly_stays_as_it_was_typed():
    definition = form_of(component("number"), component("date", "b"), component("money", "c"))
    posted = {"a": ["twelve"], "b": ["30 Feb"], "c": ["1.005"]}
    values = from_html(definition, posted)
    result = validate(definition, values)
    assert set(result.errors) == {"a", "b", "c"}
    assert posted_by(page_of(view(definition, values, errors=result.errors))) == posted


def test_rows_are_read_in_order_whatever_their_numbers():
    definition = form_of(component("list", "rows", children=[component("text", "t")]))
    posted = {"rows.10.t": ["b"], "rows.2.t": ["a"], "rows.3.t": [" "], "rows.x.t": ["c"], "rows.99999.t": ["d"]}
    values = from_html(definition, posted)
    assert values["rows"] == [{"t": "a"}, {"t": "b"}]
    assert set(validate(definition, values).errors) == {"rows.x.t", "rows.99999.t"}


def test_names_that_no_field_has_are_refused_and_the_page_s_own_are_not():
    definition = form_of(component("text"))
    posted = {
        "a": ["x"],
        "csrf_token": ["t"],
        "submission_id": ["s"],
        "_action": [""],
        "role": ["admin"],
        "f.upload": [""],
    }
    assert set(validate(definition, from_html(definition, posted)).errors) == {"role"}


def test_uploaded_parts_join_the_files():
    definition = form_of(component("photo"))
    form = with_uploads({"a": [f"{SHA}:one.jpg"]}, [("a.upload", "ef" * 32, "two: 2.jpg")])
    values = validate(definition, from_html(definition, form)).values
    assert values["a"] == [{"file": SHA, "name": "one.jpg"}, {"file": "ef" * 32, "name": "two: 2.jpg"}]


def test_rows_are_added_and_removed_without_scripts():
    definition = form_of(component("list", "rows", children=[component("text", "t")]))
    values = {"rows": [{"t": "a"}, {"t": "b"}]}
    assert list_action(definition, {"_action": ["add:rows"]}, values) == {"rows": [{"t": "a"}, {"t": "b"}, {}]}
    assert list_action(definition, {"_action": ["remove:rows.0"]}, values) == {"rows": [{"t": "b"}]}
    assert list_action(definition, {"_action": ["remove:rows.7"]}, values) == values
    assert list_action(definition, {"_action": ["add:other"]}, values) is None
    assert list_action(definition, {}, values) is None


def test_factory_forms_post_what_they_show():
    for definition in load_factory_forms().values():
        page = page_of(view(definition, {}, choices=CHOICES, context=CONTEXT))
        result = validate(definition, from_html(definition, posted_by(page)), context=CONTEXT, choices=CHOICES)
        assert "_form" not in result.errors
        assert all(problem.code != "unknown" for found in result.errors.values() for problem in found)
