"""Have a critic mark test lines: a trained folder with torch, or any judge that can be asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from writingbench import models
from writingbench.calls import on_lines
from writingbench.judgements import Judge, read
from writingbench.records import Failure, Message, Reply, Request, Verdict
from writingbench.store import Store
from writingbench.training.examples import Line
from writingbench.training.measure import Marks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from writingbench.models import Endpoint, Terms
    from writingbench.models.batch import BatchLine
    from writingbench.models.chat import Line as Open
    from writingbench.training.expect import Critic, Reading

QUIET: Callable[[object], None] = lambda outcome: None  # noqa: E731 - nobody is told


def by_critic(name: str, critic: Critic, lines: Sequence[Line], seen: Callable[[object], None] = QUIET) -> list[Marks]:
    """Its three readings of each line, or the one of a scalar head."""
    came: list[Reading | Failure] = []
    for line in lines:
        came.append(critic.mark(line))
        seen(came[-1])
    readings = {"expected": "expectation", "likely": "most likely mark", "drawn": "one draw"}
    found = [
        Marks(
            name=f"{name}, {said}" if len(readings) > 1 else name,
            values=[one if isinstance(one, Failure) else getattr(one, reading) for one in came],
        )
        for reading, said in readings.items()
    ]
    there = [one for one in found if any(value == value for value in one.numbers)]  # noqa: PLR0124 - NaN is not itself
    return there if len(there) != 1 else [Marks(name=name, values=there[0].values)]


async def by_judge(
    endpoint: Endpoint, judge: Judge, lines: Sequence[Line], store: Store, terms: Terms, seen: Callable[[object], None]
) -> Marks:
    """What a judge answers to each line's prompt; what the store holds is not asked again."""
    outcomes: list[Verdict | Failure] = [Failure(kind="unreachable", note="it was never asked")] * len(lines)

    async def work(opened: Mapping[Endpoint, Open | BatchLine]) -> None:
        line = opened[endpoint]

        async def one(place: int) -> None:
            asked = Request(
                model=judge.model,
                messages=tuple(
                    Message(role="system" if turn.role == "system" else "user", content=turn.content)
                    for turn in lines[place].messages[:-1]
                ),
                sampling=judge.sampling,
                schema=judge.schema,
            )
            came = await line.ask(asked)
            outcomes[place] = read(came) if isinstance(came, Reply) else came or outcomes[place]
            seen(outcomes[place])

        await models.drain(range(len(lines)), one, workers=min(len(lines), line.most))

    await on_lines([endpoint], work, store, terms)
    return Marks(name=judge.name, values=[float(one.score) if isinstance(one, Verdict) else one for one in outcomes])


def kept(tables: Sequence[object]) -> list[dict[str, object]]:
    """Tables as a card keeps them."""
    found: list[dict[str, object]] = msgspec.to_builtins(tables)
    return found
