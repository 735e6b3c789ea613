"""Making and finding secrets: only their SHA-256 is stored."""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

# Secret scanners find leaked keys by it.
KEY_PREFIX = "usher_key_"


def new_secret() -> str:
    """Return 256 random bits in URL-safe text."""
    return secrets.token_urlsafe(32)


def new_key_secret() -> str:
    """Return the secret of an API key, with the prefix that distinguishes it from a session's."""
    return KEY_PREFIX + new_secret()


def derived_secret(key: str, purpose: str, subject: UUID) -> str:
    """Return 256 bits that only the holder of the key can compute, the same each time.

    A mail that is sent again after a crash must carry the same link, though only the hash of its token is
    stored: HMAC-SHA256 (RFC 2104) of the delivery's id under the installation's secret key gives it.
    """
    mac = hmac.new(key.encode(), f"{purpose}:{subject}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()


def secret_hash(secret: str) -> bytes:
    """The stored form of a secret.

    Hashes are compared, in an index, so the time of a look-up reveals nothing about the secret.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
