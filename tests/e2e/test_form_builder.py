"""An admin adds a field with a condition to the visit report, and nothing that the builder does not know is lost."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
import pytest
from playwright.sync_api import Page, expect

from engine.access import Role
from engine.clock import utc_now
from engine.people import service as people
from engine.process import bundles, definitions
from engine.studio import drafts
from forms.components import KINDS
from tests import factories
from tests.e2e.conftest import PHONE, SignIn, Site, on_one_database
from tests.e2e.test_accessibility import faults
from tests.e2e.test_report import open_report, plan

pytestmark = pytest.mark.e2e
expect.set_options(timeout=15_000)

Run = Callable[[Callable[[], Any]], Any]
OPTIONS = [{"value": "a", "label": {"zh": "甲", "en": "A"}}, {"value": "b", "label": {"zh": "乙"}}]
MORE: dict[str, dict[str, Any]] = {
    "select": {"options": OPTIONS, "default": "a", "display": "menu"},
    "multiselect": {"options": OPTIONS, "default": ["a"], "max_choices": 2},
    "computed": {"compute": {"product": ["number", "money"], "less_percent": "number"}, "format": "money"},
    "number": {"min": 0.5, "max": 10, "step": 0.5, "unit": "kg", "default": 1.5},
    "money": {"min": 0, "currency": "CNY", "default": 1050},
    "date": {"min": {"context": "today"}, "max": "2030-01-01", "quick_days": [1, 7], "default": {"context": "today"}},
    "checkbox": {"default": True, "required": {"not": {"any": [{"eq": [{"field": "date"}, None]}]}}},
    "list": {
        "min_rows": 1,
        "row_label": {"en": "Row"},
        "children": [{"type": "text", "key": "x"}],
    },
    "table": {"children": [{"type": "money", "key": "m", "label": {"en": "M"}}]},
    "section": {"children": [{"type": "note", "label": {"zh": "注"}, "tone": "warning"}]},
    "text": {"visible_if": {"in": ["x", ["x", 1, None]]}, "remember": True, "unknown": {"kept": [1.5, None]}},
    "position": {"at_submit": True},
    "customer": {"source": "nowhere"},
}


def begin(site: Site, off_loop: Run, **files: Any) -> UUID:
    def work() -> UUID:
        with site.application.database.transaction() as session:
            version = definitions.definitions(session, key="visit")[0]
            changed = {name: orjson.dumps(content) for name, content in files.items()}
            return drafts.create(session, site.company.admin, version.id, title="报告", changed=changed, now=utc_now())

    return off_loop(work)  # type: ignore[no-any-return]  # what runs in the thread is typed above


def open_form(page: Page, site: Site, draft_id: UUID, name: str) -> None:
    page.goto(f"{site.url}/studio/drafts/{draft_id}/edit/{name}")
    page.wait_for_selector("[data-builder][data-looked]")


def test_a_field_with_a_condition_is_built_tried_published_and_seen(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    admin = sign_in("admin")
    open_form(admin, site, begin(site, off_loop), "visit_report.json")
    admin.click("[data-path='components.0']")
    admin.click(".palette summary")
    admin.click("[data-add='select']")
    expect(admin.locator(".outline-row[aria-selected='true']")).to_have_attribute("data-path", "components.1")
    admin.fill("[name='p-label.zh']", "没见到的原因")
    admin.fill("[name='p-label.en']", "Why nobody was met")
    admin.fill("[name='p-options.0.label.zh']", "出差")

    # A wrong key is refused where it stands.
    key = admin.locator("[name='p-key']")
    key.fill("Why Not")
    key.press("Tab")
    expect(admin.locator("[data-prop='key'] .property-error")).to_contain_text("“Why Not”不能用作键名")
    key.fill("why_not")
    key.press("Tab")
    expect(admin.locator(".property-error")).to_have_count(0)

    # Shown where the outcome is "not met": by menus, tried in the preview.
    admin.select_option("[name='p-visible']", "when")
    condition = admin.locator("[data-prop='visible_if'] .comparison")
    # What the surroundings give is called by its title, and its values too.
    condition.locator("select").nth(0).select_option(label="环境 · 外勤的定位方式")
    condition.locator("select").nth(1).select_option("eq")
    condition.locator("select").nth(2).select_option(label="关闭")
    admin.click("[data-surroundings] summary")
    tried = admin.get_by_label("外勤的定位方式", exact=True)
    expect(tried.locator("option")).to_have_text(["–", "关闭", "手动", "使用位置", "使用位置，并记录轨迹"])
    preview = admin.frame_locator("[data-preview]")
    field = preview.locator("[data-field='why_not']")
    expect(field).to_be_hidden()
    tried.select_option("off")
    expect(field).to_be_visible()
    # A tick box is never empty, so that its condition begins with the tick.
    condition.locator("select").nth(0).select_option("adverse_event")
    expect(condition.locator("select").nth(1)).to_have_value("eq")
    expect(condition.locator("select").nth(2)).to_have_value("true")
    expect(field).to_be_hidden()
    preview.locator("[name='adverse_event']").check()
    expect(field).to_be_visible()
    condition.locator("select").nth(0).select_option("outcome")
    expect(condition.locator("select").nth(1)).to_have_value("not_empty")
    condition.locator("select").nth(1).select_option("eq")
    condition.locator("select").nth(2).select_option("not_met")
    expect(field).to_be_hidden()
    preview.locator("[name='outcome'][value='not_met']").check()
    expect(field).to_be_visible()
    preview.locator("[name='outcome'][value='met']").check()
    expect(field).to_be_hidden()
    preview.locator("[name='outcome'][value='not_met']").check()
    admin.click("[data-language='en']")
    expect(preview.locator("[data-field='why_not']")).to_contain_text("Why nobody was met")
    assert preview.locator("html").evaluate("() => innerWidth") == PHONE["width"]

    assert faults(admin) == []

    # By keyboard: moved, removed, taken back.
    row = admin.locator(".outline-row[aria-selected='true']")
    row.focus()
    admin.keyboard.press("Alt+ArrowDown")
    expect(row).to_have_attribute("data-path", "components.2")
    admin.keyboard.press("Delete")
    expect(preview.locator("[data-field='why_not']")).to_have_count(0)
    admin.keyboard.press("Control+z")
    expect(preview.locator("[data-field='why_not']")).to_have_count(1)
    expect(admin.locator("[data-unsaved]")).to_be_visible()
    admin.keyboard.press("Control+s")
    expect(admin.locator("[data-status]")).to_contain_text("已存入草稿")
    expect(admin.locator("[data-unsaved]")).to_be_hidden()

    admin.click("[data-back]")
    expect(admin.locator("#changes")).to_contain_text("没见到的原因")
    admin.click("form[action$='/publish'] button")
    admin.wait_for_url(lambda url: "/drafts/" not in url, timeout=30_000)
    plan(site, off_loop)
    rep = sign_in("rep", viewport=PHONE)
    open_report(rep, site)
    expect(rep.locator("[data-field='why_not']")).to_be_hidden()
    rep.check("input[name='outcome'][value='not_met']")
    expect(rep.locator("[data-field='why_not']")).to_contain_text("出差")


def test_a_conflict_and_a_drag_lose_nothing_and_mistakes_are_in_english(
    site: Site, sign_in: SignIn, off_loop: Run
) -> None:
    def second() -> None:
        with site.application.database.transaction() as session:
            people.add_user(
                session, login="admin2", name="Ann", password=factories.PASSWORD, roles=[Role.ADMIN], now=utc_now(),
                locale="en",
            )  # fmt: skip

    off_loop(second)
    draft_id = begin(site, off_loop)
    one, two = sign_in("admin"), sign_in("admin2")
    for page in (one, two):
        open_form(page, site, draft_id, "visit_report.json")
    two.click("[data-path='components.0']")
    two.fill("[name='p-key']", "outcome now")
    two.press("[name='p-key']", "Tab")
    expect(two.locator("[data-prop='key'] .property-error")).to_contain_text("cannot be a key")
    two.fill("[name='p-key']", "outcome")
    two.press("[name='p-key']", "Tab")
    two.locator("[data-path='components.1']").drag_to(
        two.locator("[data-path='components.2']"), target_position={"x": 60, "y": 17}
    )
    expect(two.locator(".outline-row[aria-selected='true']")).to_have_attribute("data-path", "components.1.children.5")
    two.click("[data-save]")
    expect(two.locator("[data-unsaved]")).to_be_hidden()

    one.fill("[name='p-title.zh']", "新的报告")
    one.click("[data-save]")
    conflict = one.locator("[data-conflict]")
    expect(conflict).to_contain_text("Ann")
    conflict.locator("button", has_text="另存为草稿").click()
    one.wait_for_url(lambda url: str(draft_id) not in url)
    one.reload()
    expect(one.locator("[data-form-title]")).to_have_text("新的报告")


@on_one_database
def test_opening_and_saving_any_form_changes_nothing(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    """Each pane is drawn, an edit is made and taken back; one form has every type, and what the builder knows not."""
    parts = [
        {"type": type_, "key": type_, "label": {"zh": type_, "en": type_}, **MORE.get(type_, {})} for type_ in KINDS
    ]
    every = {"key": "every", "version": 3, "title": {"zh": "全"}, "extra": 1, "components": [*parts, {"type": "x"}, 5]}
    shipped = {path.name: orjson.loads(path.read_bytes()) for path in bundles.FORMS.glob("*.json")}
    admin = sign_in("admin")
    open_form(admin, site, begin(site, off_loop, **{"every.json": every}), "every.json")
    walk = """(documents) => {
        const root = document.querySelector('[data-builder]');
        const { history } = root.builder;
        const rows = () => [...root.querySelectorAll('[data-path]')];
        return documents.map((doc) => {
            Object.assign(history, { doc: doc ?? history.doc, past: [], future: [], selected: '' });
            rows()[0].click();
            for (let index = 0; index < rows().length; index += 1) rows()[index].click();
            rows()[0].click();
            const title = root.querySelector('[name="p-title.en"]');
            title.value += '!';
            title.dispatchEvent(new Event('input'));
            const changed = JSON.stringify(history.doc);
            root.querySelector('[data-undo]').click();
            return [changed, JSON.stringify(history.doc), root.querySelector('[data-unsaved]').hidden, rows().length];
        });
    }"""
    opened = admin.evaluate(walk, [None])[0]
    assert opened[2], "the file counts as unsaved"
    found = [opened, *admin.evaluate(walk, list(shipped.values()))]
    for (changed, after, _hidden, rows), document in zip(found, [every, *shipped.values()], strict=True):
        assert orjson.loads(changed) != document
        assert orjson.loads(after) == document, document["key"]
        assert rows > len(document["components"])
