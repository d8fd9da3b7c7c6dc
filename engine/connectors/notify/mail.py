"""Mail: over SMTP, or as ``.eml`` files in a folder where no server is set."""

import hashlib
import smtplib
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from urllib.parse import unquote, urlsplit

from engine.connectors.notify import Notice
from engine.errors import RetryableError

CONNECT_TIMEOUT_S = 10


def build_message(notice: Notice, *, sender: str, key: str) -> EmailMessage:
    """Return the mail; its Message-ID comes from ``key``, so that a repeated attempt is the same mail."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = notice.to_address
    message["Subject"] = " ".join(notice.subject.split())
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{sender.rpartition('@')[2]}>"
    if notice.preferences_url:
        message["List-Unsubscribe"] = f"<{notice.preferences_url}>"
    message.set_content(notice.body)
    if notice.html:
        message.add_alternative(notice.html, subtype="html")
    return message


class SmtpNotifier:
    """Sends mail through a server.

    Args:
        url: ``smtp://[user:password@]host[:port]`` or ``smtps://…``.
        sender: the From address.
    """

    def __init__(self, url: str, sender: str) -> None:
        self._parts = urlsplit(url)
        self._sender = sender

    def send(self, notice: Notice, *, key: str) -> None:
        """Send a mail.

        Raises:
            RetryableError: the server cannot be reached, or says "later".
        """
        host = self._parts.hostname or "127.0.0.1"
        kind = smtplib.SMTP_SSL if self._parts.scheme == "smtps" else smtplib.SMTP
        try:
            with kind(host, self._parts.port or 25, timeout=CONNECT_TIMEOUT_S) as server:
                if self._parts.username:
                    server.login(unquote(self._parts.username), unquote(self._parts.password or ""))
                server.send_message(build_message(notice, sender=self._sender, key=key))
        except (OSError, smtplib.SMTPException) as error:
            raise RetryableError("The mail server did not take the mail.", code="mail_failed") from error


class FolderNotifier:
    """Keeps each mail as a file: what a laptop without a mail server does.

    Args:
        folder: where the ``.eml`` files go.
        sender: the From address.
    """

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def send(self, notice: Notice, *, key: str) -> None:
        """Write the mail; the same key writes the same file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(key.encode()).hexdigest()[:24]
        (self._folder / f"{name}.eml").write_bytes(bytes(build_message(notice, sender=self._sender, key=key)))
