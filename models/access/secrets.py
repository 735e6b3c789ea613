"""Making and finding secrets: only their SHA-256 is ever stored."""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

# Scanners of published code find leaked keys by it.
KEY_PREFIX = "usher_key_"


def new_secret() -> str:
    """Return 256 random bits in URL-safe text."""
    return secrets.token_urlsafe(32)


def new_key_secret() -> str:
    """Return a secret that is told from a session's by its beginning."""
    return KEY_PREFIX + new_secret()


def derived_secret(key: str, purpose: str, subject: UUID) -> str:
    """Return 256 bits that only the holder of the key can tell, the same each time.

    A mail that is sent again after a crash must carry the same link, though only the hash of its token is
    stored: HMAC-SHA256 (RFC 2104) of the delivery's id under the installation's secret key gives it.
    """
    mac = hmac.new(key.encode(), f"{purpose}:{subject}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()


def secret_hash(secret: str) -> bytes:
    """The form in which a secret is stored and looked up.

    Comparing happens on hashes, in an index: what a caller can measure of it tells nothing about the secret.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
