"""Posts to addresses that people typed: only where they may go, never on, never for long."""

import socket
from collections.abc import Iterator

import pytest

from engine.connectors.notify import outbound
from engine.connectors.notify.outbound import AddressRefusedError, Outbound, networks
from engine.errors import RetryableError
from tests.connectors.receivers import Receiver, receiving

HERE = Outbound(networks("127.0.0.0/8"))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://10.0.0.7/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00::1]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://localhost/",
        "http://93.184.215.14/",
        "ftp://93.184.215.14/",
        "file:///etc/passwd",
        "https://user:secret@93.184.215.14/",
        "https:///x",
        "https://93.184.215.14:0/",
        "https://93.184.215.14:99999/",
        "https://93.184.215.14/\r\nHost: x",
        "nonsense",
    ],
)
def test_addresses_that_nobody_outside_could_reach_are_refused(url: str) -> None:
    with pytest.raises(AddressRefusedError):
        Outbound().check(url)


def test_a_public_address_is_the_one_that_is_connected_to() -> None:
    assert Outbound().check("https://93.184.215.14:8443/hook") == "93.184.215.14"


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: both)
    with pytest.raises(AddressRefusedError):
        Outbound().check("https://hooks.example/")


def test_a_name_server_that_changes_its_mind_changes_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(host: str, port: int, *_more: object, **_options: object) -> list[object]:
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(outbound.socket, "getaddrinfo", answer)
    port = receiver.url.rpartition(":")[2]
    assert HERE.post(f"http://hooks.example:{port}/a?b=c", b"{}", {}).status == 200
    # The connection itself looks up the number that was checked, never the name again.
    assert asked.count("hooks.example") == 1
    assert receiver.posts[0].path == "/a?b=c"
    assert receiver.posts[0].headers["Host"] == f"hooks.example:{port}"


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answers, receiver.headers = [307], {"Location": f"{receiver.url}/elsewhere"}
    assert HERE.post(receiver.url, b"{}", {}).status == 307
    assert len(receiver.posts) == 1


def test_who_does_not_answer_is_left_in_time(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    gone = threading.Event()
    receiver.before_answer = gone.wait
    monkeypatch.setattr(outbound, "TOTAL_TIMEOUT_S", 0.2)
    with pytest.raises(RetryableError):
        HERE.post(receiver.url, b"{}", {})
    gone.set()


def test_nobody_there_is_trouble_that_passes() -> None:
    with pytest.raises(RetryableError):
        HERE.post("http://127.0.0.1:9/", b"{}", {})


def test_the_limits_are_those_of_the_product() -> None:
    assert (outbound.CONNECT_TIMEOUT_S, outbound.TOTAL_TIMEOUT_S) == (3, 10)
