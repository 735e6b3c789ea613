"""The callers: nobody, a standard user, and an administrator with a past."""

import re
from dataclasses import dataclass, field

import httpx2

from models.access.credentials import authenticate
from models.errors import Unauthenticated
from models.operations.people.change_user_role import change_user_role
from models.tables import Role, User
from tests.fuzz.documents import Document
from tests.fuzz.known import LIVE, LIVE_NAMES, Known
from tests.support.company import viewer_of_user

WHO = ["administrator", "standard", "nobody"]
# After these the callers may not be who they were.
UPSETTING = [b"signOut", b"changeUserRole", b"completeSignIn"]


@dataclass
class Callers:
    """Keeps each caller signed in and in their role, whatever the documents do to them."""

    known: Known
    tokens: dict[str, str] = field(default_factory=dict)

    async def token(self, who: str) -> str | None:
        """The caller's access token; None for nobody."""
        if who == "nobody":
            return None
        if who not in self.tokens:
            self.tokens[who] = await self.known.company.access_token(self._user(who))
        return self.tokens[who]

    async def headers(self, who: str) -> dict[str, str]:
        """The headers that the caller sends."""
        token = await self.token(who)
        return {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})

    async def filled(self, text: str) -> str:
        """A request's body, or a frame, with what was left open filled in as of now."""
        for name in sorted(set(re.findall(f"{LIVE}({'|'.join(LIVE_NAMES)})", text))):
            text = text.replace(f"{LIVE}{name}", await self.known.live(name))
        return text

    async def post(self, http: httpx2.AsyncClient, who: str, document: Document) -> httpx2.Response:
        """Send a document, and set right what it upset."""
        response = await http.post(
            "/graphql", content=await self.filled(document.body()), headers=await self.headers(who), timeout=60
        )
        http.cookies.clear()
        await self.after(response.request.content)
        return response

    async def after(self, body: bytes) -> None:
        """Set right what a request may have upset."""
        if any(name in body for name in UPSETTING):
            await self.set_right()

    async def set_right(self) -> None:
        """Give the callers their roles back, and sign them in where they are not."""
        account_id = self.known.company.account_id
        for who, role in (("administrator", Role.ADMINISTRATOR), ("standard", Role.STANDARD)):
            user = await User.get(id=self._user(who).id)
            if user.role is not role:
                others = User.filter(account_id=account_id, role=Role.ADMINISTRATOR).exclude(id=user.id)
                other = await others.first()
                assert other is not None
                await change_user_role(await viewer_of_user(other), user_id=user.id, role=role)
            if who in self.tokens and not await _works(self.tokens[who]):
                del self.tokens[who]

    def _user(self, who: str) -> User:
        company = self.known.company
        return company.administrator if who == "administrator" else company.users[0]


async def _works(token: str) -> bool:
    try:
        await authenticate(token, "")
    except Unauthenticated:
        return False
    return True
