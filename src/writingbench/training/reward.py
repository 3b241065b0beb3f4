"""A judge, or a critic of one's own, as a reward: what TRL calls with prompts and completions.

    critic = Reward("local/critic.gguf", store=Path("out/store.db"))
    GRPOTrainer(model=..., reward_funcs=critic, args=..., train_dataset=...)

A completion's reward is its mean mark over the criteria of its request: its own, where the request stands in `queries`
(a benchmark file that `construct` made, never one that the writer is measured on), else those of a shared set. Marks
are asked for all at once and kept in the store, so a completion that comes again costs nothing. A completion whose
marks could not all be had gets None: TRL leaves it out of its group's mean and gives it no advantage, so that nobody is
rewarded or punished for a judge's failure.

With `length_control` the part of the reward that a longer text earns by being longer is taken off: within the group of
completions of one prompt, the slope of marks on the logarithm of length, over all groups that were seen, times how much
longer than the group a completion is. The mean of a group stays what it was.
"""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from writingbench import calls, evaluate, judgements, protocols
from writingbench.benchmark.language import language_of
from writingbench.criteria import sets
from writingbench.models import Endpoint, Terms, drain
from writingbench.models.terms import ANY
from writingbench.protocols import Protocol
from writingbench.records import Answer, Query, Response, UserError, Verdict
from writingbench.responses.clean import split
from writingbench.store import Store

if TYPE_CHECKING:
    from writingbench.models.batch import BatchLine
    from writingbench.models.chat import Line

Turns = str | Sequence[Mapping[str, Any]]  # a text, or a conversation as datasets have it
LOWEST = 1.0  # what an empty completion is worth: it is an answer, and there is no worse


class Reward:
    """The mean mark of each completion, 1 to 10 (with `length_control` a little beyond), or None."""

    def __init__(
        self,
        judge: str,
        *,
        store: Path,
        base_url: str | None = None,
        protocol: str = "standard",
        criteria: str = "global",
        queries: Iterable[Query] = (),
        length_control: bool = False,
        terms: Terms = ANY,
    ) -> None:
        """Raises UserError for a judge, a protocol or a set of criteria that is none."""
        self.__name__ = f"mark by {judge}"  # what TRL calls it in its logs
        self._judge: Endpoint = evaluate.endpoint(judge, base_url)
        self._rules: Protocol = protocols.load(protocol)
        self._set = sets.load(criteria)
        self._known = {query.text: query for query in queries if query.criteria}
        self._store, self._terms = store, terms
        self._slope = Slope() if length_control else None

    def __call__(self, prompts: Sequence[Turns], completions: Sequence[Turns], **columns: Any) -> list[float | None]:
        """The reward of each completion; `columns` are those of the data set, of which `domain1` is looked at."""
        requests = [_said(prompt, "user") for prompt in prompts]
        texts = [split(_said(completion, "assistant")).answer for completion in completions]
        domains = columns.get("domain1") or [""] * len(requests)
        asked = list(dict.fromkeys(zip(requests, texts, domains, strict=True)))  # the same once
        marks = dict(zip(asked, self._marks(asked), strict=True))
        rewards = [marks[one] for one in zip(requests, texts, domains, strict=True)]
        return rewards if self._slope is None else self._slope.controlled(requests, texts, rewards)

    def _query(self, request: str, domain: str) -> Query:
        if known := self._known.get(request):
            return known
        bare = Query(
            index=0, domain1=domain, domain2="", language=language_of(request), text=request, criteria=()
        )  # fmt: skip
        return sets.apply([bare], self._set)[0]

    def _marks(self, asked: Sequence[tuple[str, str, str]]) -> list[float | None]:
        found: list[float | None] = [LOWEST if not text.strip() else None for _, text, _ in asked]

        async def work(lines: Mapping[Endpoint, Line | BatchLine]) -> None:
            line = lines[self._judge]
            by = evaluate.as_judge(line.endpoint, self._rules)

            async def one(place: int) -> None:
                request, text, domain = asked[place]
                query = self._query(request, domain)
                response = Response(query=query.index, writer="policy", draw=0, outcome=Answer(text=text))
                made = await judgements.judge(query, response, by, line, self._rules.repeats)
                scores = [mark.outcome.score for mark in made if isinstance(mark.outcome, Verdict)]
                if len(scores) == len(query.criteria) * self._rules.repeats:  # a mean of other criteria is another mean
                    found[place] = sum(scores) / len(scores)

            await drain([at for at, mark in enumerate(found) if mark is None], one, workers=line.most)

        with Store(self._store) as store:
            came = asyncio.run(calls.on_lines([self._judge], work, store, self._terms))
        if came.stopped:
            raise UserError(f"{came.stopped}: a reward cannot go on without its judge")
        return found


class Slope:
    """What a text's mark has gained, so far, by being longer than others to the same prompt.

    By least squares on deviations from the means of groups: points of the mark for each e-fold of characters.
    """

    def __init__(self) -> None:
        self._products = self._squares = 0.0

    @property
    def value(self) -> float:
        return self._products / self._squares if self._squares else 0.0

    def controlled(
        self, requests: Sequence[str], texts: Sequence[str], rewards: Sequence[float | None]
    ) -> list[float | None]:
        """The rewards with what length alone is worth taken off, groups being the completions of one prompt."""
        groups: defaultdict[str, list[int]] = defaultdict(list)
        for place, request in enumerate(requests):
            if rewards[place] is not None and texts[place].strip():  # an empty text has no length to speak of
                groups[request].append(place)
        longer: dict[int, float] = {}
        for places in groups.values():
            sizes = {place: math.log(len(texts[place])) for place in places}
            size = sum(sizes.values()) / len(places)
            mean = sum(rewards[place] or 0.0 for place in places) / len(places)
            for place in places:
                longer[place] = sizes[place] - size
                self._products += longer[place] * ((rewards[place] or 0.0) - mean)
                self._squares += longer[place] ** 2
        return [
            None if reward is None else reward - self.value * longer.get(place, 0.0)
            for place, reward in enumerate(rewards)
        ]


def _said(turns: Turns, role: str) -> str:
    """The text of a prompt or a completion: of a conversation the last turn of this role."""
    if isinstance(turns, str):
        return turns
    said = [turn["content"] for turn in turns if turn.get("role") == role and isinstance(turn.get("content"), str)]
    return said[-1] if said else ""
