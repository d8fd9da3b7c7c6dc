"""An admin changes a decision table in the browser, mends what the check finds, tests it and publishes it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from engine.clock import utc_now
from engine.feel import decisions
from engine.process import bundles, definitions
from engine.studio import drafts
from tests.decision_files import CONDITIONAL, price_file
from tests.e2e.conftest import SignIn, Site, on_one_database

pytestmark = pytest.mark.e2e
expect.set_options(timeout=15_000)

OffLoop = Callable[[Callable[[], Any]], Any]
SHIPPED = sorted(Path(bundles.WORKFLOWS).glob("*/*.dmn"))


def begin(site: Site, key: str) -> UUID:
    with site.application.database.transaction() as session:
        version = definitions.definitions(session, key=key)[0]
        return drafts.create(session, site.company.admin, version.id, title="规则", now=utc_now())


def open_file(page: Page, site: Site, draft_id: UUID, name: str) -> None:
    page.goto(f"{site.url}/studio/drafts/{draft_id}/edit/{name}")
    page.wait_for_selector("[data-decisions][data-ready]")


def cell(page: Page, element: str) -> Locator:
    return page.locator(f"[data-canvas] td[data-element-id='{element}']")


def type_in(page: Page, where: Locator, text: str) -> None:
    where.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def test_a_table_is_changed_mended_tested_and_published(site: Site, sign_in: SignIn, off_loop: OffLoop) -> None:
    draft_id = off_loop(lambda: begin(site, "sample_drop"))
    admin = sign_in("admin")
    open_file(admin, site, draft_id, "sample_approval.dmn")
    assert admin.evaluate("document.querySelector('.bjs-powered-by, .powered-by, [class*=powered]') !== null")

    # A bad cell: the finding stands on it; mended by keyboard.
    few = cell(admin, "sample_approval_rule_3_in_2")
    type_in(admin, few, "5 5")
    expect(admin.locator("[data-findings] .badge-danger").first).to_be_visible()
    expect(admin.locator("[data-findings] .finding").first).to_contain_text("规则 3 · 数量 Quantity")
    mark = "element => getComputedStyle(element, '::before').content"
    assert few.evaluate(mark) == '"!"'
    # Under the pointer it says so beside the cell, with how it is written, until something is typed.
    balloon = admin.get_by_role("tooltip")
    expect(balloon).to_be_hidden()
    admin.mouse.move(0, 0)
    few.hover()
    expect(balloon).to_contain_text('写法例如 [5..10]、> 10 或 "文本"。')
    said, edited = balloon.bounding_box(), few.bounding_box()
    assert said["y"] >= edited["y"] + edited["height"] or said["y"] + said["height"] <= edited["y"]
    admin.keyboard.press("End")
    expect(balloon).to_be_hidden()
    table, canvas = (admin.locator(each).bounding_box() for each in ("[data-canvas] .tjs-table", "[data-canvas]"))
    assert table["x"] >= canvas["x"] + 10
    admin.locator("[data-findings] button.finding").first.click()
    expect(few.locator("[contenteditable]").first).to_be_focused()
    type_in(admin, few, "<= 3")
    expect(admin.locator("[data-status]")).to_contain_text("已存入草稿 没有发现问题")
    assert few.evaluate(mark) != '"!"'

    # A text without quotes is told from one with them.
    level = cell(admin, "sample_approval_rule_3_out_1")
    type_in(admin, level, "manager")
    expect(admin.locator("[data-findings] .finding")).to_have_count(1)
    expect(admin.locator("[data-findings] .badge-warning")).to_be_visible()
    expect(admin.locator("[data-findings] .finding")).to_contain_text("“manager”在这里是一个变量")
    assert level.evaluate(mark) == '"!"'
    admin.click("[data-undo]")
    expect(admin.locator("[data-status]")).to_contain_text("已存入草稿 没有发现问题")

    # A rule more, undone and done again by keyboard.
    rules = admin.locator("[data-canvas] td.rule-index")
    admin.locator("[data-canvas] .add-rule-add").first.click()
    expect(rules).to_have_count(5)
    admin.keyboard.press("Control+z")
    expect(rules).to_have_count(4)
    admin.keyboard.press("Control+y")
    expect(rules).to_have_count(5)

    # A test: first red, with what comes out and by which rule; then green.
    admin.locator("[data-add]").focus()
    admin.keyboard.press("Enter")
    admin.get_by_label("第 1 行, 可发放 Eligible").select_option("true")
    admin.get_by_label("第 1 行, 数量 Quantity").fill("4")
    admin.get_by_label("第 1 行, 本周期累计 In this cycle").fill("4")
    admin.get_by_label("第 1 行, 应为: 审批级别 Level").fill("auto")
    row = admin.locator("[data-tests] tbody tr").first
    expect(row).to_contain_text("level = manager")
    expect(row).to_contain_text("不通过")
    expect(row.locator(".rules")).to_have_text("4")
    admin.get_by_label("第 1 行, 应为: 审批级别 Level").fill("manager")
    expect(admin.locator("[data-sum]")).to_have_text("1 个全部通过")
    # Rows come and go by keyboard.
    admin.keyboard.press("Enter")
    expect(admin.locator("[data-tests] tbody tr")).to_have_count(2)
    admin.keyboard.press("Control+Delete")
    expect(admin.locator("[data-tests] tbody tr")).to_have_count(1)
    expect(admin.locator("[data-tests-status]")).to_have_text("已存入草稿")
    expect(admin.locator("[data-status]")).to_contain_text("已存入草稿")

    admin.click("[data-back]")
    admin.click("main a[href$='/scenarios']")
    expect(admin.locator("main")).to_contain_text("决策测试")
    expect(admin.locator("main")).to_contain_text("1 个全部通过")
    admin.go_back()
    admin.click("form[action$='/publish'] button")
    admin.wait_for_url(lambda url: "/drafts/" not in url, timeout=30_000)

    def published() -> dict[str, bytes]:
        with site.application.database.reading() as session:
            newest = definitions.definitions(session, key="sample_drop")[0]
            return {each.name: each.content for each in bundles.sources_of(session, newest.id)}

    files = off_loop(published)
    table = off_loop(lambda: decisions.parse(files["sample_approval.dmn"])).decisions["sample_approval"].table
    assert len(table.rules) == 5
    assert table.rules[2].cells[1] == "<= 3"
    assert b'"manager"' in files["decision_tests/sample_approval.json"]


@on_one_database
def test_what_is_typed_into_a_cell_stands_and_is_taken_back_at_once(
    site: Site, sign_in: SignIn, off_loop: OffLoop
) -> None:
    draft_id = off_loop(lambda: begin(site, "sample_drop"))
    admin = sign_in("admin")
    open_file(admin, site, draft_id, "sample_approval.dmn")
    few = cell(admin, "sample_approval_rule_3_in_2")
    before = few.inner_text().strip()
    typed = ("(5..10]", "[5..10)", "]5..10[", "(5..10)", "[5..10]", 'not("a", "b")')
    for text in typed:
        type_in(admin, few, text)
        expect(few.locator("[contenteditable]").first).to_have_text(text)
        admin.locator("[data-canvas] .decision-table-name").click()
    for text in (*reversed(typed[:-1]), before):
        admin.click("[data-undo]")
        expect(few).to_have_text(text)

    # The keys do the same within the cell, and what was taken back can be had again.
    type_in(admin, few, "<= 17")
    admin.keyboard.press("Control+z")
    expect(few.locator("[contenteditable]").first).to_have_text(before)
    admin.keyboard.press("Control+y")
    expect(few.locator("[contenteditable]").first).to_have_text("<= 17")
    expect(admin.locator("[data-status]")).to_contain_text("已存入草稿")

    draft_id = off_loop(lambda: begin(site, "support_request"))
    open_file(admin, site, draft_id, "support_routing.dmn")
    admin.locator("[data-views] button").last.click()
    expression = admin.locator("[data-canvas] .literal-expression [contenteditable]").first
    before = expression.inner_text()
    type_in(admin, expression, "{queue: (1..3]}")
    expect(expression).to_have_text("{queue: (1..3]}")
    admin.keyboard.press("Control+z")
    expect(expression).to_have_text(before)


@on_one_database
def test_rules_and_columns_are_reached_by_keyboard(site: Site, sign_in: SignIn, off_loop: OffLoop) -> None:
    draft_id = off_loop(lambda: begin(site, "sample_drop"))
    admin = sign_in("admin")
    open_file(admin, site, draft_id, "sample_approval.dmn")
    few = cell(admin, "sample_approval_rule_3_in_2")
    # Enter goes to the next rule, and takes a function that is proposed only when somebody chose it.
    proposed = admin.locator("[data-canvas] .cm-tooltip-autocomplete li")
    type_in(admin, few, "su")
    expect(proposed.first).to_be_visible()
    admin.keyboard.press("Enter")
    expect(cell(admin, "sample_approval_rule_4_in_2").locator("[contenteditable]").first).to_be_focused()
    expect(few).to_have_text("su")
    type_in(admin, few, "su")
    expect(proposed.first).to_be_visible()
    # Keys are not heard in the first moment, lest one choose what one has not seen.
    while proposed.first.get_attribute("aria-selected") is None:
        admin.keyboard.press("ArrowDown")
    admin.keyboard.press("Enter")
    expect(few).to_contain_text("sublist(")
    # The button of the cell's menu stands in its row.
    button, row = (each.bounding_box() for each in (admin.locator("[data-canvas] .simple-mode-button"), few))
    assert button is not None
    assert row is not None
    assert abs(button["y"] - row["y"]) < 12

    assert "数字" in admin.locator("[data-canvas] thead").inner_text()
    admin.locator("[data-canvas] .add-rule-add").first.click()
    heights = admin.locator("[data-canvas] tbody tr").evaluate_all("rows => rows.map((row) => row.offsetHeight)")
    assert heights[-1] < 48

    # A column is changed by keyboard, and Escape leads back.
    change = admin.locator("[data-canvas] thead button.edit-button").first
    change.press("Enter")
    expect(admin.locator("[data-canvas] .context-menu [contenteditable]").first).to_be_focused()
    admin.keyboard.type("吗")
    expect(admin.locator("[data-canvas] thead .input-label").first).to_have_text("可发放 Eligible吗")
    admin.keyboard.press("Escape")
    expect(change).to_be_focused()


@on_one_database
def test_no_shipped_file_loses_anything_and_two_admins_see_each_other(
    site: Site, sign_in: SignIn, off_loop: OffLoop
) -> None:
    draft_id = off_loop(lambda: begin(site, "support_request"))
    admin = sign_in("admin")
    open_file(admin, site, draft_id, "support_routing.dmn")
    again = """async (xml) => {
        const { modeler } = document.querySelector('[data-ready]');
        const { warnings } = await modeler.importXML(xml);
        for (const view of modeler.getViews()) await modeler.open(view);
        return [warnings.length, (await modeler.saveXML({ format: true })).xml];
    }"""
    for path in SHIPPED:
        warnings, xml = admin.evaluate(again, path.read_text("utf-8"))
        assert warnings == 0
        before, after = off_loop(lambda p=path, x=xml: [what_is_read(p.read_bytes()), what_is_read(x.encode())])
        assert before == after, path.name

    open_file(admin, site, draft_id, "support_routing.dmn")
    admin.locator("[data-views] button", has_text="按优先级的时限").click()

    def others(old: bytes, new: bytes) -> None:
        with site.application.database.transaction() as session:
            file = drafts.files(session, draft_id)["support_routing.dmn"]
            content = file.content.replace(old, new, 1)
            drafts.save_file(
                session, site.company.admin, draft_id, file.name, content, revision=file.revision, now=utc_now()
            )

    off_loop(lambda: others(b"1440", b"960"))
    first = admin.locator("[data-canvas] td.output-cell").first
    type_in(admin, first, "7")
    conflict = admin.locator("[data-decisions] > [data-conflict]")
    expect(conflict).to_contain_text("没有丢失")
    expect(first).to_contain_text("7")

    phone = sign_in("admin", viewport={"width": 390, "height": 844})
    open_file(phone, site, draft_id, "support_routing.dmn")
    expect(phone.locator("[data-narrow]")).to_be_visible()
    assert phone.locator("[data-canvas] [contenteditable=true]").count() == 0
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")

    # A file that DMN 1.3 cannot say stays a text.
    off_loop(lambda: others(b"</definitions>", CONDITIONAL.encode() + b"</definitions>"))
    phone.reload()
    expect(phone.locator("[data-findings]")).to_contain_text("“Later”含有“conditional”")
    expect(phone.locator("[data-canvas]")).to_be_hidden()


@on_one_database
def test_a_foreign_file_keeps_what_the_editor_cannot_draw(site: Site, sign_in: SignIn, off_loop: OffLoop) -> None:
    """Contexts, calls and functions are shown and kept; so are tests that cannot be read."""
    draft_id = off_loop(lambda: begin(site, "sample_drop"))
    tests = "decision_tests/rebate.json"
    unreadable = b'{"rows": [{"inputs": 3}]}'

    def add(name: str, content: bytes) -> None:
        with site.application.database.transaction() as session:
            drafts.save_file(session, site.company.admin, draft_id, name, content, revision=0, now=utc_now())

    def kept(name: str) -> bytes:
        with site.application.database.reading() as session:
            return drafts.files(session, draft_id)[name].content

    off_loop(lambda: [add("prices.dmn", price_file("1.5")), add(tests, unreadable)])
    admin = sign_in("admin")
    open_file(admin, site, draft_id, "prices.dmn")
    expect(admin.locator("[data-rewritten]")).to_contain_text("DMN 1.5")
    boxed = admin.locator("[data-boxed]")
    for said in ("Offer", "list price", "100 * quantity", "调用", "gross - cut", '"pen"'):
        expect(boxed).to_contain_text(said)
    admin.locator("[data-views] button", has_text="Rebate").click()
    problem = admin.locator("[data-unreadable]")
    expect(problem).to_contain_text("第 1 行")
    expect(problem).to_contain_text('"inputs": 3')
    expect(admin.locator("[data-add]")).to_be_hidden()

    type_in(admin, cell(admin, "c2"), "0.3")
    expect(admin.locator("[data-status]")).to_contain_text("已存入草稿")
    saved = off_loop(lambda: kept("prices.dmn"))
    changed = price_file("1.3").replace(b"<text>0.2</text>", b"<text>0.3</text>")
    assert off_loop(lambda: what_is_read(saved)) == off_loop(lambda: what_is_read(changed))
    assert b"20191111/MODEL" in saved and b"20230324" not in saved
    assert off_loop(lambda: kept(tests)) == unreadable

    admin.click("[data-unreadable] button")
    expect(admin.locator("[data-tests] tbody tr")).to_have_count(1)
    expect(admin.locator("[data-tests-status]")).to_have_text("已存入草稿")
    assert b'"inputs": {}' in off_loop(lambda: kept(tests))


def what_is_read(source: bytes) -> Any:
    model = decisions.parse(source)
    return {
        "decisions": {key: (each, each.job()) for key, each in model.decisions.items()},
        "inputs": model.inputs,
        "functions": model.functions,
        "services": model.services,
    }
