"""The certificate that lets a phone in the same network try it."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from web import lan

NOW = datetime.now(UTC)


def shake_hands(folder: Path) -> str:
    """Return the version of TLS that a client which trusts the authority alone agrees on."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / lan.CERTIFICATE, folder / lan.KEY)
    client = ssl.create_default_context(cafile=str(folder / lan.AUTHORITY))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            accepted, _address = listener.accept()
            with server.wrap_socket(accepted, server_side=True):
                pass

        thread = threading.Thread(target=serve)
        thread.start()
        with (
            socket.create_connection(listener.getsockname()) as raw,
            client.wrap_socket(raw, server_hostname="127.0.0.1") as secure,
        ):
            version = secure.version()
        thread.join(timeout=5)
    return version or ""


def test_a_phone_that_trusts_the_authority_trusts_the_server(tmp_path: Path) -> None:
    lan.certificate(tmp_path, "192.0.2.7", now=NOW)
    assert shake_hands(tmp_path) == "TLSv1.3"
    assert (tmp_path / lan.KEY).stat().st_mode & 0o077 == 0


def test_the_authority_stays_when_the_address_or_the_year_changes(tmp_path: Path) -> None:
    path = lan.certificate(tmp_path, "192.0.2.7", now=NOW)
    first, authority = path.read_bytes(), (tmp_path / lan.AUTHORITY).read_bytes()
    assert lan.certificate(tmp_path, "192.0.2.7", now=NOW).read_bytes() == first
    assert lan.certificate(tmp_path, "192.0.2.8", now=NOW).read_bytes() != first
    second = path.read_bytes()
    assert lan.certificate(tmp_path, "192.0.2.8", now=NOW + timedelta(days=380)).read_bytes() != second
    assert (tmp_path / lan.AUTHORITY).read_bytes() == authority


def test_the_code_is_printable() -> None:
    assert len(lan.code("https://192.0.2.7:8000").splitlines()) > 10
