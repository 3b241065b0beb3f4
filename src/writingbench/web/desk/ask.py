"""One request of a page: who sends it, in which language, what it may touch. Whatever goes wrong is said in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from writingbench.agreement.study import Study
from writingbench.construct.project import Held, Kept, Nothing, Outdated, Project
from writingbench.construct.unfit import Unfit
from writingbench.people import Person
from writingbench.records import UserError
from writingbench.reports.shell import Tongue
from writingbench.web import sign_in
from writingbench.web.desk import view
from writingbench.web.desk.frame import out, page, words
from writingbench.web.opened import Absent, Opened
from writingbench.web.sign_in import SignIn

ID = "desk-person"  # the header by which a page says for whom it was made


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who may come in, and what there is to work on; each of the files may not be there yet."""

    signing: SignIn
    project: Opened[Project]
    study: Opened[Study]

    def ask(self, request: Request, person: Person) -> Ask:
        tongue = sign_in.tongue(request)
        return Ask(request=request, person=person, tongue=tongue, project=self.project, study=self.study)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request of somebody who is signed in."""

    request: Request
    person: Person
    tongue: Tongue
    project: Opened[Project]
    study: Opened[Study]

    @property
    def id(self) -> str:
        """The item that it is about."""
        return str(self.request.path_params["id"])


class Unknown(Exception):
    """There is no such item."""


class NotYours(Exception):
    """It is another role's work."""


class Unreadable(Exception):
    """The body is not what it should be."""


Answering = Callable[[Ask], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def for_people(answer: Answering, desk: Desk) -> Endpoint:
    """A page: only for somebody who is signed in. `?lang=` chooses the language."""

    async def answered(request: Request) -> Response:
        tongue, person = sign_in.tongue(request), await desk.signing.person(request)
        if person is None:
            return stranger(request)
        if wanted := next((one for one in sign_in.TONGUES if one == request.query_params.get("lang")), None):
            back = Response(status_code=303, headers={"Location": _without(request, "lang")})
            sign_in.speak(back, wanted)
            return back
        w = words(tongue)
        try:
            return await answer(desk.ask(request, person))
        except Absent:
            return page("notice.html", tongue, person, title=w["desk"], text=w["nothing_here"])
        except Unknown:
            return page("notice.html", tongue, person, status=404, title=w["desk"], text=w["unknown"])
        except (UserError, sqlite3.Error) as error:
            text = f"{w['busy']} ({error})"
            return page("notice.html", tongue, person, status=503, title=w["desk"], text=text)

    return answered


def for_scripts(answer: Answering, desk: Desk) -> Endpoint:
    """What a page's script asks for. A refusal is JSON with `error`, a word for the script, and `text`, for people."""

    async def answered(request: Request) -> Response:
        tongue = sign_in.tongue(request)
        w = words(tongue)
        if request.method != "GET" and not sign_in.own(request):
            return refusal(403, "elsewhere", w["elsewhere"])
        person = await desk.signing.person(request)
        if person is None or request.headers.get(ID, person.id) != person.id:  # somebody else signed in meanwhile
            return refusal(401, "signed_out", w["signed_out"])
        try:
            return await answer(desk.ask(request, person))
        except Unfit as error:
            return refusal(422, error.word, unfit(error, tongue))
        except Held as error:
            return refusal(423, "held", w["held"].format(name=error.now.holder), **view.state(error.now, person))
        except Outdated as error:
            return refusal(409, "outdated", w["outdated"], **await _since(error.now, person, desk.project))
        except Nothing:
            return refusal(409, "nothing", w["nothing"])
        except NotYours:
            return refusal(403, "role", w["role"])
        except (Unknown, Absent):
            return refusal(404, "unknown", w["unknown"])
        except (Unreadable, msgspec.ValidationError, msgspec.DecodeError) as error:
            return refusal(400, "unreadable", f"{w['unreadable']} ({error})")
        except (UserError, sqlite3.Error) as error:
            return refusal(503, "busy", f"{w['busy']} ({error})")

    return answered


def stranger(request: Request) -> Response:
    """What somebody sees who is not signed in. A link from another site comes without the cookie: going on helps."""
    elsewhere = request.headers.get("sec-fetch-site") == "cross-site"
    there = request.url.path if request.method == "GET" else sign_in.PATH
    return out(sign_in.tongue(request), there, again=elsewhere, status=401)


def refusal(status: int, error: str, text: str, **more: Any) -> Response:
    return JSONResponse({"error": error, "text": text, **more}, status_code=status)


def unfit(error: Unfit, tongue: Tongue) -> str:
    """Why something cannot be done, in words; what has no word of its own says it in English."""
    w = words(tongue)
    names = {key: w.get(f"{key}_{value}", str(value)) for key, value in error.facts.items()}
    return w[error.word].format_map(names) if error.word in w else str(error)


async def _since(now: Kept, person: Person, project: Opened[Project]) -> dict[str, Any]:
    (last,) = await project.use(lambda one: one.trail(now.item.id, last=1))
    return {**view.state(now, person), "by": last.by, "what": last.what, "at": last.ended}


def _without(request: Request, name: str) -> str:
    url = request.url.remove_query_params(name)
    return url.path + (f"?{url.query}" if url.query else "")
