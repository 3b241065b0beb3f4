"""What judges said: one call for each criterion, the first alone, the others when it is back.

The first call makes the server compute the long beginning that all calls about one response share; the others
find it in the server's prefix cache. Sent all at once they would all compute it. (In a batch nobody waits for anybody.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from writingbench.judgements.prompts import Prompt, Sheet
from writingbench.judgements.read import read
from writingbench.models.memory import Asker, Known
from writingbench.protocols import Protocol
from writingbench.records import (
    Answer,
    Criterion,
    Failure,
    Judgement,
    Query,
    Reply,
    Request,
    Response,
    Sampling,
    Verdict,
    fingerprint,
)

__all__ = ["Judge", "Prompt", "judge", "read", "schema"]

AGAIN = frozenset({"unreadable", "truncated"})
TRIES = 2  # a reply without a verdict (unreadable, or cut off before it) is asked for again once, as a fresh draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A model that marks, with its prompt and its sampling: change any of them and it is another judge."""

    name: str  # as the user wrote it: provider/model
    model: str  # the identity its replies are kept under
    sampling: Sampling
    prompt: Prompt
    schema: Mapping[str, Any] | None = None  # what the server holds its answer to

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.model, self.sampling.identity, [self.prompt.system, self.prompt.user], self.schema)

    def request(self, about: Sheet, criterion: Criterion, draw: int) -> Request:
        """The call that asks for one mark on the response that the prompt is `about`."""
        return Request(
            model=self.model,
            messages=about.messages(criterion),
            sampling=self.sampling,
            schema=self.schema,
            draw=draw,
        )


def schema(protocol: Protocol) -> Mapping[str, Any]:
    """The JSON schema of a verdict: the reason before the score, so that the score follows from it."""
    reason: dict[str, Any] = {"type": "string"}
    if protocol.marking.reason_limit:
        reason |= {"minLength": 20, "maxLength": protocol.marking.reason_limit}
    return {
        "type": "object",
        "properties": {"reason": reason, "score": {"type": "integer", "enum": list(range(1, 11))}},
        "required": ["reason", "score"],
        "additionalProperties": False,
    }


async def judge(
    query: Query,
    response: Response,
    by: Judge,
    ask: Asker,
    repeats: int = 1,
    seen: Callable[[Judgement], None] = lambda judgement: None,
) -> list[Judgement]:
    """All marks of one response: `repeats` for each criterion of its query.

    A response that failed passes its failure on to every one of its marks. Where `ask` only recalls, marks that
    were never asked for are left out. `seen` is told of each judgement as soon as it is there.
    """

    about = by.prompt.about(query, response.outcome.text if isinstance(response.outcome, Answer) else "")

    def begin(criterion: Criterion, repeat: int, attempt: int, urgency: int) -> Awaitable[Reply | Failure | None]:
        if isinstance(response.outcome, Failure):
            return Known(response.outcome)
        return ask.ask(by.request(about, criterion, draw=repeat * TRIES + attempt), urgency)

    wanted = [(criterion, repeat) for repeat in range(repeats) for criterion in query.criteria]
    made: dict[int, Judgement] = {}  # by their place among those wanted

    async def mark(left: Iterable[int], urgency: int) -> None:
        for attempt in range(TRIES):
            # all are asked before the first is waited for
            asked = [(place, begin(*wanted[place], attempt, urgency)) for place in left]
            left = []
            try:
                for place, reply in asked:
                    came = await reply
                    outcome = read(came) if isinstance(came, Reply) else came
                    unread = isinstance(came, Reply) and isinstance(outcome, Failure) and outcome.kind in AGAIN
                    if unread and attempt + 1 < TRIES:
                        left.append(place)
                    elif outcome is not None:
                        made[place] = _judgement(response, by, *wanted[place], outcome)
                        seen(made[place])
            finally:
                for _, reply in asked:
                    if isinstance(reply, asyncio.Future):
                        reply.cancel()  # nobody waits for it any more; what has come stays

    first = 1 if ask.one_first else 0
    await mark(range(first), urgency=1)
    await mark(range(first, len(wanted)), urgency=2)
    return [made[place] for place in sorted(made)]


def _judgement(
    response: Response, by: Judge, criterion: Criterion, repeat: int, outcome: Verdict | Failure
) -> Judgement:
    return Judgement(
        query=response.query,
        writer=response.writer,
        response=response.draw,
        criterion=criterion.name,
        judge=by.name,
        repeat=repeat,
        outcome=outcome,
    )
