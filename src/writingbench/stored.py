"""What a store says of runs: which were begun, which may stand in one table, what came of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields

import msgspec

from writingbench.evaluate import Item, Progress, Run, item
from writingbench.models.memory import Recall
from writingbench.records import (
    DYNAMIC,
    Answer,
    Failure,
    Imported,
    Judgement,
    Query,
    Response,
    UserError,
    Verdict,
)
from writingbench.store import Store


class Tally:
    """What the store holds of a run, taken in query by query; the texts are let go."""

    def __init__(self, run: Run, store: Store) -> None:
        self.run = run
        self.paid = Recall(store)  # the replies, added up
        self.missing: dict[int, int] = {}  # by query: answers, or marks where there is a judge
        self.failed: dict[int, list[str]] = {}  # by query: what failed, and why
        self._store = store

    async def take(self, query: Query) -> Item:
        """What there is on one query."""
        if self.run.imported:
            found = _imported(query, self.run, self._store.brought(self.run.fingerprint, query.index))
        else:
            found = await item(query, self.run, self.paid, self.paid, Progress())
        if missing := incomplete(found, self.run):
            self.missing[query.index] = missing
            self.failed[query.index] = [f"{failure.kind}: {failure.note}" for failure in failures(found)]
        return found


def _imported(query: Query, run: Run, brought: Imported | None) -> Item:
    """An item of a run that was made elsewhere: several marks on one criterion are repeats of the judge."""
    if brought is None:
        return Item(query=query, responses=[], judgements=[])
    name, judge = run.writer.name, run.judge.name if run.judge else ""
    judgements = []
    for criterion in query.criteria:
        verdicts = [verdict for line in brought.lines for verdict in line.get(criterion.name, ())]
        judgements += [
            Judgement(
                query=query.index,
                writer=name,
                response=0,
                criterion=criterion.name,
                judge=judge,
                repeat=repeat,
                outcome=verdict,
            )
            for repeat, verdict in enumerate(verdicts)
        ]
    outcome = Answer(text=brought.response) if brought.response is not None else None
    responses = [Response(query=query.index, writer=name, draw=0, outcome=outcome)] if outcome else []
    return Item(query=query, responses=responses, judgements=judgements)


def left_out(run: Run) -> str:
    """What a protocol asks for and a run does without, because the server does not take it; or ""."""
    if run.imported:
        return ""
    asked = [] if run.writer.given else [("writer", run.protocol.writer, run.writer.sampling)]
    if run.judge:
        asked.append(("judge", run.protocol.judge, run.judge.sampling))
    gone = [
        f"{field.name} of the {who}"
        for who, wanted, got in asked
        for field in fields(wanted)
        if getattr(wanted, field.name) is not None and getattr(got, field.name) is None
    ]
    if run.judge and run.protocol.marking.schema and run.judge.schema is None:
        gone.append("the judge's schema")
    return ", ".join(gone)


def stored_runs(store: Store) -> list[Run]:
    """Every run that was begun in a store, the latest first."""
    return [msgspec.json.decode(body, type=Run) for body in store.runs()]


def judged(
    runs: list[Run], judge: str | None = None, protocol: str | None = None, criteria: str | None = None
) -> list[list[Run]]:
    """The judged runs that are wanted, those of the same rules together: each such group may stand in one table.
    Where their criteria are all that differs, those by the queries' own come first.

    Raises UserError when there are none.
    """
    every = [run for run in runs if run.judge]
    groups: dict[tuple[str, ...], list[Run]] = {}
    for run in every:
        named = (judge, run.judge and run.judge.name), (protocol, run.protocol.name), (criteria, run.criteria)
        if all(wanted in (None, name) for wanted, name in named):
            groups.setdefault(run.rules, []).append(run)
    if not groups:
        raise UserError("the store holds no judged run" + (" of that kind" if every else "; begin with `run`"))
    places = list(dict.fromkeys(run.but_criteria for run, *_ in groups.values()))
    return sorted(groups.values(), key=lambda group: (places.index(group[0].but_criteria), *_called(group[0])))


def _called(run: Run) -> tuple[bool, str]:
    return run.criteria != DYNAMIC, run.criteria


def side_by_side(
    runs: list[Run], judge: str | None = None, protocol: str | None = None, criteria: str | None = None
) -> list[list[Run]]:
    """The judged runs that are wanted, if they differ in their criteria at most; those of the same ones together.

    Raises UserError when there are none, or when they were made under different rules.
    """
    groups = judged(runs, judge, protocol, criteria)
    if len({run.but_criteria for run, *_ in groups}) > 1:
        raise _different(groups)
    return groups


def comparable(
    runs: list[Run], judge: str | None = None, protocol: str | None = None, criteria: str | None = None
) -> list[Run]:
    """The judged runs that are wanted, if they may stand in one table.

    Raises UserError when there are none, or when they were made under different rules.
    """
    group, *more = judged(runs, judge, protocol, criteria)
    if more:
        raise _different([group, *more])
    return group


def _different(groups: list[list[Run]]) -> UserError:
    named = [(run.protocol.name, run.benchmark, run.judge.name, run.criteria) for run, *_ in groups if run.judge]
    several = len({criteria for *_, criteria in named}) > 1
    different = sorted(
        {f"{rules} on {data} by {judge}" + f", {own} criteria" * several for rules, data, judge, own in named}
    )
    return UserError(
        "these runs were made under different rules and do not compare: "
        + "; ".join(different)
        + f". Choose one with --judge{', --protocol and --criteria' if several else ' and --protocol'}, give each its "
        "own --out, or see them in separate tables with `report --mix`"
    )


def asked(found: Item, run: Run) -> int:
    """How many marks were asked for on an item; of what was made elsewhere one a criterion, more where there are."""
    if not run.imported:
        return len(found.query.criteria) * run.marks
    marks = Counter(judgement.criterion for judgement in found.judgements)
    return sum(max(marks[criterion.name], 1) for criterion in found.query.criteria)


def incomplete(found: Item, run: Run) -> int:
    """How many of the answers (and marks) asked for on this query are not there."""
    answers = sum(isinstance(response.outcome, Answer) for response in found.responses)
    if not run.judge:
        return run.protocol.responses - answers
    marks = sum(isinstance(judgement.outcome, Verdict) for judgement in found.judgements)
    return asked(found, run) - marks


def failures(found: Item) -> Iterable[Failure]:
    """Everything of an item that failed: responses, and marks whose response did not."""
    outcomes = (*(made.outcome for made in found.responses), *(made.outcome for made in found.judgements))
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            yield outcome
