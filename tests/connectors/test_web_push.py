"""Web push against a service that reads what it gets: RFC 8291 and RFC 8292."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from engine.connectors.notify.outbound import Outbound, networks
from engine.connectors.notify.web_push import Target, VapidKeys, decode, encrypt, is_public_key, push
from tests.connectors.receivers import Device, raw_of, receiving

NOW_S = 1_772_413_200


def test_the_browser_reads_what_was_written_and_knows_who_sent_it(tmp_path: Path) -> None:
    device, keys = Device(), VapidKeys(tmp_path / "vapid.pem")
    with receiving() as service:
        target = Target(f"{service.url}/send/abc", device.public_key, device.auth)
        outbound = Outbound(networks("127.0.0.1"))
        answer = push(
            outbound, keys, target, "通知".encode(), subject="mailto:a@b.example", is_urgent=True, now_s=NOW_S
        )
    assert answer.status == 200
    [post] = service.posts
    assert device.read(post.body).decode() == "通知"
    assert (post.headers["Content-Encoding"], post.headers["Urgency"]) == ("aes128gcm", "high")
    scheme, _, parts = post.headers["Authorization"].partition(" ")
    token, key = (part.strip().partition("=")[2] for part in parts.split(","))
    assert scheme == "vapid"
    assert key == keys.public_key
    signed, _, signature = token.rpartition(".")
    claims = json.loads(raw_of(signed.partition(".")[2]))
    assert claims == {"aud": service.url, "exp": NOW_S + 12 * 3600, "sub": "mailto:a@b.example"}
    raw = raw_of(signature)
    r_and_s = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw_of(key))
    public.verify(r_and_s, signed.encode(), ec.ECDSA(hashes.SHA256()))


def test_each_message_is_encrypted_anew() -> None:
    device = Device()
    target = Target("https://push.example/", device.public_key, device.auth)
    assert encrypt(b"x", target) != encrypt(b"x", target)


def test_the_keys_are_made_once_and_readable_by_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "new" / "vapid.pem"
    first = VapidKeys(path).public_key
    assert VapidKeys(path).public_key == first
    assert path.stat().st_mode & 0o077 == 0
    assert list(path.parent.iterdir()) == [path]
    assert len(decode(first)) == 65


@pytest.mark.parametrize("text", ["", "x", "????", "BA", "A" * 87])
def test_what_is_no_key_is_known(text: str) -> None:
    assert not is_public_key(text)
