"""Web push: a notice to a browser through its push service.

The content is encrypted for the browser (RFC 8291 with the aes128gcm coding of RFC 8188); the push service sees who
sends (VAPID, RFC 8292), and nothing of what is said.
"""

import base64
import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.connectors.notify.outbound import Answer, Outbound

CURVE = ec.SECP256R1()
RECORD_SIZE = 4096
MAX_PLAIN_BYTES = 3000
KEPT_S = 86_400
"""How long a push service keeps a notice for a phone that is off."""
TOKEN_S = 12 * 3600
"""How long a VAPID token holds; RFC 8292 allows 24 hours."""


@dataclass(frozen=True)
class Target:
    """A browser: where its push service listens, and its two keys (base64url, as the browser gives them)."""

    endpoint: str
    public_key: str
    auth_secret: str


def encode(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read base64url with or without padding.

    Raises:
        ValueError: it is none.
    """
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def is_public_key(text: str) -> bool:
    """Tell whether a text is a point of the curve, as browsers give it."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decode(text))
    except ValueError:
        return False
    return True


class VapidKeys:
    """This installation's key pair, made at its first use and kept in a file.

    Args:
        path: of the private key (PEM).
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def public_key(self) -> str:
        """The public key as a page hands it to the browser."""
        return encode(_point(self._key().public_key()))

    def authorization(self, endpoint: str, *, subject: str, now_s: int) -> str:
        """Return the ``Authorization`` header for one push service (RFC 8292).

        Args:
            subject: how its operator reaches ours: ``mailto:`` or ``https:``.
            now_s: Unix time.
        """
        parts = urlsplit(endpoint)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now_s + TOKEN_S, "sub": subject}
        head = {"typ": "JWT", "alg": "ES256"}
        signed = f"{encode(orjson.dumps(head))}.{encode(orjson.dumps(claims))}"
        r, s = utils.decode_dss_signature(self._key().sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        token = f"{signed}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
        return f"vapid t={token}, k={self.public_key}"

    def _key(self) -> ec.EllipticCurvePrivateKey:
        if not self._path.exists():
            self._make()
        found = serialization.load_pem_private_key(self._path.read_bytes(), password=None)
        assert isinstance(found, ec.EllipticCurvePrivateKey), "the file is ours"
        return found

    def _make(self) -> None:
        # Two processes may come here at once: the first link stands, and a reader never sees half a file.
        self._path.parent.mkdir(parents=True, exist_ok=True)
        text = ec.generate_private_key(CURVE).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with NamedTemporaryFile(dir=self._path.parent) as file:  # mode 0600
            file.write(text)
            file.flush()
            with contextlib.suppress(FileExistsError):
                os.link(file.name, self._path)


def encrypt(plain: bytes, target: Target) -> bytes:
    """Return the body of a push message (RFC 8291, section 3.4).

    Raises:
        ValueError: the browser's keys are none.
    """
    receiver = decode(target.public_key)
    salt, own = os.urandom(16), ec.generate_private_key(CURVE)
    sender = _point(own.public_key())
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, receiver))
    about = b"WebPush: info\x00" + receiver + sender
    material = _derive(shared, decode(target.auth_secret), about, 32)
    key = _derive(material, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(material, salt, b"Content-Encoding: nonce\x00", 12)
    # One record, the last: its plain text ends with 0x02 (RFC 8188, section 2).
    sealed = AESGCM(key).encrypt(nonce, plain + b"\x02", None)
    return salt + RECORD_SIZE.to_bytes(4, "big") + bytes([len(sender)]) + sender + sealed


def push(
    outbound: Outbound, keys: VapidKeys, target: Target, plain: bytes, *, subject: str, is_urgent: bool, now_s: int
) -> Answer:
    """Post one notice to a browser's push service.

    Args:
        plain: at most ``MAX_PLAIN_BYTES``; what the service worker reads.
        subject, now_s: see ``VapidKeys.authorization``.

    Raises:
        AddressRefusedError: the endpoint may not be posted to.
        RetryableError: nobody answered in time.
    """
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(KEPT_S),
        "Urgency": "high" if is_urgent else "normal",
        "Authorization": keys.authorization(target.endpoint, subject=subject, now_s=now_s),
    }
    return outbound.post(target.endpoint, encrypt(plain, target), headers)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
