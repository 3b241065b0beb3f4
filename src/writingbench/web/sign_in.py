"""Who works on the pages: a personal link lets somebody in, and a cookie keeps them in until they leave.

The cookie holds the token of the link, and whose it is is looked up with every request, so that somebody who was
removed is out at once. Other sites' pages can write nothing: the cookie does not come with what they send, and what
does not say that it comes from our own pages is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from writingbench.people import People, Person
from writingbench.reports.shell import Tongue
from writingbench.web.opened import Absent, Opened

COOKIE = "writingbench-desk"
TONGUE = "writingbench-tongue"
KEPT = 90 * 24 * 3600  # seconds that a browser keeps the cookies
PATH = "/desk"
TONGUES: tuple[Tongue, ...] = get_args(Tongue)


class SignIn:
    """The people of the list at `path`; nobody is let in where there is none."""

    def __init__(self, path: Path) -> None:
        self._people = Opened(path, People)

    async def person(self, request: Request) -> Person | None:
        """Who sends this request."""
        return await self.of(request.cookies.get(COOKIE, ""))

    async def of(self, token: str) -> Person | None:
        """Whose link a token belongs to."""
        try:
            return await self._people.use(lambda people: people.of(token))
        except Absent:
            return None


def enter(request: Request, answer: Response, token: str) -> None:
    """Have the browser keep the token, for the pages here and for nothing else."""
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, token, max_age=KEPT, path=PATH, httponly=True, samesite="strict", secure=secure)


def leave(answer: Response) -> None:
    """Have the browser forget the token."""
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")


def own(request: Request) -> bool:
    """Whether a request says that it comes from a page of this server."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("origin", ""))  # where the address is no https and no loopback
    return origin.scheme in {"http", "https"} and origin.netloc == request.headers.get("host")


def tongue(request: Request) -> Tongue:
    """The language that somebody chose, else the first of their browser's that there is."""
    wanted = [request.cookies.get(TONGUE, "")]
    wanted += [one.strip()[:2].lower() for one in request.headers.get("accept-language", "").split(",")]
    return next((one for said in wanted for one in TONGUES if one == said), "en")


def speak(answer: Response, wanted: Tongue) -> None:
    """Have the browser keep the chosen language."""
    answer.set_cookie(TONGUE, wanted, max_age=KEPT, path=PATH, samesite="strict")
