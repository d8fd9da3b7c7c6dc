"""Chat rooms: what apprise hands to each vendor, and which addresses are refused."""

import json
from typing import Any

import pytest
import requests

from engine.connectors.notify.chat import ChatAddressError, ChatRefusedError, masked, post_message, service_of

TEXT = "R000012 处理时限已到\nhttp://127.0.0.1:8000/open/request:1"
TEAMS = "workflows://prod-01.westeurope.logic.azure.com:443/abcdefabcdefabcdefabcdefabcdefab/SignatureSignature_12-34/"
ADDRESSES = {
    "wecombot://693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa": ("WeCom", "qyapi.weixin.qq.com"),
    "dingtalk://abcdefabcdef1234/": ("DingTalk", "oapi.dingtalk.com"),
    "feishu://abcdef-1234-5678-90ab/": ("Feishu", "open.feishu.cn"),
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23ops/": ("Slack", "hooks.slack.com"),
    TEAMS: ("Teams", "prod-01.westeurope.logic.azure.com"),
}


class Wire:
    """Takes what would go over the network, and answers as the vendors do."""

    def __init__(self) -> None:
        self.sent: list[requests.PreparedRequest] = []
        self.options: list[dict[str, Any]] = []
        self.status = 200

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        self.sent.append(request)
        self.options.append(options)
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = self.status, request, str(request.url)
        is_slack = "slack" in str(request.url)
        answer._content = b"ok" if is_slack else b'{"errcode": 0, "code": 0, "StatusCode": 0}'
        return answer


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    found = Wire()
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", found.send)
    return found


@pytest.mark.parametrize("address", sorted(ADDRESSES))
def test_the_room_gets_the_text_from_its_own_vendor(wire: Wire, address: str) -> None:
    vendor, host = ADDRESSES[address]
    assert service_of(address) == vendor
    post_message(address, TEXT)
    [request] = wire.sent
    assert str(request.url).startswith(f"https://{host}")
    body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
    said = json.dumps(json.loads(body), ensure_ascii=False)
    assert "处理时限已到" in said
    assert "/open/request:1" in said
    assert wire.options[0]["timeout"] == (3.0, 10.0)


@pytest.mark.parametrize("address", sorted(ADDRESSES))
def test_a_room_that_refuses_is_trouble_that_is_shown(wire: Wire, address: str) -> None:
    wire.status = 500
    with pytest.raises(ChatRefusedError):
        post_message(address, TEXT)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "json://127.0.0.1/",
        "xml://10.0.0.1/",
        "mailto://a:b@c.example",
        "file:///etc/passwd",
        "workflows://127.0.0.1/abcdefabcdefabcdefabcdefabcdefab/SignatureSignature_12-34/",
        "workflows://logic.azure.com.evil.example/abcdefabcdefabcdefabcdefabcdefab/SignatureSignature_12-34/",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
        "slack://",
        "feishu://abcdef-1234-5678-90ab/?verify=no",
        TEAMS + "?template=/etc/passwd",
        "wecombot://[",
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(ChatAddressError):
        service_of(address)


def test_an_address_is_shown_without_its_secret() -> None:
    assert masked("wecombot://693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa") == "wecombot://…5aaa"
