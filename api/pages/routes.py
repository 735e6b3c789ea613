"""Where the pages are."""

from starlette.routing import Route

from api.context import Services
from api.pages.activation import ActivationPages
from api.pages.answers import Handler, endpoint
from api.pages.assets import asset_routes
from api.pages.home import HomeLink, HomePage
from api.pages.sign_in import SignInPages

__all__ = ["HomeLink", "page_routes"]


def page_routes(services: Services, links: list[HomeLink]) -> list[Route]:
    """Every page and its stylesheet. `links` are what the home page leads to."""

    def route(method: str, path: str, handler: Handler) -> Route:
        return Route(path, endpoint(handler, secure_cookies=services.secure_cookies), methods=[method])

    home = HomePage(services, links)
    sign_in = SignInPages(services)
    activation = ActivationPages(services)
    return [
        route("GET", "/", home.show),
        route("POST", "/sign-out", home.sign_out),
        route("GET", "/sign-in", sign_in.show),
        route("POST", "/sign-in", sign_in.complete),
        route("GET", "/sign-in/request", sign_in.back_to_form),
        route("POST", "/sign-in/request", sign_in.ask),
        route("GET", "/activate", activation.show),
        route("POST", "/activate", activation.activate),
        *asset_routes(),
    ]
