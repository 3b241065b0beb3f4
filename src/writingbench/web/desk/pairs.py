"""The pages on which people compare two responses to the same request, one pair after the other.

/desk/pairs                the next pair
/desk/pairs/ID             one pair
POST /desk/pairs/ID/say    what somebody says of it by now; its answer names the next pair when they are through
"""

from __future__ import annotations

from typing import Any

import msgspec
from markupsafe import Markup
from starlette.responses import JSONResponse, RedirectResponse, Response

from writingbench.agreement.study import Label, Study, Task
from writingbench.records import Choice
from writingbench.reports import prose
from writingbench.web.desk.ask import Ask, Unknown
from writingbench.web.desk.frame import page, words
from writingbench.web.opened import Absent

COMMENT = 4_000  # characters
DAY = 86_400.0  # seconds
CHOICES = (
    ("first2", "a_clearly"), ("first1", "a_slightly"), ("tie", "a_tie"),
    ("second1", "b_slightly"), ("second2", "b_clearly"),
)  # fmt: skip


class Said(msgspec.Struct, forbid_unknown_fields=True):
    """What the page's script sends."""

    choice: Choice | None
    strength: int | None
    comment: str
    seconds: float
    done: bool


async def following(ask: Ask) -> Response:
    """On to the pair that somebody has open, or to the next."""
    w = words(ask.tongue)
    name = ask.person.name
    try:
        task, before = await ask.study.use(lambda study: (study.next(name), study.before(name, None)))
    except Absent:
        return page("notice.html", ask.tongue, ask.person, title=w["compare"], text=w["no_pairs"])
    if task is None:
        link = {"href": f"/desk/pairs/{before}", "text": w["compared_back"]} if before else None
        return page("notice.html", ask.tongue, ask.person, title=w["compare"], text=w["compared_all"], link=link)
    return RedirectResponse(f"/desk/pairs/{task.pair.id}", status_code=303)


async def pair(ask: Ask) -> Response:
    """One pair, with what this person has said of it."""
    name, id = ask.person.name, ask.id

    def look(study: Study) -> tuple[Task | None, str | None]:
        return study.task(name, id), study.before(name, id)

    task, before = await ask.study.use(look)
    if task is None:
        raise Unknown
    first, second = (Markup(prose.render(one.text)) for one in (task.pair.first, task.pair.second))  # noqa: S704
    return page(
        "pair.html", ask.tongue, ask.person, task=task, before=before, choices=CHOICES, first=first, second=second,
        state={"id": id, "label": msgspec.to_builtins(task.label), "before": before},
    )  # fmt: skip


async def say(ask: Ask) -> Response:
    """Keep what somebody says; when they are through, the next pair."""
    said = msgspec.json.decode(await ask.request.body(), type=Said)
    label = Label(
        choice=said.choice,
        strength=said.strength,
        comment=said.comment[:COMMENT],
        seconds=min(max(said.seconds, 0.0), DAY),
        done=said.done,
    )
    name, id = ask.person.name, ask.id

    def keep(study: Study) -> dict[str, Any]:
        if study.task(name, id) is None:
            raise Unknown
        study.say(name, id, label)
        task = study.next(name, after=id) if label.done else None
        return {"next": task.pair.id if task and task.pair.id != id else None}

    return JSONResponse(await ask.study.use(keep))
