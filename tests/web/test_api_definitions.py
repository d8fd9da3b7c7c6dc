"""Deploying by the API: a sound bundle becomes a version, a faulty one gets a finding for each fault, and soon."""

import time
from typing import Any

import pytest

from engine.process import bundles
from tests.unit.bpmn.build import bpmn, end, node, script, start, subprocess
from tests.web.site import Api, Site, fields_of

BOMB = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><b>&b;</b>'
DANGLING = subprocess(
    "sub",
    start("i")
    + node(
        "userTask",
        "a",
        '<bpmn:dataInputAssociation id="d"><bpmn:sourceRef>r</bpmn:sourceRef></bpmn:dataInputAssociation>',
    )
    + '<bpmn:dataObjectReference id="r" dataObjectRef="nowhere"/>'
    + end("o"),
    "i a o",
)
LIMIT_S = 5


def text_of(files: bytes | str) -> str:
    return files if isinstance(files, str) else files.decode()


def sound(name: str = "p") -> str:
    body = text_of(bpmn(node("userTask", "ask"), "start ask end"))
    return body.replace('<bpmn:process id="p"', f'<bpmn:process id="{name}"')


def deploy(api: Api, files: dict[str, Any], **more: Any) -> Any:
    begun = time.monotonic()
    answer = api.post("/definitions", {"files": files, **more})
    assert time.monotonic() - begun < LIMIT_S
    return answer


def findings_of(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 422, answer.text
    found = answer.get_json(force=True)["findings"]
    assert all(each["zh"] and each["en"] and each["zh"] != each["en"] for each in found)
    return list(found)


def test_a_sound_bundle_becomes_the_next_version(site: Site) -> None:
    api = site.api("admin")
    first = deploy(api, {"shop.bpmn": sound("shop")}, note="first")
    assert first.status_code == 201, first.text
    assert (first.json["definition"]["version"], first.json["definition"]["note"]) == (1, "first")
    same = deploy(api, {"shop.bpmn": sound("shop")}, note="again")
    assert same.json["definition"]["id"] == first.json["definition"]["id"]
    second = deploy(api, {"shop.bpmn": sound("shop").replace('name="ask"', 'name="Ask!"')})
    assert second.json["definition"]["version"] == 2
    listed = api.get("/definitions").json or []
    assert [row["version"] for row in listed if row["key"] == "shop"] == [2, 1]
    got = api.get(f"/definitions/{second.json['definition']['id']}").json or {}
    assert 'name="Ask!"' in got["files"]["shop.bpmn"]


def test_the_processes_that_ship_can_be_deployed_again(site: Site) -> None:
    for key in bundles.factory_keys():
        files = {source.name: source.content.decode() for source in bundles.factory_sources(key)}
        answer = deploy(site.api("admin"), files)
        assert answer.status_code == 201, answer.text
        assert answer.json["definition"]["version"] == 1


FAULTS: dict[str, tuple[str, str, str | None]] = {
    "XML bomb": (BOMB, "doctype", None),
    "DOCTYPE": ('<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "doctype", None),
    "no XML": ("<a><b></a>", "not_xml", None),
    "empty": ("", "not_xml", None),
    "no BPMN": ("<html/>", "not_bpmn", None),
    "dangling data object in a sub-process": (text_of(bpmn(DANGLING, "start sub end")), "dangling", "r"),
    "dangling flow": (text_of(bpmn(node("userTask", "a"), "start a nowhere")), "dangling", "f_a_nowhere"),
    "unknown topic": (text_of(bpmn(node("serviceTask", "s", topic="no.such"), "start s end")), "unknown_topic", "s"),
    "unknown form": (text_of(bpmn(node("userTask", "u", form="no_such"), "start u end")), "unknown_form", "u"),
    "broken FEEL": (text_of(bpmn(script("f", "1 + "), "start f end")), "expression", "f"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_on_its_element_and_soon(site: Site, fault: str) -> None:
    source, code, element = FAULTS[fault]
    found = findings_of(deploy(site.api("admin"), {"x.bpmn": source}))
    assert (code, element) in {(each["code"], each["element"]) for each in found}, found


def test_each_of_several_faults_has_its_own_finding(site: Site) -> None:
    body = node("userTask", "u", form="no_such") + node("serviceTask", "s", topic="no.such")
    found = findings_of(deploy(site.api("admin"), {"x.bpmn": text_of(bpmn(body, "start u s end"))}))
    assert {"u", "s"} <= {each["element"] for each in found}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("t.dmn", BOMB, id="bomb in a table"),
        pytest.param("t.dmn", "<a/>", id="no table"),
        pytest.param("f.json", "{", id="no JSON"),
        pytest.param("f.json", '{"key": 5}', id="no form"),
        pytest.param("f.json", "[" * 5000, id="deep JSON"),
    ],
)
def test_the_other_files_are_checked_too(site: Site, name: str, content: str) -> None:
    findings_of(deploy(site.api("admin"), {"shop2.bpmn": sound("shop2"), name: content}))
    listed = site.api("admin").get("/definitions").json or []
    assert "shop2" not in {row["key"] for row in listed}


def test_a_bundle_needs_files_with_proper_names(site: Site) -> None:
    api = site.api("admin")
    assert set(fields_of(deploy(api, {}))) == {"files"}
    assert set(fields_of(deploy(api, {"../x.bpmn": sound()}))) == {"files.../x.bpmn"}
    assert set(fields_of(deploy(api, {"x.exe": sound()}))) == {"files.x.exe"}
    assert set(fields_of(deploy(api, {"x.bpmn": 5}))) == {"files.x.bpmn.value"}
    assert {each["code"] for each in findings_of(deploy(api, {"f.json": "{}"}))} & {"process_missing"}


@pytest.mark.parametrize("name", ["rep", "manager", "technician", "compliance"])
def test_only_admins_see_definitions_and_instances(site: Site, name: str) -> None:
    api = site.api(name)
    assert deploy(api, {"x.bpmn": sound()}).status_code == 403
    assert api.get("/definitions").status_code == 403
    assert api.get("/instances").status_code == 403


def test_instances_are_listed_page_by_page_and_show_their_history(site: Site) -> None:
    rep, api = site.person("rep"), site.api("admin")
    made = [site.world.plan(rep) for _ in range(5)]
    for limit in (1, 2, 50):
        listed = [row["business_key"] for page in api.pages("/instances", limit=limit, process="visit") for row in page]
        assert len(listed) == len(set(listed))
        assert {f"visit:{visit_id}" for visit_id in made} <= set(listed)
    newest = (api.get("/instances", process="visit", state="running", limit=1).json or {})["items"][0]
    detail = api.get(f"/instances/{newest['id']}").json or {}
    assert detail["instance"]["business_key"] == f"visit:{made[-1]}"
    assert detail["history"][0]["kind"] == "started"
    assert [task["state"] for task in detail["tasks"]].count("open") >= 1
    assert api.pages("/instances", state="cancelled", process="visit") == [[]]
