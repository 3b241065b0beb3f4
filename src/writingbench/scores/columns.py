"""Tables as Parquet files, to share marks or to ask them questions in SQL.

There is one row for each mark, and one for each mark that could not be had: its `failure` says why ("not asked" where
the run did not come to it), and `criterion` is empty, for it is counted per query. A response that neither sort of row
speaks of has a row of its own, with `score` and `failure` empty. The file's key-value metadata say whose marks these
are and what was asked, so that a table comes back as it was.

    writer   judge    run    index  domain1    criterion   draw  repeat  score  failure  output_tokens  answer
    gpt-5.2  claude…  9f0c…  17     Education  Tone of …   0     0       7               1830           complete
    gpt-5.2  claude…  9f0c…  18     Education              0                    refused                 refused
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import msgspec
import numpy as np

from writingbench.files import replaced
from writingbench.records import FailureKind, UserError
from writingbench.scores.table import STATES, Answers, Asked, Ints, Label, Marks, Table

if TYPE_CHECKING:
    import duckdb

FORMAT = "1"  # of the file; another number is another meaning of its columns
KINDS = get_args(FailureKind)
REASONS = (*KINDS, "not asked")  # why there is no mark
MISSING = ("writer", "query", "reason", "n")


class _About(msgspec.Struct, frozen=True, kw_only=True):
    """What the metadata say of each table in a file."""

    labels: tuple[Label, ...]
    queries: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """What files say of one table, put together."""

    labels: list[Label] = field(default_factory=list)
    queries: dict[int, Asked] = field(default_factory=dict)


def write(tables: Sequence[Table], path: Path) -> None:
    """Write tables into one Parquet file. Raises UserError when it cannot be written."""
    about = msgspec.json.encode([_About(labels=table.labels, queries=table.queries) for table in tables]).decode()
    with replaced(path) as file, _database(f"{path}: cannot be written") as database:
        _describe(database, [(table.labels, table.queries) for table in tables])
        database.register("marks", _stacked(tables, Marks.__slots__, [_arrays(table.marks) for table in tables]))
        database.register("answers", _stacked(tables, Answers.__slots__, [_arrays(table.answers) for table in tables]))
        database.register("missing", _stacked(tables, MISSING, [_missing(table) for table in tables]))
        names = {"reasons": list(REASONS), "states": list(STATES)}
        database.execute(_WRITE, {"file": str(file.absolute()), "format": FORMAT, "about": about, **names})


def read(paths: Sequence[Path]) -> list[Table]:
    """The tables of files that `write` made, one for each set of rules (protocol, benchmark, judge, criteria); those
    that share them are joined. Raises UserError for a file that is not one of these, and for a run that comes twice.
    """
    groups: dict[tuple[str, ...], _Group] = {}
    holds: dict[str, Path] = {}  # run -> the file that it stands in
    for path in paths:
        for about in _abouts(path):
            for label in about.labels:
                if label.fingerprint in holds:
                    first = holds[label.fingerprint]
                    raise UserError(f"the same run of {label.writer} stands in {first} and in {path}; give it once")
                holds[label.fingerprint] = path
                group = groups.setdefault(label.rules, _Group())
                group.labels.append(label)
            for query in about.queries if about.labels else ():
                if group.queries.setdefault(query.index, query) != query:
                    raise UserError(f"{path}: describes query {query.index} otherwise than a file before it")
    named = ", ".join(map(str, paths))
    with _database(f"{named}: is damaged") as database:
        _describe(database, [(group.labels, list(group.queries.values())) for group in groups.values()])
        files = [_exact(path) for path in paths]
        if files:
            database.execute(_READ, {"files": files, "reasons": list(REASONS), "states": list(STATES)})
            if database.execute(_UNFIT).fetchone() != (0,):
                raise UserError(f"{named}: is damaged: some rows do not fit what the file says of itself")
        found = [_numbers(database, question) for question in (_MARKS, _ANSWERS, _MISSING)] if files else []
    tables, writers, queries = [], 0, 0
    for group in groups.values():
        tables.append(_table(group, *(_part(columns, writers, queries, len(group.queries)) for columns in found)))
        writers, queries = writers + len(group.labels), queries + len(group.queries)
    return tables


def _abouts(path: Path) -> list[_About]:
    if not path.is_file():
        raise UserError(f"{path}: there is no such file")
    with _database(f"{path}: is no Parquet file that can be read") as database:
        question = "SELECT key, value FROM parquet_kv_metadata($file)"
        found: dict[bytes, bytes] = dict(database.execute(question, {"file": _exact(path)}).fetchall())
    version = found.get(b"writingbench.format")
    if version is None:
        raise UserError(f"{path}: is a Parquet file, but not one with marks of this program")
    if version != FORMAT.encode():
        raise UserError(f"{path}: has format {version.decode(errors='replace')[:20]!r}, this program reads {FORMAT!r}")
    try:
        return msgspec.json.decode(found.get(b"writingbench.tables", b""), type=list[_About])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: is damaged: what it says of itself cannot be read ({error})") from error


def _table(group: _Group, marks: dict[str, Ints], answers: dict[str, Ints], missing: dict[str, Ints]) -> Table:
    shape = len(group.labels), len(group.queries)
    asked = np.zeros(shape, np.int32)
    np.add.at(asked, (marks["writer"], marks["query"]), 1)
    np.add.at(asked, (missing["writer"], missing["query"]), missing["n"])
    failures: dict[str, Ints] = {}
    for number in np.unique(missing["reason"][missing["reason"] < len(KINDS)]):
        here = missing["reason"] == number
        counts = failures[KINDS[number]] = np.zeros(shape, np.int32)
        counts[missing["writer"][here], missing["query"][here]] = missing["n"][here]
    return Table(
        labels=tuple(group.labels),
        queries=tuple(group.queries.values()),
        marks=Marks(**marks),
        asked=asked,
        failures=failures,
        answers=Answers(**answers),
    )


@contextmanager
def _database(what: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that fetches nothing. Its complaints become a UserError that begins with `what`."""
    import duckdb  # noqa: PLC0415 - numpy is enough for everything else that is done with marks

    try:
        with duckdb.connect(
            config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        ) as database:
            yield database
    except duckdb.Error as error:
        raise UserError(f"{what} ({str(error).splitlines()[0]})") from error


def _exact(path: Path) -> str:
    """A path as DuckDB takes it for one file: signs of a pattern stand for themselves."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path.absolute()))


def _describe(database: duckdb.DuckDBPyConnection, groups: Sequence[tuple[Sequence[Label], Sequence[Asked]]]) -> None:
    """Small tables that lead from places to names and back. Places count on from one table to the next."""
    labels = [(number, label) for number, (found, _) in enumerate(groups) for label in found]
    database.execute(
        """CREATE TABLE labels AS SELECT unnest($writer::VARCHAR[]) AS writer, unnest($judge::VARCHAR[]) AS judge,
               unnest($protocol::VARCHAR[]) AS protocol, unnest($run::VARCHAR[]) AS run,
               unnest($number::INTEGER[]) AS number, unnest($place::INTEGER[]) AS place""",
        {
            "writer": [label.writer for _, label in labels],
            "judge": [label.judge for _, label in labels],
            "protocol": [label.protocol for _, label in labels],
            "run": [label.fingerprint for _, label in labels],
            "number": [number for number, _ in labels],
            "place": list(range(len(labels))),
        },
    )
    queries = [(number, query) for number, (_, found) in enumerate(groups) for query in found]
    database.execute(
        """CREATE TABLE queries AS SELECT unnest($index::BIGINT[]) AS index, unnest($domain1::VARCHAR[]) AS domain1,
               unnest($domain2::VARCHAR[]) AS domain2, unnest($language::VARCHAR[]) AS language,
               unnest($tokens::INTEGER[]) AS tokens, unnest($number::INTEGER[]) AS number,
               unnest($place::INTEGER[]) AS place""",
        {
            "index": [query.index for _, query in queries],
            "domain1": [query.domain1 for _, query in queries],
            "domain2": [query.domain2 for _, query in queries],
            "language": [query.language for _, query in queries],
            "tokens": [query.tokens for _, query in queries],
            "number": [number for number, _ in queries],
            "place": list(range(len(queries))),
        },
    )
    criteria = [
        (place, number, name, query.kinds[number])
        for place, (_, query) in enumerate(queries)
        # of a name that comes twice the last place counts, as when marks are gathered
        for name, number in {name: number for number, name in enumerate(query.criteria)}.items()
    ]
    database.execute(
        """CREATE TABLE criteria AS SELECT unnest($query::INTEGER[]) AS query, unnest($place::INTEGER[]) AS place,
               unnest($criterion::VARCHAR[]) AS criterion, unnest($requirement::VARCHAR[]) AS requirement""",
        {
            "query": [row[0] for row in criteria],
            "place": [row[1] for row in criteria],
            "criterion": [row[2] for row in criteria],
            "requirement": [row[3] for row in criteria],
        },
    )


def _missing(table: Table) -> dict[str, Ints]:
    """Columns with a row for each cell and reason: how many of its marks there are not."""
    none = np.zeros(table.shape, np.int32)
    counts = [table.failures.get(kind, none) for kind in KINDS]
    counts.append(np.maximum(table.asked - table.counts - sum(counts, none), 0))
    stacked = np.stack(counts)
    reason, writer, query = np.nonzero(stacked)
    return dict(zip(MISSING, (writer, query, reason, stacked[reason, writer, query]), strict=True))


def _arrays(columns: Marks | Answers) -> dict[str, Ints]:
    return {name: getattr(columns, name) for name in columns.__slots__}


def _stacked(tables: Sequence[Table], names: Sequence[str], columns: Sequence[dict[str, Ints]]) -> dict[str, Ints]:
    """The columns of all tables as one; places count on from one table to the next."""
    writers, queries = (np.cumsum([0, *(table.shape[side] for table in tables)]) for side in (0, 1))
    moved = [
        {**one, "writer": one["writer"] + writers[n], "query": one["query"] + queries[n]} if n else one
        for n, one in enumerate(columns)
    ]
    return {name: np.concatenate([np.zeros(0, np.int32), *(one[name] for one in moved)]) for name in names}


def _part(columns: dict[str, Ints], writer: int, query: int, queries: int) -> dict[str, Ints]:
    """Of columns that are in the order of `query`, those of one table, with its own places."""
    first, last = np.searchsorted(columns["query"], (query, query + queries))
    here = {name: values[first:last] for name, values in columns.items()}
    return {**here, "writer": here["writer"] - np.int32(writer), "query": here["query"] - np.int32(query)}


def _numbers(database: duckdb.DuckDBPyConnection, question: str) -> dict[str, Ints]:
    return {name: np.asarray(values, np.int32) for name, values in database.execute(question).fetchnumpy().items()}


_WRITE = """
COPY (
    WITH alone AS (SELECT writer, query, min(draw) AS draw FROM answers GROUP BY writer, query HAVING count(*) = 1),
    -- what failed failed on the only response there is; of several it is not known which
    gone AS (
        SELECT missing.writer, missing.query, CASE WHEN reason + 1 < len($reasons) THEN alone.draw END AS draw, reason
        FROM missing LEFT JOIN alone USING (writer, query), range(missing.n)
    ),
    places AS (
        SELECT writer, query, criterion, draw, repeat, score, NULL AS reason FROM marks
        UNION ALL SELECT writer, query, NULL, draw, NULL, NULL, reason FROM gone
        UNION ALL SELECT writer, query, NULL, draw, NULL, NULL, NULL FROM answers
            ANTI JOIN (SELECT writer, query, draw FROM marks UNION ALL SELECT writer, query, draw FROM gone)
            USING (writer, query, draw)
    )
    SELECT
        labels.writer, labels.judge, labels.protocol, labels.run,
        queries.index, queries.domain1, queries.domain2, queries.language,
        criteria.criterion, criteria.requirement,
        places.draw::SMALLINT AS draw, places.repeat::SMALLINT AS repeat, places.score::TINYINT AS score,
        $reasons[reason + 1] AS failure,
        queries.tokens AS input_tokens,
        CASE WHEN state < 2 OR answers.tokens > 0 THEN answers.tokens::INTEGER END AS output_tokens,
        $states[state + 1] AS answer
    FROM places
        JOIN labels ON labels.place = places.writer
        JOIN queries ON queries.place = places.query
        LEFT JOIN criteria ON criteria.query = places.query AND criteria.place = places.criterion
        LEFT JOIN answers ON answers.writer = places.writer AND answers.query = places.query
            AND answers.draw = places.draw
) TO $file (
    FORMAT parquet, COMPRESSION zstd,
    KV_METADATA {"writingbench.format": $format, "writingbench.tables": $about}
)
"""

_READ = """
CREATE TABLE places AS SELECT
    labels.place AS writer, queries.place AS query, criteria.place AS criterion,
    found.draw::INTEGER AS draw, found.repeat::INTEGER AS repeat, found.score::INTEGER AS score,
    found.failure IS NOT NULL AS missed,
    list_position($reasons, found.failure) - 1 AS reason,
    found.output_tokens::INTEGER AS tokens,
    found.answer IS NOT NULL AS answered,
    list_position($states, found.answer) - 1 AS state
FROM read_parquet($files, hive_partitioning = false) AS found
    LEFT JOIN labels ON labels.run = found.run
    LEFT JOIN queries ON queries.number = labels.number AND queries.index = found.index
    LEFT JOIN criteria ON criteria.query = queries.place AND criteria.criterion = found.criterion
"""

_UNFIT = """
SELECT count(*) FROM places WHERE writer IS NULL OR query IS NULL
    OR (score IS NOT NULL AND (criterion IS NULL OR draw IS NULL OR repeat IS NULL OR missed))
    OR score NOT BETWEEN 1 AND 10 OR draw NOT BETWEEN 0 AND 32767 OR repeat NOT BETWEEN 0 AND 32767
    OR (missed AND reason IS NULL)
    OR (answered AND (state IS NULL OR draw IS NULL)) OR tokens < 0
"""

# in an order, because what is drawn from them at random is to be drawn again
_MARKS = """
SELECT writer, query, criterion, draw, repeat, score FROM places WHERE score IS NOT NULL
ORDER BY query, writer, draw, repeat, criterion
"""

_ANSWERS = """
SELECT writer, query, draw, coalesce(any_value(tokens), 0) AS tokens, any_value(state) AS state
FROM places WHERE answered GROUP BY writer, query, draw ORDER BY query, writer, draw
"""

_MISSING = """
SELECT writer, query, reason, count(*) AS n FROM places WHERE missed
GROUP BY writer, query, reason ORDER BY query, writer, reason
"""
