"""Read HANNA: three people's and five language models' scores of 1,056 stories, by six criteria from 1 to 5.

One CSV file, a row for each of eleven systems that wrote, a cell for what somebody gave its 96 stories:

    Model,  Human 1 RE,    ...  Human 3 CX,    ...  ChatGPT RE 1,       ...  Text length ¤§
    GPT-2,  "[3.0, ...]"   ...  "[2.0, ...]"   ...  "[4.0, -1.0, ...]"  ...  "[375.0, ...]"

"Human 1" is nobody: it is the score that stood first among the three that a story got, from some of twenty-two workers.
What "Human 1" gave two stories may come from two people, so a preference is made of the mean of the three alone.
"ChatGPT RE 1" is what that model gave for relevance when asked by the first of four prompts; below 1 is no mark. The
texts are not in the file. Chhun et al., "Of Human Criteria and Automatic Metrics", COLING 2022; "Do Language Models
Enjoy Their Own Stories?", TACL 12, 2024.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from writingbench.adapters.official import shown
from writingbench.agreement.judged import Judged
from writingbench.agreement.opinions import Opinions
from writingbench.agreement.votes import About, Scored, Written, of_scores
from writingbench.records import UserError

FILE = "hanna_metric_scores_llm.csv"
ASPECTS: Mapping[str, str] = {
    "RE": "relevance", "CH": "coherence", "EM": "empathy", "SU": "surprise", "EG": "engagement", "CX": "complexity"
}  # fmt: skip
LENGTH = "Text length ¤§"  # in words
LOWEST, HIGHEST = 1, 5
BY = "mean of three people"
LARGEST = 50_000_000  # bytes; the published file has 3 million
_HUMAN = re.compile(r"Human (\d+) ([A-Z]{2})")
_JUDGE = re.compile(r"(\S.{0,60}) ([A-Z]{2}) (\d+)")

Column = NDArray[np.float64]  # [systems, stories]


def is_one(path: Path) -> bool:
    """Whether `path` is such a file, or a folder with it in it."""
    return path.suffix == ".csv" or (path / FILE).is_file()


def read(path: Path, aspect: str | None = None) -> Opinions:
    """People's votes by their scores for one `aspect`, or by the mean of all six; the judges' marks beside them.

    Raises UserError where the file is none of this form.
    """
    path = path / FILE if path.is_dir() else path
    if aspect is not None and aspect not in ASPECTS.values():
        raise UserError(f"--aspect {aspect!r}: there are {', '.join(ASPECTS.values())}")
    wanted = [code for code, name in ASPECTS.items() if aspect in (None, name)]
    systems, columns = table(path)
    people: dict[str, dict[str, Column]] = {}
    judges: dict[str, dict[str, Column]] = {}
    for name, values in columns.items():
        if (found := _HUMAN.fullmatch(name)) and found[2] in wanted:
            people.setdefault(f"Human {found[1]}", {})[found[2]] = values
        elif not name.startswith("Human") and (found := _JUDGE.fullmatch(name)) and found[2] in wanted:
            judges.setdefault(f"{found[1]}, prompt {found[3]}", {})[found[2]] = values
    if not people:
        raise UserError(f"{shown(path)}: has no column such as 'Human 1 {wanted[0]}'; name the file with LLM scores")
    for who, given in (people | judges).items():
        if missing := [code for code in wanted if code not in given]:
            raise UserError(f"{shown(path)}: {who} has no column for {ASPECTS[missing[0]]} ({missing[0]})")
    stories = range(len(next(iter(columns.values()))[0]))
    every: list[tuple[int, int, Written]] = [
        (row, story, (story + 1, system)) for row, system in enumerate(systems) for story in stories
    ]
    own = {who: np.mean([given[code] for code in wanted], axis=0) for who, given in people.items()}
    scores = [
        Scored(query=query, writer=writer, by=who, score=float(values[row, story]))
        for who, values in own.items()
        for row, story, (query, writer) in every
    ]
    means = np.mean(list(own.values()), axis=0)
    together = [
        Scored(query=query, writer=writer, by=BY, score=float(means[row, story]))
        for row, story, (query, writer) in every
    ]
    words = columns.get(LENGTH)
    lengths = {} if words is None else {written: round(words[row, story]) for row, story, written in every}
    marked = []
    for who, given in judges.items():
        marks = np.stack([np.where(given[code] < LOWEST, np.nan, given[code]) for code in wanted], axis=-1)
        gone = int(np.isnan(marks).sum())
        marked.append(
            Judged(
                judge=who,
                marks={written: tuple(marks[row, story].tolist()) for row, story, written in every},
                failures={"unreadable": gone} if gone else {},
            )
        )
    ballots = of_scores(together, About(queries={}, lengths=lengths))
    name = f"hanna, {aspect}" if aspect else "hanna, mean of six criteria"
    return Opinions(name=name, ballots=ballots, judges=marked, scores=scores)


def table(path: Path) -> tuple[list[str], dict[str, Column]]:
    """The systems, and each column of the file. Raises UserError where it is none of this form."""
    try:
        content = path.read_bytes()[: LARGEST + 1]
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{shown(path)}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{shown(path)}: not UTF-8 at byte {error.start}") from error
    if len(content) > LARGEST:
        raise UserError(f"{shown(path)}: larger than {LARGEST // 1_000_000} MB, which is no file of HANNA")
    limit = csv.field_size_limit(LARGEST)
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error as error:
        raise UserError(f"{shown(path)}: not CSV ({error})") from error
    finally:
        csv.field_size_limit(limit)
    if len(rows) < 3 or rows[0][:1] != ["Model"]:
        raise UserError(f"{shown(path)}:1: not HANNA's table: the first column must be Model, with two systems or more")
    names = rows[0][1:]
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(rows[0]):
            raise UserError(f"{shown(path)}:{number}: has {len(row)} cells, the first row {len(rows[0])}")
    columns, size = {}, None
    for place, name in enumerate(names, start=1):
        cells = [_cell(path, number, name, row[place]) for number, row in enumerate(rows[1:], start=2)]
        size = size or len(cells[0])
        if any(len(cell) != size for cell in cells):
            raise UserError(f"{shown(path)}: {shown(name)}: not every system has {size} values")
        columns[name] = np.array(cells, np.float64)
    for name, values in columns.items():
        if _HUMAN.fullmatch(name) and not ((values >= LOWEST) & (values <= HIGHEST)).all():
            raise UserError(f"{shown(path)}: {name}: people's scores must be from {LOWEST} to {HIGHEST}")
    return [row[0] for row in rows[1:]], columns


def _cell(path: Path, number: int, name: str, cell: str) -> list[float]:
    try:
        values = msgspec.json.decode(cell, type=list[float])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UserError(f"{shown(path)}:{number}: {shown(name)}: not a list of numbers ({error})") from error
    if not values:
        raise UserError(f"{shown(path)}:{number}: {shown(name)}: the list is empty")
    return values
