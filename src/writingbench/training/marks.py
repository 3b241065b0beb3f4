"""Where a critic's marks come from: a judged store, people's scores, or another judge's marks in files."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from writingbench.adapters import human_scores, judge_scores
from writingbench.adapters.official import shown
from writingbench.criteria.sets import CriteriaSet
from writingbench.evaluate import Item, Run
from writingbench.records import Answer, Judgement, Response, UserError, Verdict
from writingbench.store import Store
from writingbench.stored import Tally, judged, stored_runs

STORE = "store.db"
HIGHEST = 3  # of people's scores, which begin at 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Marks, each with its response and its request."""

    name: str
    items: list[Item]

    @property
    def requests(self) -> set[str]:
        return {item.query.text for item in self.items}


async def read(path: Path, by: CriteriaSet, judge: str | None = None) -> Source:
    """What the folder at `path` holds, by its looks; `by` is what people's scores are taken to be of.

    Raises Defects with all that is wrong in it, UserError where it is nothing of this kind or a store has the marks of
    several judges and `judge` names none.
    """
    if is_store(path):
        with Store(path / STORE) as store:
            return Source(name=_name(path), items=await _of_store(store, path, judge))
    if judge_scores.is_one(path):
        return Source(name=_name(path), items=judge_scores.read(path))
    if human_scores.is_one(path):
        return Source(name=_name(path), items=_of_people(path, by))
    raise UserError(
        f"{shown(path)}: holds neither {STORE} nor {human_scores.QUERIES} with {human_scores.RESPONSES} or "
        f"{judge_scores.JUDGEMENTS}; name the folder of a judged store, or one in these forms"
    )


def is_store(path: Path) -> bool:
    """Whether `path` is a folder with a store in it."""
    return (path / STORE).is_file()


def _name(path: Path) -> str:
    return shown(path.resolve().name)


def one_judge(runs: list[Run], path: Path, judge: str | None) -> list[Run]:
    """The judged runs of a store, by `judge` where one is named. Raises UserError where they are by several."""
    found = [run for group in judged(runs, judge) for run in group]
    if len(names := sorted({run.judge.name for run in found if run.judge})) > 1:
        raise UserError(f"{shown(path)}: holds marks by {', '.join(names)}; choose one with --judge")
    return found


async def _of_store(store: Store, path: Path, judge: str | None) -> list[Item]:
    items = []
    for run in one_judge(stored_runs(store), path, judge):
        tally = Tally(run, store)
        items += [await tally.take(query) for query in store.queries(run.fingerprint)]
    return items


def _of_people(path: Path, by: CriteriaSet) -> list[Item]:
    """People's scores as marks by each criterion of a set: 0, 1, 2, 3 are 1, 4, 7, 10."""
    opinions = human_scores.read(path)
    responses: defaultdict[int, list[Response]] = defaultdict(list)
    judgements: defaultdict[int, list[Judgement]] = defaultdict(list)
    queries = {index: replace(query, criteria=by.of(query)) for index, query in opinions.queries.items()}
    for (index, writer), text in opinions.texts.items():
        responses[index].append(Response(query=index, writer=writer, draw=0, outcome=Answer(text=text)))
    for one in opinions.scores:
        if not 0 <= one.score <= HIGHEST:
            raise UserError(
                f"{shown(path / human_scores.RESPONSES)}: {one.writer} on query {one.query}: human_score must be from "
                f"0 to {HIGHEST} (is {one.score:g})"
            )
        outcome = Verdict(score=round(1 + 9 * one.score / HIGHEST), reason="")
        judgements[one.query] += [
            Judgement(
                query=one.query,
                writer=one.writer,
                response=0,
                criterion=criterion.name,
                judge=one.by,
                repeat=0,
                outcome=outcome,
            )
            for criterion in queries[one.query].criteria
        ]
    return [
        Item(query=queries[index], responses=responses[index], judgements=judgements[index]) for index in judgements
    ]
