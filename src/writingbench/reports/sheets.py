"""What stands in scores.xlsx: a sheet for each way of looking at a ranking, and the texts where they are not many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from tempfile import TemporaryFile
from typing import IO, Any, Self

import msgspec
import numpy as np

from writingbench.checks import NAMES
from writingbench.checks.say import note
from writingbench.records import Answer, Query, Verdict
from writingbench.reports.found import Made
from writingbench.reports.shell import Tongue, place, words
from writingbench.reports.spreadsheet import Column, Kind, Sheet, Value
from writingbench.scores.add_up import Cell
from writingbench.scores.board import Board
from writingbench.scores.table import state_of

TEXTS = 20_000  # marks; of more, the texts stay in the page and the store
WRITERS = 200  # columns of the sheets that have one a writer


def sheets(boards: Sequence[Board], tongue: Tongue, texts: Texts | None = None) -> Iterator[Sheet]:
    """All sheets. Boards that do not compare have theirs one after the other, with their number in the name."""
    w = words(tongue)
    for number, board in enumerate(boards, start=1):
        again = f" {number}" if len(boards) > 1 else ""
        for made in (_leaderboard, _domains, _subdomains, _queries, _pairs, _checks):
            sheet = made(board, w, tongue)
            yield Sheet(**{**_fields(sheet), "name": sheet.name + again})
    if texts and texts.marks <= TEXTS:
        yield from _texts(texts, w)
    yield _rules(boards, w, texts)


def _fields(sheet: Sheet) -> dict[str, Any]:
    return {name: getattr(sheet, name) for name in Sheet.__slots__}


def _columns(w: Mapping[str, str], *wanted: tuple[str, Kind] | tuple[str, Kind, bool]) -> tuple[Column, ...]:
    return tuple(
        Column(title=w.get(f"sheet.{name}", name), kind=kind, scale=bool(scale)) for name, kind, *scale in wanted
    )


def _interval(cell: Cell) -> tuple[Value, Value, Value]:
    return cell.mean, cell.low, cell.high


def _leaderboard(board: Board, w: Mapping[str, str], tongue: Tongue) -> Sheet:
    domains = list(dict.fromkeys(name for one in board.scores for name in one.domains))
    languages = list(dict.fromkeys(name for one in board.scores for name in one.languages))
    kinds = list(dict.fromkeys(name for one in board.scores for name in one.requirements))
    rows: list[Sequence[Value]] = []
    for label, scores, rank in zip(board.table.labels, board.scores, board.ranks, strict=True):
        places = (rank.place, rank.low, rank.high) if rank else (None, None, None)
        groups = [scores.domains.get(name) for name in domains] + [scores.languages.get(name) for name in languages]
        groups += [scores.requirements.get(kind, {}).get(part) for kind in kinds for part in "RC"]
        failures = ", ".join(f"{count} {kind}" for kind, count in scores.coverage.failures.items())
        rows.append(
            (
                label.writer,
                *places,
                *_interval(scores.overall),
                *(cell.mean if cell else None for cell in groups),
                scores.coverage.asked,
                scores.coverage.judged,
                failures,
                None if label.paid.unpriced else label.paid.cost,
                label.paid.usage.input_tokens,
                label.paid.usage.output_tokens,
            )
        )
    return Sheet(
        name=w["sheet.leaderboard"],
        columns=(
            *_columns(w, ("writer", "text"), ("rank", "count"), ("best", "count"), ("worst", "count")),
            *_columns(w, ("overall", "mean", True), ("low", "mean"), ("high", "mean")),
            *_columns(w, *((place(name, tongue), "mean", True) for name in domains)),
            *_columns(w, *((w[f"sheet.{name}"], "mean", True) for name in languages)),
            *_columns(w, *((f"{w[f'sheet.{kind}']} {part}", "mean", True) for kind in kinds for part in "RC")),
            *_columns(w, ("asked", "count"), ("judged", "count"), ("failures", "text")),
            *_columns(w, ("cost", "money"), ("in", "count"), ("out", "count")),
        ),
        rows=rows,
        note=w["sheet.interval_note"],
    )


def _domains(board: Board, w: Mapping[str, str], tongue: Tongue) -> Sheet:
    rows = [
        (label.writer, place(name, tongue), *_interval(cell), cell.n, cell.judged, cell.asked)
        for label, scores in zip(board.table.labels, board.scores, strict=True)
        for name, cell in scores.domains.items()
    ]
    columns = (
        *_columns(w, ("writer", "text"), ("domain", "text"), ("mean", "mean", True), ("low", "mean"), ("high", "mean")),
        *_columns(w, ("number", "count"), ("judged", "count"), ("asked", "count")),
    )
    return Sheet(name=w["sheet.domains"], columns=columns, rows=rows, freeze=(1, 2), note=w["sheet.interval_note"])


def _subdomains(board: Board, w: Mapping[str, str], tongue: Tongue) -> Sheet:
    """One row a subdomain, and for each writer the shrunk mean, coloured, with what it comes from."""
    homes = {query.domain2: query.domain1 for query in board.table.queries}
    order = list(dict.fromkeys(query.domain1 for query in board.table.queries))
    names = sorted(homes, key=lambda name: order.index(homes[name]))
    shown = list(zip(board.table.labels, board.scores, strict=True))[:WRITERS]
    rows = []
    for name in names:
        row: list[Value] = [place(homes[name], tongue), place(name, tongue)]
        for _, scores in shown:
            cell = scores.subdomains.get(name)
            row += [cell.shrunk, cell.low, cell.high, cell.mean, cell.n] if cell else [None] * 5
        rows.append(row)
    columns = list(_columns(w, ("domain", "text"), ("subdomain", "text")))
    for label, _ in shown:
        columns += [
            Column(title=f"{label.writer}\n{w['sheet.shrunk']}", kind="mean", scale=True, width=12),
            *(Column(title=w[f"sheet.{part}"], kind="mean", width=7) for part in ("low", "high", "mean")),
            Column(title="n", kind="count", width=5),
        ]
    return Sheet(
        name=w["sheet.subdomains"], columns=tuple(columns), rows=rows, freeze=(1, 2), note=w["sheet.shrunk_note"]
    )


def _queries(board: Board, w: Mapping[str, str], tongue: Tongue) -> Sheet:
    means = board.table.means[:WRITERS]
    rows = [
        (
            query.index,
            place(query.domain1, tongue),
            place(query.domain2, tongue),
            query.language,
            query.tokens,
            *(None if np.isnan(mean) else float(mean) for mean in means[:, number]),
        )
        for number, query in enumerate(board.table.queries)
    ]
    columns = _columns(
        w, ("index", "count"), ("domain", "text"), ("subdomain", "text"), ("language", "text"), ("tokens", "count")
    ) + tuple(Column(title=label.writer, kind="mean", scale=True) for label in board.table.labels[:WRITERS])
    return Sheet(name=w["sheet.queries"], columns=columns, rows=rows, freeze=(1, 1))


def _pairs(board: Board, w: Mapping[str, str], tongue: Tongue) -> Sheet:
    names = [label.writer for label in board.table.labels]
    rows = [
        (
            names[pair.first],
            names[pair.second],
            pair.difference,
            pair.low,
            pair.high,
            pair.p,
            pair.shared,
            w["sheet.yes" if pair.apart else "sheet.no"],
        )
        for pair in board.pairs
    ]
    columns = (
        *_columns(w, ("first", "text"), ("second", "text"), ("difference", "mean"), ("low", "mean"), ("high", "mean")),
        *_columns(w, ("p", "chance"), ("shared", "count"), ("apart", "text")),
    )
    return Sheet(name=w["sheet.pairs"], columns=columns, rows=rows, freeze=(1, 2), note=w["sheet.interval_note"])


def _checks(board: Board, w: Mapping[str, str], tongue: Tongue) -> Sheet:
    rows: list[Sequence[Value]] = []
    for label in board.table.labels:
        one = label.checked
        if not one or not one.responses:
            continue
        demands = [part.get(check, 0) for check in ("length", "structure") for part in (one.met, one.broken)]
        flagged = [one.flagged.get(check, 0) for check in NAMES]
        rows.append(
            (
                label.writer,
                one.responses,
                one.found.get("contradictions", 0),
                *demands,
                one.length_score,
                one.unsupported,
                one.repetition,
                *flagged,
            )
        )
    columns = (
        *_columns(w, ("writer", "text"), ("responses", "count"), ("contradictions", "count")),
        *_columns(
            w, *((f"{check}_{part}", "count") for check in ("length", "structure") for part in ("met", "broken"))
        ),
        *_columns(w, ("length_score", "mean"), ("unsupported", "mean"), ("repetition", "chance")),
        *_columns(w, *((f"flagged_{check}", "count") for check in NAMES)),
    )
    return Sheet(name=w["sheet.checks"], columns=columns, rows=rows, freeze=(1, 1), note=w["sheet.checks_note"])


class Texts:
    """Responses and reasons, waiting in a file until the tables above them are known."""

    def __init__(self, tongue: Tongue = "en") -> None:
        self.marks = 0
        self._tongue = tongue
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed with this object

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def take(self, query: Query, made: Sequence[Made]) -> None:
        """What was made of one query."""
        self.marks += sum(len(one.judgements) for one in made)
        if self.marks > TEXTS:
            return
        for one in made:
            about = (query.index, query.domain2, one.writer)
            for response in one.responses:
                outcome = response.outcome
                text = outcome.text if isinstance(outcome, Answer) else outcome.note
                self._put("response", (*about, response.draw, state_of(response), text))
                for finding in one.findings.get(response.draw, ()):
                    start, end = finding.span
                    passage = text[start:end] if (start, end) != (0, len(text)) else ""
                    said = note(finding, self._tongue)
                    self._put("finding", (*about, response.draw, finding.check, finding.verdict, said, passage))
            for mark in one.judgements:
                came = mark.outcome
                score, said = (
                    (came.score, came.reason) if isinstance(came, Verdict) else (None, f"{came.kind}: {came.note}")
                )
                self._put("mark", (*about, one.judge, mark.response, mark.repeat, mark.criterion, score, said))

    def rows(self, kind: str) -> Iterator[Sequence[Value]]:
        """The rows of one kind, `response`, `mark` or `finding`, in the order in which they came."""
        self._file.seek(0)
        for line in self._file:
            found, row = msgspec.json.decode(line)
            if found == kind:
                yield row

    def _put(self, kind: str, row: Sequence[Value]) -> None:
        self._file.write(msgspec.json.encode((kind, row)) + b"\n")


def _texts(texts: Texts, w: Mapping[str, str]) -> Iterator[Sheet]:
    about = _columns(w, ("index", "count"), ("subdomain", "text"), ("writer", "text"))
    state = _columns(w, ("draw", "count"), ("state", "text"))
    text = Column(title=w["sheet.text"], width=100)
    yield Sheet(name=w["sheet.responses"], columns=(*about, *state, text), rows=texts.rows("response"))
    marks = _columns(
        w, ("judge", "text"), ("draw", "count"), ("repeat", "count"), ("criterion", "text"), ("score", "count", True)
    )
    reason = Column(title=w["sheet.reason"], width=100)
    yield Sheet(name=w["sheet.marks"], columns=(*about, *marks, reason), rows=texts.rows("mark"))
    found = _columns(w, ("draw", "count"), ("check", "text"), ("verdict", "text"))
    said, passage = (Column(title=w[f"sheet.{name}"], width=60) for name in ("finding", "passage"))
    yield Sheet(name=w["sheet.findings"], columns=(*about, *found, said, passage), rows=texts.rows("finding"))


def _rules(boards: Sequence[Board], w: Mapping[str, str], texts: Texts | None) -> Sheet:
    rows: list[Sequence[Value]] = []
    for board in boards:
        if not board.table.labels:
            continue
        first = board.table.labels[0]
        rows += [
            (w["sheet.judge"], first.judge, first.judge_fingerprint),
            (w["sheet.prompt"], first.prompt, ""),
            (w["sheet.protocol"], first.protocol, first.protocol_fingerprint),
            (w["sheet.benchmark"], first.benchmark, first.benchmark_fingerprint),
            (w["criteria"], first.criteria, first.criteria_fingerprint),
            *((w["sheet.writer"], label.writer, label.fingerprint) for label in board.table.labels),
        ]
    note = ""
    if texts is None:
        note = w["sheet.no_texts"]
    elif texts.marks > TEXTS:
        note = w["sheet.texts_left_out"].format(f"{TEXTS:,}")
    return Sheet(
        name=w["sheet.rules"],
        columns=_columns(w, ("what", "text"), ("value", "text"), ("fingerprint", "text")),
        rows=rows,
        note=note,
    )
