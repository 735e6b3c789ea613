"""The session cookie."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from api.auth.csrf import Origins
from models.access.secrets import KEY_PREFIX
from models.database.clock import now
from models.operations.sign_in.complete_sign_in import SignedIn

# The prefix makes browsers refuse the cookie unless it is Secure, host-only and for the whole site.
SECURE_NAME = "__Host-usher_session"
# Over plain HTTP no prefix is allowed, and cookies are shared by all ports of a host: the name tells them apart.
PLAIN_NAME = "usher_session_{port}"


def cookie_name(origins: Origins) -> str:
    """The name of the session cookie."""
    return SECURE_NAME if origins.is_secure else PLAIN_NAME.format(port=origins.port)


def set_session_cookie(response: Response, signed_in: SignedIn, origins: Origins) -> None:
    """Set the session cookie: HttpOnly, SameSite=Lax, Secure unless the public URL is plain HTTP."""
    response.set_cookie(
        cookie_name(origins),
        signed_in.secret,
        max_age=int((signed_in.expires_at - now()).total_seconds()),
        httponly=True,
        secure=origins.is_secure,
        samesite="lax",
    )


def clear_session_cookie(response: Response, origins: Origins) -> None:
    """Delete the session cookie."""
    response.delete_cookie(cookie_name(origins), httponly=True, secure=origins.is_secure, samesite="lax")


def session_cookie(connection: HTTPConnection, origins: Origins) -> str | None:
    """The secret in the session cookie; None if it is missing, or is an API key."""
    secret = connection.cookies.get(cookie_name(origins))
    return None if secret is None or secret.startswith(KEY_PREFIX) else secret
