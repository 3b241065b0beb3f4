"""Part files: what one task on some machine was answered, in Parquet, whole or not there.

    kind      fingerprint       model            body
    reply     of the request    its identity     the reply, as the store has it
    failure   of the request    its identity     why it could not be had
    refusal   a server's place  ""               a field of the call that it does not take

A file is named after its task, so a task that is done twice, because the machine that did it was lost before it could
say so, finds its file and asks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from writingbench.files import replaced
from writingbench.store import Held


class Row(NamedTuple):
    """One thing that a store holds."""

    kind: Held
    fingerprint: str
    model: str
    body: bytes


def write(rows: Iterable[Row], path: Path) -> None:
    """Write a part file in one step."""
    import pyarrow as pa  # noqa: PLC0415 - comes with Ray
    import pyarrow.parquet as pq  # noqa: PLC0415

    types = (pa.string(), pa.string(), pa.string(), pa.binary())
    table = pa.Table.from_pylist([row._asdict() for row in rows], pa.schema(list(zip(Row._fields, types, strict=True))))
    with replaced(path) as scratch:
        pq.write_table(table, scratch)


def read(path: Path) -> Iterator[Row]:
    """The rows of a part file."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    for batch in pq.ParquetFile(path).iter_batches(batch_size=1000):
        yield from (Row(**found) for found in batch.to_pylist())
