"""Asking for sign-in links, and the relay's finding out whose the addresses are."""

from models.access.anonymous_caller import AnonymousCaller, Network
from models.operations.sign_in.answer_sign_in_requests import answer_sign_in_requests
from models.operations.sign_in.request_sign_in import SignInRequested, request_sign_in


async def ask_for_link(email: str) -> SignInRequested:
    """Ask for a link as somebody who calls from an address of their own, and let the relay look whose it is."""
    asked = await request_sign_in(email=email, caller=AnonymousCaller((Network(f"caller of {email}"),), 100, 1, 1))
    await answer_sign_in_requests()
    return asked
