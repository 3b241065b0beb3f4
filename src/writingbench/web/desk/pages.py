"""The pages that people see: what there is to do, one request, the trail."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import RedirectResponse, Response

from writingbench.construct.extract import MOST
from writingbench.construct.item import STAGES
from writingbench.construct.project import Change, Kept, Project
from writingbench.people import Person
from writingbench.records import REQUIREMENTS
from writingbench.web import sign_in
from writingbench.web.desk import view
from writingbench.web.desk.ask import Ask, Unknown
from writingbench.web.desk.diff import differences
from writingbench.web.desk.frame import out, page
from writingbench.web.desk.moves import PASTE
from writingbench.web.sign_in import SignIn

ROWS = 50  # of a list on one page
RECENT = 30  # lines of the trail on the page of a request
FILTERS = ("stage", "domain", "language")
LICENCES = (
    "CC0 1.0", "CC BY 4.0", "CC BY-SA 4.0", "CC BY-NC 4.0", "Apache-2.0", "MIT", "GFDL", "ODbL",
)  # fmt: skip


async def home(ask: Ask) -> Response:
    """What there is to do."""
    chosen = {name: ask.request.query_params.get(name, "") for name in FILTERS}
    number = _number(ask)
    wanted = (
        [one for one in STAGES if one == chosen["stage"]]
        or (list(STAGES) if chosen["stage"] == "all" else view.stages(ask.person))
    )  # fmt: skip

    def look(project: Project) -> dict[str, Any]:
        every = project.items()
        found = [
            kept
            for kept in every
            if kept.item.stage in wanted
            and chosen["domain"] in {"", kept.item.domain1}
            and chosen["language"] in {"", kept.item.language}
        ]
        return {
            "counts": project.counts(),
            "mine": [kept for kept in every if kept.holder == ask.person.name],
            "domains": sorted({kept.item.domain1 for kept in every}),
            "found": len(found),
            "rows": found[(number - 1) * ROWS : number * ROWS],
        }

    there = await ask.project.use(look)
    links = {"before": number - 1, "after": number + 1 if number * ROWS < there["found"] else 0}
    pages = {name: _address({**chosen, "page": to}) if to else "" for name, to in links.items()}
    return page(
        "home.html", ask.tongue, ask.person, **there, chosen=chosen, pages=pages, carried=_address(chosen),
        stages=STAGES, opening=view.opening,
    )  # fmt: skip


async def item(ask: Ask) -> Response:
    """One request, for whatever somebody may do with it now."""

    def look(project: Project) -> dict[str, Any]:
        kept = project.item(ask.id)
        if kept is None:
            raise Unknown
        trail, texts = project.trail(ask.id), project.texts(kept.item)
        came = view.came(trail, kept.item)
        pieces = differences(came, kept.item.request)
        recent = list(islice((view.told(one, texts) for one in reversed(trail)), RECENT))
        return {
            "kept": kept,
            "texts": texts,
            "trail": recent,
            "last": trail[-1],
            "longer": len(trail) > RECENT,
            "own": bool(_last(project, ask)),
            "diff_of": pieces,
            "changed": came != kept.item.request,
        }

    there = await ask.project.use(look)
    kept = there["kept"]
    chosen = {name: ask.request.query_params.get(name, "") for name in FILTERS}
    return page(
        "item.html", ask.tongue, ask.person, **there, item=kept.item, chosen=chosen,
        holder=_holder(kept, ask.person), can=_can(kept, ask.person), may=view.may(ask.person, kept.item),
        state=_state(kept, ask, there["texts"], there["last"]), licences=LICENCES, requirements=REQUIREMENTS,
    )  # fmt: skip


async def trail(ask: Ask) -> Response:
    """What happened, the newest first: to all requests, or with `?item=` to one."""
    id, number = ask.request.query_params.get("item") or None, _number(ask)

    def look(project: Project) -> tuple[list[view.Told], bool]:
        lines = project.trail(id, last=number * ROWS + 1)[::-1]
        return [view.told(one) for one in lines[(number - 1) * ROWS : number * ROWS]], len(lines) > number * ROWS

    told, longer = await ask.project.use(look)
    before = _address({"item": id, "page": number - 1}) if number > 1 else ""
    after = _address({"item": id, "page": number + 1}) if longer else ""
    return page(
        "trail.html", ask.tongue, ask.person, trail=told, id=id, opening=view.opening,
        pages={"before": before, "after": after},
    )  # fmt: skip


def arriving(signing: SignIn) -> Any:
    """A personal link: keeps its token in a cookie and leads on without it.

    By a page and not by a redirect: a cookie of our own site only does not come with a redirect from another one.
    """

    async def arrive(request: Any) -> Response:
        token = request.query_params.get("token", "")
        person = await signing.of(token)
        tongue = sign_in.tongue(request)
        if person is None:
            return out(tongue, sign_in.PATH, again=False, status=401)
        answer = out(tongue, sign_in.PATH, again=True)
        sign_in.enter(request, answer, token)
        return answer

    return arrive


async def leave(ask: Ask) -> Response:
    answer = Response(status_code=204)
    sign_in.leave(answer)
    return answer


async def slashed(request: Any) -> Response:
    return RedirectResponse(sign_in.PATH, status_code=308)


def _holder(kept: Kept, person: Person) -> str:
    """Who else has it in hand; "" for nobody."""
    return "" if kept.idle or kept.holder == person.name else kept.holder


def _can(kept: Kept, person: Person) -> bool:
    """Whether this person may change it now."""
    return view.may(person, kept.item) and not _holder(kept, person)


def _state(kept: Kept, ask: Ask, texts: Mapping[str, str], last: Change) -> dict[str, Any]:
    """What the page's script has to know."""
    found = {
        **view.state(kept, ask.person),
        "by": last.by,
        "at": last.ended,
        "id": ask.id,
        "person": ask.person.id,
        "name": ask.person.name,
        "can": _can(kept, ask.person),
        "language": kept.item.language,
        "texts": {one.id: texts[one.text] for one in kept.item.materials} if kept.item.stage != "collect" else {},
        "paste": PASTE,
        "upload": MOST,
        "next": {name: ask.request.query_params.get(name, "") for name in FILTERS},
    }
    made = msgspec.to_builtins(found)
    assert isinstance(made, dict)  # noqa: S101 - for the type checker
    return made


def _last(project: Project, ask: Ask) -> bool:
    """Whether the last change that stands is this person's."""
    last = next((one for one in reversed(project.trail(ask.id)) if not one.undone), None)
    return bool(last and last.before and last.by == ask.person.name)


def _number(ask: Ask) -> int:
    said = ask.request.query_params.get("page", "")
    return max(1, int(said)) if said.isascii() and said.isdigit() and len(said) < 7 else 1


def _address(said: Mapping[str, Any]) -> str:
    return "?" + urlencode({name: value for name, value in said.items() if value})
