"""Posts to addresses that people typed in: public ones only, never a redirect, never longer than ten seconds.

Whoever may name an address must not reach what only this server can reach (server-side request forgery). The name is
resolved here, every address that it has is looked at, and the connection is made to the address that was looked at, so
that a second answer of the name server changes nothing.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from engine.errors import FieldflowError, RetryableError

CONNECT_TIMEOUT_S = 3.0
TOTAL_TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 2000

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class AddressRefusedError(FieldflowError):
    """The address is none that this installation may post to."""

    code = "address_refused"


@dataclass(frozen=True)
class Answer:
    """What the other side said; of its text only the beginning."""

    status: int
    text: str


def networks(text: str) -> tuple[Network, ...]:
    """Read a setting such as ``10.1.0.0/16,127.0.0.1``.

    Raises:
        ValueError: a part is no network.
    """
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


@dataclass(frozen=True)
class Outbound:
    """Posts to public addresses, and to those of ``allowed`` networks.

    Args:
        allowed: private networks that an installation names in ``FIELDFLOW_OUTBOUND_ALLOW``; only to these may go
            plain HTTP.
    """

    allowed: tuple[Network, ...] = ()

    def check(self, url: str) -> str:
        """Return the IP address to connect to.

        Raises:
            AddressRefusedError: not HTTPS, with a user in it, or not public.
            RetryableError: the name cannot be resolved now.
        """
        parts = _parts(url)
        found = _resolve(parts)
        if not all(self._may_reach(each) for each in found):
            raise AddressRefusedError("This address is not public; name its network in FIELDFLOW_OUTBOUND_ALLOW.")
        if parts.scheme != "https" and not all(self._is_named(each) for each in found):
            raise AddressRefusedError("Use an address that begins with https://.", code="not_https")
        return found[0]

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post once and return the answer, whatever its status; a redirect is an answer like any other.

        Raises:
            AddressRefusedError: see ``check``.
            RetryableError: nobody answered in time.
        """
        address, parts = self.check(url), urlsplit(url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        try:
            with _connected(parts, address) as connection:
                connection.request("POST", path, body, {"User-Agent": "Fieldflow", **headers})
                answer = connection.getresponse()
                return Answer(answer.status, answer.read(MAX_ANSWER_BYTES).decode("utf-8", "replace"))
        except (OSError, http.client.HTTPException) as error:
            raise RetryableError("The address did not answer in time.", code="no_answer") from error

    def _may_reach(self, address: str) -> bool:
        ip = ipaddress.ip_address(address)
        ip = getattr(ip, "ipv4_mapped", None) or ip
        return (ip.is_global and not ip.is_multicast) or self._is_named(address)

    def _is_named(self, address: str) -> bool:
        ip = ipaddress.ip_address(address)
        return any(ip in network for network in self.allowed)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefusedError("This is no address.", code="no_address") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0 or parts.username is not None:
        raise AddressRefusedError("This is no address.", code="no_address")
    if not url.isascii() or any(letter <= " " for letter in url):
        raise AddressRefusedError("This is no address.", code="no_address")
    return parts


def _resolve(parts: SplitResult) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RetryableError("The address has a name that is not known.", code="name_unknown") from error
    return [str(entry[4][0]).partition("%")[0] for entry in found]


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


@contextlib.contextmanager
def _connected(parts: SplitResult, address: str) -> Iterator[http.client.HTTPConnection]:
    assert parts.hostname is not None, "checked before"
    connection = http.client.HTTPConnection(parts.hostname, _port(parts), timeout=TOTAL_TIMEOUT_S)
    plain = socket.create_connection((address, _port(parts)), timeout=CONNECT_TIMEOUT_S)
    # Each read has a limit of its own, and a slow sender stays below it for ever: the timer ends the whole.
    timer = threading.Timer(TOTAL_TIMEOUT_S, _shut, [plain])
    timer.daemon = True
    timer.start()
    try:
        plain.settimeout(TOTAL_TIMEOUT_S)
        if parts.scheme == "https":
            connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
        else:
            connection.sock = plain
        yield connection
    finally:
        timer.cancel()
        connection.close()
        plain.close()


def _shut(plain: socket.socket) -> None:
    with contextlib.suppress(OSError):
        plain.shutdown(socket.SHUT_RDWR)
