"""Mail against a real SMTP server, and the folder that stands in where there is none."""

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from engine.connectors.notify import Notice
from engine.connectors.notify.mail import FolderNotifier, SmtpNotifier
from engine.errors import RetryableError

NOTICE = Notice(
    "rep1@fieldflow.example", "R000007 已处理，请确认", "R000007 已处理，请确认\n\nhttp://127.0.0.1/open/x\n"
)


def free_port() -> int:
    """Return a port that nobody listens on; aiosmtpd cannot be told to find one itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mailbox:
    """Keeps what the server takes."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def server() -> Iterator[tuple[str, Mailbox]]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}", mailbox
    controller.stop()


def test_a_mail_arrives_as_it_was_written(server: tuple[str, Mailbox]) -> None:
    url, mailbox = server
    SmtpNotifier(url, "fieldflow@fieldflow.example").send(NOTICE, key="k")
    [mail] = mailbox.mails
    assert mail["Subject"] == NOTICE.subject
    assert mail["To"] == NOTICE.to_address
    assert mail.get_content().replace("\r\n", "\n") == NOTICE.body


def test_a_repeated_attempt_is_the_same_mail(server: tuple[str, Mailbox]) -> None:
    url, mailbox = server
    notifier = SmtpNotifier(url, "fieldflow@fieldflow.example")
    notifier.send(NOTICE, key="k")
    notifier.send(NOTICE, key="k")
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1


def test_a_server_that_is_not_there_is_trouble_that_passes() -> None:
    with pytest.raises(RetryableError):
        SmtpNotifier("smtp://127.0.0.1:9", "a@b.example").send(NOTICE, key="k")


def test_a_subject_cannot_add_headers(server: tuple[str, Mailbox]) -> None:
    url, mailbox = server
    evil = Notice("rep1@fieldflow.example", "Hello\r\nBcc: all@fieldflow.example", "x")
    SmtpNotifier(url, "fieldflow@fieldflow.example").send(evil, key="k")
    assert mailbox.mails[0]["Bcc"] is None


def test_the_folder_keeps_one_file_for_each_key(tmp_path: Path) -> None:
    notifier = FolderNotifier(tmp_path, "a@b.example")
    for key in ("k", "k", "l"):
        notifier.send(NOTICE, key=key)
    assert len(list(tmp_path.glob("*.eml"))) == 2
