"""A self-made certificate for 127.0.0.1, in plain Python: the machine may have no tool that makes one."""

import base64
import hashlib
import secrets
import ssl
from dataclasses import dataclass
from math import gcd, prod
from pathlib import Path

_EXPONENT = 65537
_SMALL_PRIMES = prod(n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2)))

# Object identifiers, in DER.
_SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")
_RSA = bytes.fromhex("06092a864886f70d010101")
_SHA256 = bytes.fromhex("0609608648016503040201")
_COMMON_NAME = bytes.fromhex("0603550403")
_NULL = bytes.fromhex("0500")


@dataclass(frozen=True)
class Certificate:
    """A key and a certificate for 127.0.0.1 and localhost, signed by nobody else, in files."""

    certificate_file: Path
    key_file: Path

    @classmethod
    def make(cls, folder: Path) -> "Certificate":
        """Make a fresh one."""
        p, q = _prime(), _prime()
        n, d = p * q, pow(_EXPONENT, -1, (p - 1) * (q - 1))
        key = _sequence(*map(_integer, (0, n, _EXPONENT, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))))
        made = cls(folder / "certificate.pem", folder / "key.pem")
        made.certificate_file.write_text(_pem("CERTIFICATE", _signed(n, d)))
        made.key_file.write_text(_pem("RSA PRIVATE KEY", key))
        return made

    def for_server(self) -> ssl.SSLContext:
        """The TLS context of a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate_file, self.key_file)
        return context


def _prime() -> int:
    while True:
        # The two highest bits, so that the product has 2048 bits.
        candidate = secrets.randbits(1024) | (3 << 1022) | 1
        if (
            gcd(candidate, _SMALL_PRIMES) == 1
            and candidate % _EXPONENT != 1
            and pow(2, candidate - 1, candidate) == 1
        ):
            return candidate


def _signed(n: int, d: int) -> bytes:
    algorithm = _sequence(_SHA256_WITH_RSA, _NULL)
    public_key = _sequence(_integer(n), _integer(_EXPONENT))
    name = _sequence(_der(0x31, _sequence(_COMMON_NAME, _der(0x0C, b"Usher's tests"))))
    valid = _sequence(_der(0x17, b"200101000000Z"), _der(0x17, b"491231235959Z"))
    body = _sequence(
        _der(0xA0, _integer(2)),
        _integer(secrets.randbits(64)),
        algorithm,
        name,
        valid,
        name,
        _sequence(_sequence(_RSA, _NULL), _der(0x03, b"\0" + public_key)),
        _der(0xA3, _extensions(hashlib.sha256(public_key).digest()[:20])),
    )
    # RFC 8017, 9.2: the padded digest is raised to the private exponent.
    digest = _sequence(_sequence(_SHA256, _NULL), _der(0x04, hashlib.sha256(body).digest()))
    padded = b"\0\1" + b"\xff" * (256 - len(digest) - 3) + b"\0" + digest
    signature = pow(int.from_bytes(padded, "big"), d, n).to_bytes(256, "big")
    return _sequence(body, algorithm, _der(0x03, b"\0" + signature))


def _extensions(key_id: bytes) -> bytes:
    """RFC 5280, 4.2.1: key identifiers, key usage (signatures, keys, certificates), names, its own authority."""
    yes = bytes.fromhex("0101ff")
    return _sequence(
        _sequence(bytes.fromhex("0603551d0e"), _der(0x04, _der(0x04, key_id))),
        _sequence(bytes.fromhex("0603551d23"), _der(0x04, _sequence(_der(0x80, key_id)))),
        _sequence(bytes.fromhex("0603551d0f"), yes, _der(0x04, bytes.fromhex("030202a4"))),
        _sequence(
            bytes.fromhex("0603551d11"),
            _der(0x04, _sequence(_der(0x82, b"localhost"), _der(0x87, bytes([127, 0, 0, 1])))),
        ),
        _sequence(bytes.fromhex("0603551d13"), yes, _der(0x04, _sequence(yes))),
    )


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _pem(label: str, content: bytes) -> str:
    lines = base64.encodebytes(content).decode()
    return f"-----BEGIN {label}-----\n{lines}-----END {label}-----\n"
