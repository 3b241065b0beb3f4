"""Checks over candidates on a Ray cluster: millions of texts are more than the cores of one machine read in a day.

    candidates ── pieces of 64 ──> one worker for each CPU ──> part files (Parquet) ──> the fault of each candidate

A part file is named after what its piece says and which checks looked at it, so a piece that was done is not done
again, neither after a machine was lost nor after the command was killed, and other candidates never meet an old part.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from writingbench.checks.review import version
from writingbench.files import replaced
from writingbench.scale import cluster
from writingbench.training.candidates import Candidate
from writingbench.training.sieve import Check, faults

SIZE = 64  # candidates of a piece: some seconds of checking


def spread(
    candidates: Sequence[Candidate],
    checks: Sequence[Check],
    folder: Path,
    workers: int | None = None,
    note: Callable[[str], None] = lambda text: None,
) -> list[Check | None]:
    """As `sieve.faults`, by a cluster; `folder`, an absolute path, must be the same on all its machines.

    Raises UserError where Ray is not installed or no cluster answers.
    """
    cluster.required(workers)
    pieces = [candidates[start : start + SIZE] for start in range(0, len(candidates), SIZE)]
    paths = [folder / f"{_name(piece, checks)}.parquet" for piece in pieces]
    folder.mkdir(parents=True, exist_ok=True)
    there = {path: piece for path, piece in zip(paths, pieces, strict=True) if not path.is_file()}
    rows = [{"path": str(path), "piece": pickle.dumps((piece, tuple(checks)))} for path, piece in there.items()]
    size = sum(map(len, there.values()))
    if rows:
        for _ in cluster.spread_over(rows, Sifter, {}, workers, note, f"{size:,} candidates"):
            pass
    return [fault for path in paths for fault in _read(path)]


class Sifter:
    """Looks through one piece, and leaves its part file."""

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        piece, checks = pickle.loads(row["piece"])  # noqa: S301 - from the command that began this worker
        path = Path(row["path"])
        if not path.is_file():
            _write(faults(piece, checks), path)
        return {"path": row["path"]}


def _name(piece: Sequence[Candidate], checks: Sequence[Check]) -> str:
    """Of what the checks see, and of the checks as they are."""
    seen = [(one.query.text, one.query.language, one.query.domain1, one.query.domain2, one.answer) for one in piece]
    return sha256(msgspec.json.encode((version(), checks, seen))).hexdigest()[:32]


def _write(found: Sequence[Check | None], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with replaced(path) as scratch:
        pq.write_table(pa.table({"fault": pa.array(found, pa.string())}), scratch)


def _read(path: Path) -> list[Check | None]:
    import pyarrow.parquet as pq

    found: list[Check | None] = pq.read_table(path)["fault"].to_pylist()
    return found
