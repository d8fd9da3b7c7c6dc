"""Chat rooms through apprise: WeCom, DingTalk, Feishu, Slack and Teams, each at its own vendor's host and no other.

Only these services of apprise are loaded, out of more than a hundred: an address cannot name one that reads files or
posts to any host. Options behind a ``?`` are refused too: ``template=`` of Teams would read a file.
"""

from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from engine.errors import FieldflowError, RetryableError

SERVICES = {
    "wecombot": ("WeCom", "wecombot", "NotifyWeComBot"),
    "dingtalk": ("DingTalk", "dingtalk", "NotifyDingTalk"),
    "feishu": ("Feishu", "feishu", "NotifyFeishu"),
    "lark": ("Lark", "lark", "NotifyLark"),
    "slack": ("Slack", "slack", "NotifySlack"),
    "workflows": ("Teams", "workflows", "NotifyWorkflows"),
}
"""Scheme of an address → the vendor's name, apprise's module and its class."""

WORKFLOW_HOSTS = (".logic.azure.com", ".powerplatform.com")
"""Where Teams' workflows listen: their address names its host itself."""

CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 10.0


class ChatAddressError(FieldflowError):
    """The address is none of a chat room that we know."""

    code = "chat_address"


class ChatRefusedError(RetryableError):
    """The room did not take the message."""

    code = "chat_refused"


def service_of(address: str) -> str:
    """Return the vendor's name of an address.

    Raises:
        ChatAddressError: no such vendor, or the address lacks something.
    """
    _parsed(address)
    return vendor(address)


def vendor(address: str) -> str:
    """Return the vendor's name of an address that was checked before."""
    return SERVICES[_scheme(address)][0]


def masked(address: str) -> str:
    """Return an address without its secrets, for a page."""
    return f"{_scheme(address)}://…{address.rstrip('/')[-4:]}"


def post_message(address: str, text: str) -> None:
    """Write a message into a room.

    Raises:
        ChatAddressError: see ``service_of``.
        ChatRefusedError: the vendor did not take it.
    """
    if not _parsed(address).notify(body=text, body_format="text"):
        raise ChatRefusedError("The chat room did not take the message.")


def _scheme(address: str) -> str:
    return address.strip().partition(":")[0].lower()


def _parsed(address: str) -> Any:
    address = address.strip()
    found = SERVICES.get(_scheme(address))
    if found is None:
        raise ChatAddressError(
            "Use an address of WeCom, DingTalk, Feishu, Slack or Teams, such as wecombot://… or feishu://…."
        )
    if "?" in address:
        raise ChatAddressError("Leave out what follows the question mark.")
    _vendor, module, name = found
    service = getattr(import_module(f"apprise.plugins.{module}"), name)
    try:
        host = (urlsplit(address).hostname or "").lower()
        arguments = service.parse_url(address)
        room = service(**arguments, cto=CONNECT_TIMEOUT_S, rto=READ_TIMEOUT_S) if arguments else None
    except (TypeError, ValueError) as error:
        raise ChatAddressError("This is no address of a chat room.") from error
    if room is None:
        raise ChatAddressError("This is no address of a chat room.")
    if module == "workflows" and not host.endswith(WORKFLOW_HOSTS):
        raise ChatAddressError("Workflows of Teams are at logic.azure.com or powerplatform.com.")
    return room
