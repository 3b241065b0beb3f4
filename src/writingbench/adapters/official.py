"""Read the published formats, and bring what they hold into a store.

    SCORES/MODEL.jsonl      {"index": 1, "scores": {"Clarity of Purpose": [{"score": 7, "reason": "It ..."}], ...}}
    RESPONSES/MODEL.jsonl   {"index": 1, "response": "Dear ..."}
    REQUIREMENTS/length/length_subset.jsonl, length_subset_C.jsonl
                            queries that limit their length; the same with only the criteria that watch over it

A model is called what its file is called. Whatever is wrong anywhere in the files is reported at once. What is not
wrong: a query on several lines, a query that the benchmark lacks, a criterion without marks, a mark without a reason.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from writingbench import protocols, stored
from writingbench.benchmark import Benchmark, Defect, Defects
from writingbench.benchmark.line import Entry
from writingbench.benchmark.load import rows
from writingbench.benchmark.requirements import _labelled
from writingbench.evaluate import Run
from writingbench.judgements import Judge, Prompt
from writingbench.records import REQUIREMENTS, Imported, Query, Requirement, Sampling, UserError, Verdict
from writingbench.responses import Writer
from writingbench.scores.official import Line, Surprise, surprises
from writingbench.scores.official import requirements as labelled
from writingbench.scores.table import asked
from writingbench.store import Store

Found = TypeVar("Found")

LARGEST = 2**63  # no index reaches it: a store's whole numbers end there


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredLine:
    """One line of a score file."""

    index: int
    scores: dict[str, tuple[Verdict, ...]]  # by criterion

    @property
    def bare(self) -> Line:
        """The marks without the reasons."""
        return Line(
            index=self.index, scores={name: [one.score for one in given] for name, given in self.scores.items()}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What the requirements R and C are taken over."""

    listed: dict[Requirement, list[int]]  # kind -> indices of queries, as often as they are listed
    watched: dict[Requirement, dict[int, list[str]]]  # kind -> index -> names of criteria


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Everything that is read for one import."""

    benchmark: Benchmark  # with its criteria labelled where there are lists of requirements
    requirements: Requirements  # the lists, or what the benchmark's own labels say
    models: dict[str, list[ScoredLine]]
    responses: dict[str, dict[int, str]]  # model -> index -> text

    @property
    def surprises(self) -> list[Surprise]:
        """Where the published table of these marks is not what this project gives."""
        return surprises(
            {model: [line.bare for line in lines] for model, lines in self.models.items()},
            [(query.index, query.domain1, query.domain2) for query in self.benchmark.queries],
            self.requirements.listed,
            self.requirements.watched,
        )


def read(
    scores: Path, benchmark: Benchmark, requirements: Path | None = None, responses: Path | None = None
) -> Published:
    """All of it. Raises Defects with what is wrong in any of the folders, UserError when one cannot be read."""
    queries, defects = benchmark.queries, list[Defect]()
    with _gathered(defects):
        models = read_scores(scores, queries)
    if requirements:
        with _gathered(defects):
            lists = read_requirements(requirements, queries)
            benchmark = label(benchmark, lists)
    else:
        listed, watched = labelled(asked(query) for query in queries)
        lists = Requirements(listed=listed, watched=watched)
    texts: dict[str, dict[int, str]] = {}
    if responses:
        with _gathered(defects):
            texts = read_responses(responses)
    if defects:
        raise Defects(defects)
    return Published(benchmark=benchmark, requirements=lists, models=models, responses=texts)


def read_scores(folder: Path, queries: Iterable[Query] = ()) -> dict[str, list[ScoredLine]]:
    """The lines of every MODEL.jsonl in `folder`, in their order, by model.

    A line about one of `queries` may only have marks on its criteria. Raises Defects, or UserError when there is
    nothing to read.
    """
    known = {query.index: {criterion.name for criterion in query.criteria} for query in queries}
    return _models(folder, "scores", lambda found, row: _scored(found, row, known))


def read_responses(folder: Path) -> dict[str, dict[int, str]]:
    """The text of every line of every MODEL.jsonl in `folder`, by model and index; the last one of an index stays.

    Raises as `read_scores`.
    """
    return {model: dict(lines) for model, lines in _models(folder, "responses", _answered).items()}


def read_answers(path: Path, known: Container[int]) -> list[tuple[int, str]]:
    """The index and the text of every line of a file of responses, in their order.

    Raises Defects, for an index that is not `known` too, or UserError when the file holds no line.
    """
    defects: list[Defect] = []

    def read(found: dict[str, Any], row: Entry) -> tuple[int, str] | None:
        answered = _answered(found, row)
        if answered and answered[0] not in known:
            row.wrong("index", "the benchmark has no such query; name the benchmark that was answered", answered[0])
        return answered

    lines = _lines(path, defects, read)
    if defects:
        raise Defects(defects)
    if not lines:
        raise UserError(f"{shown(path)}: holds no response")
    return lines


def read_requirements(folder: Path, queries: Iterable[Query] = ()) -> Requirements:
    """The lists KIND/KIND_subset.jsonl (R) and KIND/KIND_subset_C.jsonl (C), or the same without the folders KIND.

    A kind that has neither is one that no query makes. When C has several lines about a query, the last one stays. A
    line about one of `queries` may only name its criteria. Raises as `read_scores`.
    """
    known = {query.index: {criterion.name for criterion in query.criteria} for query in queries}
    defects: list[Defect] = []
    found = Requirements(listed={}, watched={})
    for kind in REQUIREMENTS:
        paths = [folder / kind / f"{kind}_subset{part}.jsonl" for part in ("", "_C")]
        if not any(path.is_file() for path in paths):
            paths = [folder / path.name for path in paths]
        if any(path.is_file() for path in paths):
            found.listed[kind] = _lines(paths[0], defects, _index)
            found.watched[kind] = dict(_lines(paths[1], defects, lambda found, row: _watched(found, row, known)))
    if defects:
        raise Defects(defects)
    if not found.listed:
        raise UserError(f"{shown(folder)}: holds no KIND_subset.jsonl, where KIND is one of {', '.join(REQUIREMENTS)}")
    return found


def label(benchmark: Benchmark, requirements: Requirements) -> Benchmark:
    """`benchmark` with the criteria labelled that the requirements are watched over by."""
    kinds = {
        (index, name): kind
        for kind, watched in requirements.watched.items()
        for index, names in watched.items()
        for name in names
    }
    return replace(benchmark, queries=tuple(_labelled(query, kinds) for query in benchmark.queries))


def bring(published: Published, judge: str, store: Store) -> list[Run]:
    """Keep everything in `store`, each model as a run of the official protocol that was judged by `judge` elsewhere.

    What was imported of a model on this benchmark and from this judge before goes. Lines about queries that the
    benchmark lacks are kept, for the published table.
    """
    repeats = [len(given) for lines in published.models.values() for line in lines for given in line.scores.values()]
    rules = replace(protocols.load("official"), responses=1, repeats=max([1, *repeats]))
    benchmark = published.benchmark
    queries = {query.index: query for query in benchmark.queries}
    prompt = Prompt(name="not known", system="", user="")
    marked_by = Judge(name=judge, model=f"imported/{judge}", sampling=Sampling(), prompt=prompt)
    before = [run for run in stored.stored_runs(store) if run.imported and run.benchmark == benchmark.name]
    made = []
    for model, lines in published.models.items():
        run = Run(
            protocol=rules,
            benchmark=benchmark.name,
            benchmark_fingerprint=benchmark.fingerprint,
            writer=Writer(name=model, model=f"imported/{model}", sampling=Sampling()),
            judge=marked_by,
            imported=True,
        )
        for old in before:  # not only the run of this fingerprint: labels or the number of marks may be others now
            if old.writer == run.writer and old.judge == run.judge:
                store.bring(old.fingerprint, ())
                store.withdraw(old.fingerprint)
        about: dict[int, list[ScoredLine]] = {}
        for line in lines:
            about.setdefault(line.index, []).append(line)
        texts = published.responses.get(model, {})
        store.bring(
            run.fingerprint,
            (
                (index, Imported(response=texts.get(index), lines=tuple(line.scores for line in those)))
                for index, those in about.items()
            ),
        )
        has = [queries[index] for index in about if index in queries]
        store.begin(run.fingerprint, msgspec.json.encode(run), has)
        made.append(run)
    return made


def shown(name: object) -> str:
    """A name from outside as one line that no terminal obeys."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in str(name))


@contextmanager
def _gathered(defects: list[Defect]) -> Iterator[None]:
    """Defects found in the block join the others, instead of ending it all."""
    try:
        yield
    except Defects as found:
        defects += found.defects


def _models(folder: Path, what: str, read: Callable[[dict[str, Any], Entry], Found | None]) -> dict[str, list[Found]]:
    """What `read` makes of every line of every MODEL.jsonl in a folder, by model."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".jsonl" and not path.name.startswith("."))
    except OSError as error:
        raise UserError(f"{shown(folder)}: cannot be read ({error.strerror}); name the folder of the {what}") from error
    if not paths:
        raise UserError(f"{shown(folder)}: holds no MODEL.jsonl; name the folder that holds a file of {what} per model")
    defects: list[Defect] = []
    models: dict[str, list[Found]] = {}
    for path in paths:
        # the name as UTF-8 whatever its bytes are: it goes into the store as text
        model = os.fsencode(path.stem).decode("utf-8", "backslashreplace")
        before = len(defects)
        models[model] = _lines(path, defects, read)
        if not models[model] and len(defects) == before:
            Entry(shown(path), 1, defects).wrong(
                "", "the file holds no line; remove it, or put the model's lines there"
            )
    if defects:
        raise Defects(defects)
    return models


def _lines(path: Path, defects: list[Defect], read: Callable[[dict[str, Any], Entry], Found | None]) -> list[Found]:
    """What `read` makes of every line of a file; None is a line with defects."""
    if path.exists() and not path.is_file():
        Entry(shown(path), 1, defects).wrong("", "not a file")  # a pipe would keep us waiting
        return []
    try:
        content = path.read_bytes()
    except OSError as error:
        Entry(shown(path), 1, defects).wrong("", f"cannot be read ({error.strerror})")
        return []
    listed = rows(content, shown(path), defects)
    return [one for number, found in listed if (one := read(found, Entry(shown(path), number, defects))) is not None]


def _scored(found: dict[str, Any], row: Entry, known: Mapping[int, set[str]]) -> ScoredLine | None:
    before, index = len(row.defects), _index(found, row)
    scores = found.get("scores")
    if not isinstance(scores, dict):
        _wrong(row, found, "scores", 'must be an object: {criterion: [{"score": 1 to 10, "reason": text}, ...]}')
        return None
    names = known.get(index) if index is not None else None
    verdicts = {}
    for name, given in scores.items():
        field = f"scores[{name[:60]!r}]"
        if names is not None and name not in names:
            has = ", ".join(map(repr, sorted(names)))
            row.wrong(field, f"query {index} has no such criterion, it has {has}; name the benchmark that was used")
        elif isinstance(given, list):
            read = [_verdict(one, row, f"{field}[{place}]") for place, one in enumerate(given)]
            verdicts[name] = tuple(one for one in read if one)
        else:
            _wrong(row, scores, name, 'must be a list of {"score", "reason"}', field)
    return ScoredLine(index=index, scores=verdicts) if index is not None and len(row.defects) == before else None


def _verdict(found: Any, row: Entry, field: str) -> Verdict | None:
    if not isinstance(found, dict):
        row.wrong(field, 'must be {"score": 1 to 10, "reason": text}', _brief(found))
        return None
    score, reason = _whole(found.get("score")), found.get("reason")
    if score is None or not 1 <= score <= 10:
        _wrong(row, found, "score", "must be a whole number from 1 to 10", f"{field}.score")
        return None
    if reason is not None and not isinstance(reason, str):
        row.wrong(f"{field}.reason", "must be text", _brief(reason))
        return None
    return Verdict(score=score, reason=reason or "")


def _answered(found: dict[str, Any], row: Entry) -> tuple[int, str] | None:
    index, response = _index(found, row), found.get("response")
    if not isinstance(response, str):
        _wrong(row, found, "response", "must be text")
        return None
    return (index, response) if index is not None else None


def _watched(found: dict[str, Any], row: Entry, known: Mapping[int, set[str]]) -> tuple[int, list[str]] | None:
    before, index = len(row.defects), _index(found, row)
    field = "checklist" if "checklist" in found else "criteria"  # what version 1 called it
    listed = found.get(field)
    if not isinstance(listed, list):
        _wrong(row, found, field, "must be a list of criteria")
        return None
    names = known.get(index) if index is not None else None
    for place, one in enumerate(listed):
        where = f"{field}[{place}]"
        if not isinstance(one, dict) or not isinstance(one.get("name"), str):
            row.wrong(where, "must be an object with a name", _brief(one))
        elif names is not None and one["name"] not in names:
            row.wrong(f"{where}.name", f"query {index} of the benchmark has no such criterion", one["name"])
    return (index, [one["name"] for one in listed]) if index is not None and len(row.defects) == before else None


def _index(found: dict[str, Any], row: Entry) -> int | None:
    index = _whole(found.get("index"))
    if index is None or not -LARGEST <= index < LARGEST:
        _wrong(row, found, "index", "must be a whole number, the index of the query")
        return None
    return index


def _whole(value: Any) -> int | None:
    """A whole number, also where it is written 7.0, as some table programs do."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _wrong(row: Entry, found: Mapping[str, Any], key: str, problem: str, field: str = "") -> None:
    """Note what is wrong with a field, with its value where it is there."""
    row.wrong(
        field or key,
        problem if key in found else f"missing; {problem}",
        *([_brief(found[key])] if key in found else []),
    )


def _brief(value: Any) -> Any:
    """A value as a defect shows it: what holds other values may be deeper than can be written out."""
    return value if value is None or isinstance(value, str | int | float) else f"a {type(value).__name__}"
