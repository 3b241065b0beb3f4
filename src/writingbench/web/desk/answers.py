"""What the pages' scripts ask for, and what they are told: moves, files, the next request, how one stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.responses import JSONResponse, Response

from writingbench.benchmark.size import tokens
from writingbench.construct.extract import extract
from writingbench.construct.item import Stage, compose
from writingbench.construct.project import Held, Project
from writingbench.people import Person
from writingbench.web.desk import view
from writingbench.web.desk.ask import Ask
from writingbench.web.desk.diff import differences
from writingbench.web.desk.frame import words
from writingbench.web.desk.moves import Body, Id, Move, Save, allow, find, line, others, put

NAME = 200  # characters of a file's name
AT_ONCE = 2  # files that are read at the same time

_reading = asyncio.Semaphore(AT_ONCE)


class Next(Body):
    """What is wanted next; `after` is what somebody is through with or leaves in hand."""

    stage: str = ""
    domain: str = ""
    language: str = ""
    after: str = ""


def answering(move: Move) -> Callable[[Ask], Any]:
    """A move over HTTP."""

    async def answer(ask: Ask) -> Response:
        body = msgspec.json.decode(await ask.request.body() or b"{}", type=move.body)

        def carried_out(project: Project) -> dict[str, Any]:
            kept = move.made(project, ask.person, ask.id, body)
            found = view.state(kept, ask.person)
            if isinstance(body, Save) and "request" in body.fields:
                found["diff"] = differences(view.came(project.trail(ask.id), kept.item), kept.item.request)
            return found

        return JSONResponse(msgspec.to_builtins(await ask.project.use(carried_out)))

    return answer


async def upload(ask: Ask) -> Response:
    """A file: read by a process of its own, two at a time."""
    name = line(ask.request.query_params.get("name", ""))[-NAME:] or "file"
    called = msgspec.convert(ask.request.query_params.get("id"), Id | None)

    def ready(project: Project) -> None:  # before the file is read: it takes a while
        kept = find(project, ask.id)
        allow(ask.person, kept)
        if others(ask.person, kept):
            raise Held(kept)

    await ask.project.use(ready)
    content = await ask.request.body()
    async with _reading:
        found = await asyncio.to_thread(extract, content)
    about = {"kind": found.kind, "file": name, "title": line(found.title[:NAME]) or name}
    kept = await ask.project.use(lambda project: put(project, ask.person, ask.id, found.text, called=called, **about))
    return JSONResponse({**view.state(kept, ask.person), "notes": [words(ask.tongue)[note] for note in found.notes]})


async def following(ask: Ask) -> Response:
    """The next one: what somebody has in hand already, else what nobody has."""
    wanted = msgspec.json.decode(await ask.request.body(), type=Next)

    def take(project: Project) -> str | None:
        name = ask.person.name
        found = [
            kept
            for kept in project.items(*chosen(ask.person, wanted.stage))
            if kept.item.id != wanted.after
            and view.may(ask.person, kept.item)
            and (kept.holder == name or kept.idle)
            and wanted.domain in {"", kept.item.domain1}
            and wanted.language in {"", kept.item.language}
        ]
        for kept in sorted(found, key=lambda kept: kept.holder != name):
            try:
                return project.hold(kept.item.id, name).item.id
            except Held:  # somebody was quicker
                continue
        return None

    return JSONResponse({"id": await ask.project.use(take)})


def chosen(person: Person, stage: str) -> list[Stage]:
    """The stages of this person's work, or the one of them that is wanted."""
    return [one for one in view.stages(person) if stage in {"", one}] or view.stages(person)


async def state(ask: Ask) -> Response:
    """Where an item stands, who has it in hand and who changed it last."""

    def look(project: Project) -> dict[str, Any]:
        kept = find(project, ask.id)
        (last,) = project.trail(ask.id, last=1)
        return {**view.state(kept, ask.person), "by": last.by, "what": last.what, "at": last.ended}

    found = await ask.project.use(look)
    if ask.request.query_params.get("revision") == str(found["revision"]):
        del found["fields"]  # which are known
    return JSONResponse(msgspec.to_builtins(found))


async def query(ask: Ask) -> Response:
    """The whole query as a writer would get it."""

    def composed(project: Project) -> str:
        item = find(project, ask.id).item
        return compose(item, project.texts(item))

    text = await ask.project.use(composed)
    return JSONResponse({"text": text, "characters": len(text), "tokens": tokens(text)})
