"""Who writes better, from responses that a judge is shown two at a time.

    runs ──> field: who answered what ──> pairings ──> each asked in both orders ──> met ──> contest

Replies go into the store as any others, and beside them which pairings were asked for by which rules: asking again
asks only for what is missing, and a report asks nobody. Within a budget those pairings come first that say most.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import combinations
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from writingbench import evaluate, models
from writingbench.calls import QUIET, Seen, on_lines
from writingbench.evaluate import Run
from writingbench.judgements import pairwise
from writingbench.judgements.pairwise import Comparer, Said, Two
from writingbench.models import Endpoint, Refuses, Terms
from writingbench.models.memory import Asker, Recall
from writingbench.models.terms import ANY
from writingbench.protocols import Protocol
from writingbench.records import DYNAMIC, Answer, Choice, Failure, Query, UserError, fingerprint
from writingbench.scores import bradley_terry
from writingbench.scores.contest import By, Contest, Control, Met, compared, contest
from writingbench.scores.next_pairs import next_pairs
from writingbench.scores.strengths import tallies
from writingbench.scores.style import style
from writingbench.store import Store
from writingbench.stored import Tally

if TYPE_CHECKING:
    from writingbench.models.batch import BatchLine
    from writingbench.models.chat import Line

ROUNDS = 10  # in which a budget is spent: after each, the next pairings are chosen by what is known then


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What responses share that may be compared."""

    protocol: Protocol
    benchmark: str
    benchmark_fingerprint: str
    criteria: str = DYNAMIC  # by which they are compared, where they are by criteria
    criteria_fingerprint: str = ""

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.protocol.fingerprint, self.benchmark_fingerprint, self.criteria_fingerprint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What comparisons must share to stand in one ranking."""

    ground: Ground
    judge: Comparer

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.ground.fingerprint, self.judge.fingerprint)


class Pairing(msgspec.Struct, frozen=True, array_like=True):
    """Two responses to one query, by whom: the writers' keys, the lesser first."""

    query: int
    first: str
    second: str
    draw: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What asking came to."""

    rules: Rules  # as they were in the end
    calls: int
    stopped: str = ""  # why it ended before everything was asked


@dataclass(slots=True)
class Field:
    """Writers that answered the same queries by the same rules, and what of theirs can be compared."""

    ground: Ground
    runs: Mapping[str, Run]  # by the writer's key, in its order
    queries: Mapping[int, Query]
    store: Store
    pairings: list[Pairing] = field(default_factory=list)  # by query: its beginning is then in a server's cache

    @property
    def names(self) -> tuple[str, ...]:
        """What the writers are called; of two that are called the same, the key says which."""
        called = Counter(run.writer.name for run in self.runs.values())
        return tuple(
            run.writer.name + (f" · {key[:6]}" if called[run.writer.name] > 1 else "") for key, run in self.runs.items()
        )

    async def look(self) -> None:
        """Find out who answered what. Responses that are equal make no pairing."""
        for query in self.queries.values():
            there: dict[int, list[tuple[str, bytes]]] = {}
            for key in self.runs:
                for draw, answer in (await self.answers(query, key)).items():
                    there.setdefault(draw, []).append((key, blake2b(answer.text.encode("utf-8", "replace")).digest()))
            self.pairings += [
                Pairing(query.index, one, other, draw)
                for draw, answered in sorted(there.items())
                for (one, same), (other, text) in combinations(answered, 2)
                if same != text
            ]

    async def answers(self, query: Query, key: str) -> dict[int, Answer]:
        """What a writer made of a query, by draw."""
        run = self.runs[key]
        found = await Tally(run if run.imported else replace(run, judge=None), self.store).take(query)
        return {one.draw: one.outcome for one in found.responses if isinstance(one.outcome, Answer)}

    async def meet(self, one: Pairing, judge: Comparer, line: Asker, *, styles: bool = False) -> Met:
        """Ask, or recall, which response of a pairing is better, in both orders."""
        query, places = self.queries[one.query], list(self.runs)
        first, second = [(await self.answers(query, key))[one.draw].text for key in (one.first, one.second)]
        two = Two(query=query, first=first, second=second)
        if line.one_first:  # what both orders begin with is then in the server's cache
            forth = await judge.ask(two, line)
            back = await judge.ask(two.turned, line)
        else:
            forth, back = await asyncio.gather(judge.ask(two, line), judge.ask(two.turned, line))
        return Met(
            query=one.query,
            first=places.index(one.first),
            second=places.index(one.second),
            forth=_choices(forth),
            back=_choices(back),
            styles=(style(first), style(second)) if styles else ((), ()),
        )

    def asked(self, rules: Rules) -> list[Pairing]:
        """Which of its pairings were asked for by these rules."""
        known = {msgspec.json.decode(one, type=Pairing) for one in self.store.compared(rules.fingerprint)}
        return [one for one in self.pairings if one in known]


def _choices(said: Said | Failure | None) -> tuple[Choice, ...] | Failure | None:
    return said.choices if isinstance(said, Said) else said


def grounds(runs: Iterable[Run], by: pairwise.By) -> list[tuple[Ground, list[Run]]]:
    """Runs with what they must share to be compared; by criteria, also these."""
    found: dict[str, tuple[Ground, list[Run]]] = {}
    for run in runs:
        ground = Ground(
            protocol=replace(run.protocol, repeats=1),  # of marks, of which there are none here
            benchmark=run.benchmark,
            benchmark_fingerprint=run.benchmark_fingerprint,
            criteria=run.criteria if by == "criteria" else DYNAMIC,
            criteria_fingerprint=run.criteria_fingerprint if by == "criteria" else "",
        )
        found.setdefault(ground.fingerprint, (ground, []))[1].append(run)
    return list(found.values())


def ground_of(
    runs: Iterable[Run], by: pairwise.By, protocol: str | None = None, criteria: str | None = None
) -> tuple[Ground, list[Run]]:
    """The ground that is wanted with its runs. Raises UserError where there is none, or more than one."""
    found = [
        (ground, those)
        for ground, those in grounds(runs, by)
        if protocol in (None, ground.protocol.name) and (by == "overall" or criteria in (None, ground.criteria))
    ]
    if not found:
        raise UserError("the store holds no responses of that kind; begin with `respond` or `run`")
    if len(found) > 1:
        several = by == "criteria"
        kinds = sorted(
            f"{one.protocol.name} on {one.benchmark}" + f", {one.criteria} criteria" * several for one, _ in found
        )
        raise UserError(
            f"these responses were made under different rules and do not compare: {'; '.join(kinds)}. Choose one with "
            f"--protocol{' and --criteria' if several else ''}, or give each its own --out"
        )
    return found[0]


async def take_in(
    ground: Ground, runs: Sequence[Run], store: Store, writers: Sequence[str] = (), limit: int | None = None
) -> Field:
    """The field of runs on one ground: these `writers` or all, the first `limit` queries or all.

    Raises UserError where there are no two writers.
    """
    names = {run.writer.name for run in runs}
    if unknown := sorted(set(writers) - names):
        raise UserError(
            f"no responses of {' and '.join(unknown)} are in the store; there are those of {', '.join(sorted(names))}"
        )
    those: dict[str, Run] = {}
    queries: dict[int, Query] = {}
    for run in runs:
        if not writers or run.writer.name in writers:
            key = evaluate.by_criteria(replace(run, judge=None), None).fingerprint
            those.setdefault(key, run)
            queries.update({query.index: query for query in store.queries(run.fingerprint)})
    if len(those) < 2:
        one = "".join(f": {run.writer.name}" for run in those.values())
        raise UserError(f"comparing takes two writers that answered the same queries; there is one{one}")
    found = Field(
        ground=ground,
        runs=dict(sorted(those.items())),
        queries={index: queries[index] for index in sorted(queries)[:limit]},
        store=store,
    )
    await found.look()
    if not found.pairings:
        raise UserError("no query was answered by two of these writers in two ways; there is nothing to compare")
    return found


async def compare(
    among: Field,
    by: Endpoint,
    how: pairwise.By,
    *,
    budget: int | None = None,
    terms: Terms = ANY,
    seen: Seen = QUIET,
) -> Done:
    """Have `by` compare what there is in a field, up to `budget` comparisons in all, those asked before included.

    What the store holds is not asked again. Raises UserError where there are no criteria to compare by.
    """
    if how == "criteria" and (bare := [index for index, query in among.queries.items() if not query.criteria]):
        raise UserError(f"query {bare[0]} has no criteria to compare by; compare with --by overall")
    store, rules = among.store, Rules(ground=among.ground, judge=pairwise.comparer(by, among.ground.protocol, how))

    async def work(lines: Mapping[Endpoint, Line | BatchLine]) -> None:
        nonlocal rules
        line = lines[by]
        rules = replace(rules, judge=pairwise.comparer(line.endpoint, among.ground.protocol, how))
        new = store.begin_comparing(rules.fingerprint, msgspec.json.encode(rules))
        met: list[Met] = []

        async def one(pairing: Pairing) -> None:
            met.append(found := await among.meet(pairing, rules.judge, line))
            failed = [side for side in (found.forth, found.back) if isinstance(side, Failure)]
            seen.answer(failed[0] if failed else found)

        todo = among.asked(rules)
        left = set(among.pairings) - set(todo)
        try:
            while True:
                store.compare(rules.fingerprint, map(msgspec.json.encode, todo))
                await models.drain(todo, one, workers=min(len(todo), line.most))
                todo = _next(among, left, met, budget, together=not line.one_first)
                left -= set(todo)
                if not todo:
                    break
        except Refuses:
            if new:  # it is asked without the field: by another judge, under other rules
                store.withdraw_comparing(rules.fingerprint)
            raise

    came = await on_lines([by], work, store, terms, seen.note)
    return Done(rules=rules, calls=came.calls, stopped=came.stopped)


def _next(among: Field, left: set[Pairing], met: Sequence[Met], budget: int | None, *, together: bool) -> list[Pairing]:
    """What to ask in the next round: all of it where there is no budget, or where rounds take a day each."""
    waiting = [one for one in among.pairings if one in left]
    if budget is None:
        return waiting
    size = budget - len(met)
    if size <= 0 or not waiting:
        return []
    if not together:
        size = min(size, max(1, -(-budget // ROUNDS)))
    places = {key: place for place, key in enumerate(among.runs)}
    known = compared(
        [(one, one.forth, one.back) for one in met if isinstance(one.forth, tuple) and isinstance(one.back, tuple)]
    )
    chosen = next_pairs(
        np.array([places[one.first] for one in waiting]),
        np.array([places[one.second] for one in waiting]),
        np.array([one.query for one in waiting]),
        bradley_terry.fit(len(places), tallies(known)),
        size,
        [one.query for one in met],
    )
    return [waiting[place] for place in sorted(chosen)]  # by query


async def result(among: Field, rules: Rules, control: Control = "none") -> Contest:
    """What the store holds of a field's comparisons by these rules."""
    recall = Recall(among.store)
    styles = control != "none"
    met = [await among.meet(one, rules.judge, recall, styles=styles) for one in among.asked(rules)]
    ground, judge = rules.ground, rules.judge
    return contest(
        By(
            judge=judge.name,
            judge_fingerprint=judge.fingerprint,
            by=judge.by,
            protocol=ground.protocol.name,
            protocol_fingerprint=ground.protocol.fingerprint,
            benchmark=ground.benchmark,
            benchmark_fingerprint=ground.benchmark_fingerprint,
            criteria=ground.criteria,
            criteria_fingerprint=ground.criteria_fingerprint,
            fingerprint=rules.fingerprint,
        ),
        among.names,
        met,
        len(among.pairings),
        control=control,
    )


async def results(runs: Sequence[Run], store: Store) -> list[Contest]:
    """What all comparisons in a store come to, each by its own rules, the latest first."""
    found = []
    for body in store.comparisons():
        rules = msgspec.json.decode(body, type=Rules)
        for ground, those in grounds(runs, rules.judge.by):
            if ground.fingerprint == rules.ground.fingerprint:
                try:
                    among = await take_in(ground, those, store)
                except UserError:
                    continue  # what was compared is there no more: responses that were imported can be taken back
                found.append(await result(among, rules))
    return found
