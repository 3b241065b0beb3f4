"""Have a model refine drafted requests by the guidances drawn for them, and say what material each of them needs.

    Item("Write a speech for the school's 50th year.", guidances=("length:minutes",))
        ->  "... about 6 minutes ...", requirements ("length",), wanted ("the school's chronicle, ...",), stage collect

An answer is read and held against its draft in `construct.refined`; what is unfit is asked for once more. Each request
moves on as soon as its answer is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from writingbench import calls
from writingbench.construct import mix
from writingbench.construct.item import Item, Stage, noted
from writingbench.construct.project import Held, Kept, Outdated, Project
from writingbench.construct.refined import Refined, read, sized
from writingbench.criteria.generate import CALLED
from writingbench.models import Endpoint, Terms
from writingbench.models.terms import ANY
from writingbench.records import REQUIREMENTS, Failure, Request, Requirement, Sampling
from writingbench.store import Store

SAMPLING = Sampling(temperature=0.7, max_tokens=8192)
NONE = {
    "en": "None: keep the request as it is, and repair only what is unclear.",
    "zh": "无：请求保持原样，只修补说得不清楚的地方。",
}
SHORT, ADDED, MOST = 160, 400, 1600  # characters: an embedded model may not end a text by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of refining."""

    refined: int
    failed: dict[str, Failure]  # by item
    elsewhere: int  # another run had moved them on
    unasked: int
    calls: int
    stopped: str = ""  # why it ended before everything was asked


async def carry_out(
    project: Project,
    drafts: Sequence[Kept],
    by: Endpoint,
    store: Store,
    terms: Terms = ANY,
    seen: calls.Seen = calls.QUIET,
    *,
    again: bool = False,
) -> Came:
    """Refine drafts that guidances are drawn for, and move each on as its answer comes.

    `again`: ask afresh for those whose answers were of no use.
    """
    moved: dict[str, bool] = {}  # whether by us

    def move(outcome: object) -> None:
        if isinstance(outcome, Refined) and (id := outcome.kept.item.id) not in moved:
            try:
                project.change(outcome.kept, refined(outcome, by), by=by.name, what="refine", hold=False)
            except (Outdated, Held):
                moved[id] = False
            else:
                moved[id] = True
        seen.answer(outcome)

    asking = calls.afresh(QUESTION, store) if again else QUESTION
    came = await calls.carry_out(drafts, asking, by, store, terms, replace(seen, answer=move))
    pairs = list(zip(drafts, came.answers, strict=True))
    return Came(
        refined=sum(moved.values()),
        failed={kept.item.id: said for kept, said in pairs if isinstance(said, Failure)},
        elsewhere=len(moved) - sum(moved.values()),
        unasked=sum(said is None for _, said in pairs),
        calls=came.calls,
        stopped=came.stopped,
    )


def request(item: Item, by: Endpoint, draw: int = 0) -> Request:
    """The call that asks for a draft to be refined."""
    told = mix.said(item.guidances or (), item.language)
    values = {
        "request": item.request,
        "mark": calls.mark(item.request),
        "place": ", ".join(filter(None, (item.domain1, item.domain2))),
        "guidances": "\n".join(f"{n}. {one}" for n, one in enumerate(told, start=1)) or NONE[item.language],
        "language": CALLED[item.language],
    }
    return Request(
        model=by.identity,
        messages=calls.prompt("construct", "refine").messages(values),
        sampling=by.adapt(SAMPLING),
        schema=schema(len(item.request) if by.weights else None) if by.schema else None,
        draw=draw,
    )


def schema(draft: int | None = None) -> dict[str, Any]:
    """The JSON schema of an answer; with the length of the draft for a model that has to be stopped."""
    longest = {} if draft is None else {"maxLength": min(draft + ADDED, MOST)}
    listed = {} if draft is None else {"maxItems": 2}
    material = {"type": "string"} | ({} if draft is None else {"maxLength": SHORT})
    return _object(
        {
            "request": {"type": "string", **longest},
            "requirements": _object({kind: {"type": "boolean"} for kind in REQUIREMENTS}),
            "materials": {"type": "array", "items": material, **listed},
        }
    )


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


QUESTION: calls.Question[Kept, Refined] = calls.Question(
    request=lambda kept, by, draw: request(kept.item, by, draw), read=read
)


def refined(outcome: Refined, by: Endpoint) -> Item:
    """The item with what a model made of it."""
    prompt = calls.prompt("construct", "refine").hash
    return _on(outcome.kept.item, outcome.request, outcome.requirements, outcome.materials, by.name, prompt)


def keep(project: Project, drafts: Iterable[Kept]) -> int:
    """Move on drafts as they are; how many those were. Their labels stay, with a length where one can be found."""
    count = 0
    for one in drafts:
        item = one.item
        found = {*item.requirements, *(["length"] if sized(item.request) else [])}
        requirements = tuple(kind for kind in REQUIREMENTS if kind in found)
        made = _on(item, item.request, requirements, item.wanted, mix.BY, None)
        try:
            project.change(one, made, by=mix.BY, what="refine", hold=False)
            count += 1
        except (Outdated, Held):
            continue
    return count


def _on(
    item: Item,
    request: str,
    requirements: tuple[Requirement, ...],
    wanted: tuple[str, ...],
    by: str,
    prompt: str | None,
) -> Item:
    drawn = next((step.note for step in reversed(item.history) if step.by == mix.BY), None)
    stage: Stage = "collect" if wanted else "screen"
    made = replace(item, request=request, requirements=requirements, wanted=wanted, stage=stage, reason="")
    return noted(made, "refine", by, prompt=prompt, note=drawn or ", ".join(item.guidances or ()))
