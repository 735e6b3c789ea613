"""Following an activation link."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from api.context import Services
from api.pages.answers import show, show_message
from api.pages.forms import read_form, well_formed_token
from models.errors import TokenInvalid
from models.operations.activate_license import activate_license


@dataclass(frozen=True)
class ActivationPages:
    """Activating a license; needs no sign-in. Getting the page never uses the token up."""

    services: Services

    async def show(self, request: Request) -> Response:
        """GET /activate"""
        token = well_formed_token(request.query_params.get("token"))
        return show(request, "follow_link", purpose="activate", action="/activate", token=token)

    async def activate(self, request: Request) -> Response:
        """POST /activate"""
        token = well_formed_token((await read_form(request)).get("token"))
        try:
            await activate_license(token=token)
        except TokenInvalid:
            return show_message(request, "activate", "dead_link", status=410)
        return show_message(request, "activate", "done", href=self.services.install_url)
