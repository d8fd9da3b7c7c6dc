"""Webhooks: JSON, signed with the subscription's secret.

``X-Fieldflow-Timestamp`` holds the Unix time of the attempt, ``X-Fieldflow-Signature`` is ``sha256=`` and the
HMAC-SHA256, in hexadecimal, of the timestamp, a full stop and the body. A receiver refuses timestamps older than 300 s
and takes each ``X-Fieldflow-Event`` once: attempts and replays of an event have the same id.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson

from engine.connectors.notify.outbound import Answer, Outbound


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return the value of ``X-Fieldflow-Signature``."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


def post_event(
    outbound: Outbound, url: str, secret: str, event: Mapping[str, Any], *, event_id: str, timestamp: int
) -> Answer:
    """Post an event once.

    Args:
        timestamp: Unix seconds.

    Raises:
        AddressRefusedError: the address may not be posted to.
        RetryableError: nobody answered in time.
    """
    body = orjson.dumps(event)
    headers = {
        "Content-Type": "application/json",
        "X-Fieldflow-Event": event_id,
        "X-Fieldflow-Timestamp": str(timestamp),
        "X-Fieldflow-Signature": signature(secret, timestamp, body),
    }
    return outbound.post(url, body, headers)
