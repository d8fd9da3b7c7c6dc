"""The canvas of the editor: findings while one works, overview, search, keys, colours, and no English in Chinese."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, Route, expect

from engine.clock import utc_now
from engine.process import definitions
from engine.studio import drafts
from tests.e2e.conftest import PHONE, SignIn, Site, on_one_database
from tests.e2e.test_accessibility import faults

pytestmark = [pytest.mark.e2e, on_one_database]
expect.set_options(timeout=15_000)

OffLoop = Callable[[Callable[[], Any]], Any]
MODELER = "const modeler = document.querySelector('[data-studio]').modeler;"
SET_TOPIC = f"""(topic) => {{ {MODELER}
    modeler.get('fieldflowSettings').set(modeler.get('elementRegistry').get('record_route'), 'topic', topic); }}"""
SELECTED = f"() => {{ {MODELER} return modeler.get('selection').get().map((each) => each.id); }}"
COLOUR = f"""() => {{ {MODELER}
    return modeler.get('elementRegistry').get('record_route').di.get('color:background-color') ?? ''; }}"""

WRITTEN = f"async () => {{ {MODELER} return (await modeler.saveXML({{ format: true }})).xml; }}"
BETWEEN = f"""() => {{ {MODELER}
    const [made] = modeler.get('selection').get();
    const [source, target] = [made.incoming[0].source, made.outgoing[0].target];
    return [source.id, made.type, target.id, made.x - source.x - source.width, target.x - made.x - made.width]; }}"""


def address(site: Site, key: str) -> str:
    with site.application.database.reading() as session:
        return f"{site.url}/studio/{definitions.definitions(session, key=key)[0].id}"


def open_editor(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("[data-studio][data-examined]")


def test_findings_stand_on_the_elements_as_one_works(site: Site, sign_in: SignIn, off_loop: OffLoop) -> None:
    url = off_loop(lambda: address(site, "support_request"))
    admin = sign_in("admin")
    open_editor(admin, url)
    summary, marks = admin.locator("[data-sum]"), admin.locator(".finding-mark > button")
    expect(summary).to_have_text("没有发现问题，可以发布。")

    # A mistake is told without a press of a button, and the focus stays in what is being typed.
    admin.keyboard.press("Control+f")
    admin.keyboard.type("分派")
    expect(admin.locator(".djs-search-result")).to_have_count(1)
    admin.keyboard.press("Enter")
    assert admin.evaluate(SELECTED) == ["record_route"]
    name = admin.get_by_label("英文名称", exact=True)
    name.focus()
    admin.evaluate(SET_TOPIC, "no.such")
    expect(marks).to_have_count(2)
    expect(summary).to_contain_text("错误 2 个")
    expect(name).to_be_focused()
    mark = admin.locator(".djs-overlays[data-container-id='record_route'] .finding-mark > button")
    expect(mark).to_contain_text("没有处理主题“no.such”的服务")

    # By keyboard: the mark says its sentence, leads to the element, and is the same mark after another change.
    mark.focus()
    expect(admin.locator(".finding-note:visible")).to_contain_text("no.such")
    mark.evaluate("(button) => { button.dataset.same = 'yes'; }")
    admin.evaluate(f"() => {{ {MODELER} modeler.get('commandStack').undo(); }}")
    expect(marks).to_have_count(0)
    expect(summary).to_have_text("没有发现问题，可以发布。")
    admin.keyboard.press("Control+y")
    expect(mark).to_be_visible()

    # A slow server is not asked twice at once, and what it says of what has changed meanwhile is dropped.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    admin.route("**/check", hold)
    with admin.expect_request("**/check"):
        admin.evaluate(SET_TOPIC, "also.no.such")
    admin.evaluate(SET_TOPIC, "support.route")
    expect(admin.locator("[data-status]")).to_have_text("已存入草稿")
    assert len(held) == 1
    expect(marks).to_have_count(2)
    admin.evaluate("document.querySelectorAll('.finding-note').forEach((note) => { note.dataset.before = 'yes'; })")
    with admin.expect_request("**/check"):
        held[0].continue_()
    expect(admin.locator(".finding-note[data-before]")).to_have_count(2)
    expect(admin.locator("[data-sum].is-old")).to_be_visible()
    held[1].continue_()
    expect(summary).to_have_text("没有发现问题，可以发布。")
    expect(marks).to_have_count(0)
    admin.unroute("**/check")

    # The version has become a draft, and its address leads to an element, with the panel that mends it.
    expect(admin.locator("h1")).to_have_text("支持请求 v2")
    expect(admin.locator(".versions > summary")).to_have_text("草稿 support_request.bpmn")
    admin.goto(f"{admin.url}#record_route")
    admin.reload()
    expect(admin.locator("[data-panel]")).to_contain_text("分派并开始计时")


def test_overview_search_keys_and_colours(site: Site, sign_in: SignIn, off_loop: OffLoop) -> None:
    url = off_loop(lambda: address(site, "support_request"))
    admin = sign_in("admin", dark=True)
    open_editor(admin, url)
    minimap = admin.locator(".studio-minimap")
    expect(minimap).to_be_hidden()
    admin.keyboard.press("m")
    expect(minimap).to_be_visible()
    start = admin.locator(".djs-element[data-element-id='request_raised'] .djs-hit-all")
    expect(start).to_be_in_viewport()
    box = minimap.bounding_box()
    assert box is not None
    admin.mouse.click(box["x"] + box["width"] - 12, box["y"] + box["height"] / 2)
    expect(start).not_to_be_in_viewport()
    admin.reload()
    admin.wait_for_selector("[data-ready]")
    expect(minimap).to_be_visible()

    # A visible button, the English name, and Enter: found and selected.
    admin.click("[data-find]")
    admin.keyboard.type("assign to the queue and st")
    admin.keyboard.press("Escape")
    admin.keyboard.press("/")
    admin.keyboard.type("record_route")
    admin.keyboard.press("Enter")
    assert admin.evaluate(SELECTED) == ["record_route"]

    # A colour by keyboard, which stays in the file and can be undone.
    admin.keyboard.press("p")
    expect(admin.locator(".djs-popup")).to_contain_text("黄")
    assert faults(admin) == []
    admin.locator(".djs-popup [data-id='colour-3']").click()
    expect(admin.locator("[data-status]")).to_have_text("已存入草稿")
    assert admin.evaluate(COLOUR) == "#fff4c2"
    saved = admin.evaluate(f"async () => {{ {MODELER} return (await modeler.saveXML()).xml; }}")
    assert re.search(r'bpmnElement="record_route"[^>]*color:background-color="#fff4c2"', saved)

    # What follows, drawn with keys alone.
    admin.keyboard.press("a")
    menu = admin.locator(".djs-popup")
    expect(menu.locator("input")).to_be_focused()
    admin.keyboard.type("用户任务")
    expect(menu.locator(".entry")).to_have_count(1)
    assert faults(admin) == []
    before = admin.evaluate(WRITTEN)
    admin.keyboard.press("Enter")
    # It stands between the step and what followed it, with room, and all of it is one change.
    assert admin.evaluate(BETWEEN) == ["record_route", "bpmn:UserTask", "tell_group", 50, 50]
    admin.keyboard.press("Control+z")
    assert sorted(admin.evaluate(WRITTEN).splitlines()) == sorted(before.splitlines())

    # Another element by key, and the dialog that names the keys.
    admin.keyboard.press("n")
    assert admin.evaluate(SELECTED) != ["record_route"]
    admin.keyboard.press("Control+z")
    assert admin.evaluate(COLOUR) == ""
    # The canvas hears its keys also while a button has the focus.
    admin.locator("[data-fit]").click()
    admin.keyboard.press("Control+a")
    assert len(admin.evaluate(SELECTED)) > 50
    admin.keyboard.press("?")
    expect(admin.locator("#keys")).to_contain_text("下一个、上一个元素")
    assert faults(admin) == []


ENGLISH = """() => {
    const modeler = document.querySelector('[data-studio]').modeler;
    const [pad, menu, selection] = ['contextPad', 'popupMenu', 'selection'].map((name) => modeler.get(name));
    const found = new Set();
    const tell = (entries) => {
        for (const { title, label } of Object.values(entries)) found.add(title ?? '').add(label ?? '');
    };
    tell(modeler.get('palette').getEntries());
    const task = modeler.get('elementRegistry').find(({ type }) => type === 'bpmn:UserTask');
    tell(menu._getEntries(task, menu._getProviders('studio-append')));
    for (const element of modeler.get('elementRegistry').getAll()) {
        if (element.labelTarget || !element.parent) continue;
        selection.select(element);
        tell(pad.getEntries(element));
        const providers = menu._getProviders('bpmn-replace');
        tell(menu._getEntries(element, providers));
        tell(menu._getHeaderEntries(element, providers));
        const named = '[data-panel] :is([title], label, [class*=title], [class*=header-type])';
        for (const part of document.querySelectorAll(named)) {
            found.add(part.title || part.textContent);
        }
    }
    for (const part of document.querySelectorAll('[data-studio] :is([title], [aria-label], [placeholder])')) {
        for (const name of ['title', 'aria-label', 'placeholder']) found.add(part.getAttribute(name) ?? '');
    }
    return [...found];
}"""
NOT_ENGLISH = re.compile(r"Powered by bpmn\.io|FEEL|Ctrl|JSON|ID|DMN|ISO 8601|[\w.]*[._][\w.]+")


def test_the_editor_has_no_english_left_in_chinese(site: Site, sign_in: SignIn, off_loop: OffLoop) -> None:
    admin = sign_in("admin")
    for key in ("visit", "sample_fulfilment"):
        open_editor(admin, off_loop(lambda key=key: address(site, key)))  # type: ignore[misc]
        texts = admin.evaluate(ENGLISH)
        assert len(texts) > 40
        left = [text for text in texts if re.search("[A-Za-z]{3}", NOT_ENGLISH.sub("", text))]
        assert left == []
        # What the gate always refuses is not offered.
        refused = (
            "信号",
            "条件捕获",
            "条件开始",
            "升级",
            "补偿",
            "链接",
            "复杂网关",
            "事务",
            "即席",
            "事件子流程",
            "数据存储",
        )
        assert [text for text in texts if any(word in text for word in refused)] == []


def test_a_phone_shows_the_diagram_and_changes_nothing(site: Site, sign_in: SignIn, off_loop: OffLoop) -> None:
    admin = sign_in("admin", viewport=PHONE)
    open_editor(admin, off_loop(lambda: address(site, "support_request")))
    expect(admin.locator("[data-narrow]")).to_contain_text("900 像素")
    expect(admin.locator(".djs-palette")).to_be_hidden()
    expect(admin.locator("[data-sum]")).to_have_text("没有发现问题，可以发布。")
    admin.locator(".djs-element[data-element-id='request_raised'] .djs-hit-all").click()
    admin.keyboard.press("Delete")
    assert admin.evaluate(
        f"() => {{ {MODELER} return Boolean(modeler.get('elementRegistry').get('request_raised')); }}"
    )
    assert admin.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert faults(admin) == []


NAME_A_TASK = f"""() => {{ {MODELER}
    const task = modeler.get('elementRegistry').find(({{ type }}) => type === 'bpmn:UserTask');
    modeler.get('modeling').updateProperties(task, {{ name: 'Q' }}); }}"""
LOSSY = {
    "with a warning": ("</spiffworkflow:properties>", '<spiffworkflow:unheardOf id="x" /></spiffworkflow:properties>'),
    "in silence": (
        "</bpmn:userTask>",
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:complexBehaviorDefinition>"
        '<bpmn:condition id="c">x</bpmn:condition></bpmn:complexBehaviorDefinition>'
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>",
    ),
}


@pytest.mark.parametrize("how", LOSSY)
def test_what_the_editor_would_lose_is_never_saved(site: Site, sign_in: SignIn, off_loop: OffLoop, how: str) -> None:
    old, new = LOSSY[how]
    name = "sample_fulfilment.bpmn"

    def begin() -> tuple[str, bytes]:
        with site.application.database.transaction() as session:
            version = definitions.definitions(session, key="sample_fulfilment")[0]
            content = definitions.definition_files(session, version.id)[name].decode()
            assert old in content
            changed = {name: content.replace(old, new, 1).encode()}
            now = utc_now()
            draft = drafts.create(session, site.company.admin, version.id, title="x", changed=changed, now=now)
        return str(draft), changed[name]

    draft, kept = off_loop(begin)
    admin = sign_in("admin")
    open_editor(admin, f"{site.url}/studio/drafts/{draft}/edit/{name}")
    problem = admin.locator("[data-problem]")
    expect(problem).to_contain_text("编辑器会丢失")
    saves: list[str] = []
    admin.on("request", lambda request: saves.append(request.url) if request.method == "PUT" else None)
    admin.clock.install()
    admin.evaluate(NAME_A_TASK)
    admin.clock.fast_forward(60_000)
    admin.click("[data-dialog='publish']")
    admin.click("[data-publish-form] [value='publish']")
    expect(admin.locator("[data-status]")).to_have_text("未发布。")
    expect(problem).to_be_visible()

    def stored() -> bytes:
        with site.application.database.reading() as session:
            return drafts.contents(session, UUID(draft))[name]

    assert off_loop(stored) == kept
    assert saves == []
