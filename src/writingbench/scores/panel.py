"""Several judges as one: a panel, whose mark on a criterion is the mean or the median of theirs.

    panel([table of judge a, table of judge b, table of judge c], "median")  ->  a table of its own judge

The tables hold the marks of one judge each on the same responses. Where one of the judges has no mark on a criterion
the panel has none either: a mean of those who happened to answer would be another judge from query to query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from writingbench.records import UserError, fingerprint
from writingbench.scores.table import Answers, Asked, Ints, Label, Marks, Paid, Table

How = Literal["mean", "median"]
Writer = tuple[str, str, str]


def panel(tables: Sequence[Table], how: How, *, leave_out_self: bool = False) -> Table:
    """The panel of the judges of `tables`, on the writers and queries that all of them were asked about.

    Of the mean each judge's mark is kept as one repeat. Of the median the two middle marks are kept (one of them twice
    where there is one in the middle), whose mean it is. With `leave_out_self` a judge has no say about what it wrote
    itself. Raises UserError where the judges have nothing in common.
    """
    judges = [table.labels[0].judge for table in tables]
    if len(tables) < 2 or len({table.labels[0].judge_fingerprint for table in tables}) < len(tables):
        raise UserError(f"a panel needs two or more different judges; there is {', '.join(judges) or 'none'}")
    if len({(one.protocol_fingerprint, one.benchmark_fingerprint, one.criteria_fingerprint)
            for table in tables for one in table.labels}) > 1:  # fmt: skip
        raise UserError("these judges worked under different rules; a panel shares protocol, benchmark and criteria")
    writers = [one.who for one in tables[0].labels if all(one.who in whose(table) for table in tables)]
    queries = [one for one in tables[0].queries if all(one in set(t.queries) for t in tables)]
    if not writers or not queries:
        raise UserError(f"{', '.join(judges)} have judged no responses in common")
    left_out = np.array(
        [[leave_out_self and _wrote(name, judge) for name, *_ in writers] for judge in judges]
    )  # [J, M]
    if left_out.all(axis=0).any():
        raise UserError("leaving out themselves, nobody is left to judge some of the writers")
    rows, asked = _together(tables, writers, queries, left_out)
    marks = _means(rows) if how == "mean" else _medians(rows)
    labels = [_label(tables, place, judges, how, leave_out_self) for place in writers]
    first = [whose(tables[0]).index(one) for one in writers]
    kept = tables[0].only(first)
    seats = (~left_out).sum(axis=0)[:, None]  # judges who have a say, by writer
    each = asked if how == "mean" else np.where(seats > 0, asked // np.maximum(seats, 1) * 2, 0)
    made = Table(
        labels=tuple(labels),
        queries=tuple(queries),
        marks=marks,
        asked=each.astype(np.int32),
        failures={},
        answers=_answers(kept, queries),
    )
    return replace(made, failures=_failures(tables, writers, queries, made.asked - made.counts))


def whose(table: Table) -> list[Writer]:
    """Whose responses the rows of a table are about."""
    return [one.who for one in table.labels]


def _wrote(writer: str, judge: str) -> bool:
    return writer.partition(" (thinking: ")[0] == judge


def _together(
    tables: Sequence[Table], writers: Sequence[Writer], queries: Sequence[Asked], left_out: NDArray[np.bool_]
) -> tuple[dict[str, Ints], Ints]:
    """The marks of all judges on criteria that each of them has marked, in columns sorted by what they are about, and
    how many were asked for [M, Q].
    """
    columns: dict[str, list[Ints]] = {name: [] for name in (*Marks.__slots__, "judge")}
    asked = np.zeros((len(tables), len(writers), len(queries)), np.int64)
    for number, table in enumerate(tables):
        row, column = _seats(table, writers, queries)
        asked[number] = _spread(table.asked, row, column, asked.shape[1:])
        writer, query = row[table.marks.writer], column[table.marks.query]
        stays = (writer >= 0) & (query >= 0) & ~left_out[number][writer]  # of those at -1 whatever the last has
        for name in ("criterion", "draw", "repeat", "score"):
            columns[name].append(getattr(table.marks, name)[stays])
        columns["writer"].append(writer[stays])
        columns["query"].append(query[stays])
        columns["judge"].append(np.full(np.count_nonzero(stays), number))
    asked[np.broadcast_to(left_out[:, :, None], asked.shape)] = 0
    every = np.logical_and.reduce((asked > 0) | left_out[:, :, None], axis=0)  # all of them were asked
    whole = {name: np.concatenate(parts) for name, parts in columns.items()}
    order = np.lexsort([whole[name] for name in ("score", "judge", "draw", "criterion", "query", "writer")])
    whole = {name: column[order] for name, column in whole.items()}
    starts, group = _groups(whole)
    if len(group):
        new = np.r_[True, (group[1:] != group[:-1]) | (whole["judge"][1:] != whole["judge"][:-1])]
        judges = np.bincount(group, new)
        seats = (~left_out).sum(axis=0)[whole["writer"][starts]]
        complete = (judges == seats) & every[whole["writer"][starts], whole["query"][starts]]
        whole = {name: column[complete[group]] for name, column in whole.items()}
    return whole, np.where(every, asked.sum(axis=0), 0)


def places(mine: Sequence[object], theirs: Sequence[object]) -> Ints:
    """Where each of mine is among theirs; -1 where it is not."""
    at = {one: place for place, one in enumerate(theirs)}
    return np.array([at.get(one, -1) for one in mine], np.int64)


def _seats(table: Table, writers: Sequence[Writer], queries: Sequence[Asked]) -> tuple[Ints, Ints]:
    """Where a table's writers and queries are among those of the panel."""
    return places(whose(table), writers), places(table.queries, queries)


def _spread(counts: Ints, row: Ints, column: Ints, shape: tuple[int, ...]) -> Ints:
    """Counts of a table's writers and queries at the places that these have in the panel."""
    found = np.zeros(shape, np.int64)
    found[np.ix_(row[row >= 0], column[column >= 0])] = counts[np.ix_(row >= 0, column >= 0)]
    return found


def _failures(
    tables: Sequence[Table], writers: Sequence[Writer], queries: Sequence[Asked], missing: Ints
) -> dict[str, Ints]:
    """What the panel's missing marks are for want of: the judges' own failures, up to as many as are missing."""
    found: dict[str, Ints] = {}
    for table in tables:
        row, column = _seats(table, writers, queries)
        for kind, counts in table.failures.items():
            more = np.minimum(_spread(counts, row, column, missing.shape), missing)
            found[kind] = found.get(kind, 0) + more.astype(np.int32)
            missing = missing - more
    return found


def _groups(rows: dict[str, Ints]) -> tuple[Ints, Ints]:
    """Where what is about the same response and criterion starts, and which of these each row belongs to."""
    about = [rows[name] for name in ("writer", "query", "criterion", "draw")]
    new = np.any([np.r_[True, one[1:] != one[:-1]] for one in about], axis=0) if len(about[0]) else np.empty(0, bool)
    return np.flatnonzero(new), np.cumsum(new) - 1


def _means(rows: dict[str, Ints]) -> Marks:
    starts, group = _groups(rows)
    return _marks(rows, np.arange(len(group)), np.arange(len(group)) - starts[group])


def _medians(rows: dict[str, Ints]) -> Marks:
    order = np.lexsort([rows[name] for name in ("score", "draw", "criterion", "query", "writer")])
    rows = {name: column[order] for name, column in rows.items()}
    starts, group = _groups(rows)
    sizes = np.bincount(group, minlength=len(starts))
    picked = np.stack((starts + (sizes - 1) // 2, starts + sizes // 2), axis=1).ravel()
    return _marks(rows, picked, np.tile([0, 1], len(starts)))


def _marks(rows: dict[str, Ints], picked: Ints, repeat: Ints) -> Marks:
    found = {name: rows[name][picked].astype(np.int32) for name in Marks.__slots__}
    return Marks(**{**found, "repeat": repeat.astype(np.int32)})


def _answers(table: Table, queries: Sequence[Asked]) -> Answers:
    column = places(table.queries, queries)[table.answers.query]
    stays = column >= 0
    found = {name: getattr(table.answers, name)[stays] for name in Answers.__slots__}
    return Answers(**{**found, "query": column[stays].astype(np.int32)})


def _label(tables: Sequence[Table], writer: Writer, judges: Sequence[str], how: How, leave_out_self: bool) -> Label:
    mine = [next(one for one in table.labels if one.who == writer) for table in tables]
    paid = sum((one.paid for one in mine[1:]), mine[0].paid) if mine else Paid()
    prints = sorted(one.judge_fingerprint for one in mine)
    return replace(
        mine[0],
        judge=f"{how} of {', '.join(judges)}" + (", not of what they wrote themselves" if leave_out_self else ""),
        fingerprint=fingerprint(how, leave_out_self, sorted(one.fingerprint for one in mine)),
        judge_fingerprint=fingerprint(how, leave_out_self, prints),
        paid=paid,
    )
