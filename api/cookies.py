"""The session cookie."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from models.clock import now
from models.operations.complete_sign_in import SignedIn
from models.secrets import KEY_PREFIX

# The prefix makes browsers refuse the cookie unless it is Secure, host-only and for the whole site.
SECURE_NAME = "__Host-usher_session"
PLAIN_NAME = "usher_session"


def set_session_cookie(response: Response, signed_in: SignedIn, *, secure: bool) -> None:
    """Hand a session's secret to a browser: HttpOnly, SameSite=Lax, Secure unless plain HTTP is served."""
    response.set_cookie(
        SECURE_NAME if secure else PLAIN_NAME,
        signed_in.secret,
        max_age=int((signed_in.expires_at - now()).total_seconds()),
        httponly=True,
        secure=secure,
        samesite="lax",
    )


def clear_session_cookie(response: Response, *, secure: bool) -> None:
    """Have the browser forget the session."""
    response.delete_cookie(SECURE_NAME if secure else PLAIN_NAME, httponly=True, secure=secure, samesite="lax")


def session_cookie(connection: HTTPConnection, *, secure: bool) -> str | None:
    """The session's secret that a browser sent. An API key is none, wherever it stands."""
    secret = connection.cookies.get(SECURE_NAME if secure else PLAIN_NAME)
    return None if secret is None or secret.startswith(KEY_PREFIX) else secret
