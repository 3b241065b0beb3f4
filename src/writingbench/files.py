"""Files that take another's place when they are whole; until then the old one stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from writingbench.records import UserError


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """A text file that becomes `path` at the end of the block. Raises UserError when it cannot be written."""
    with replaced(path) as scratch, scratch.open("w", encoding="utf-8", newline="\n") as file:
        yield file


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """The path of an empty file beside `path` that takes its place at the end of the block."""
    scratch: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=path.suffix, delete=False) as file:
            scratch = Path(file.name)
        yield scratch
        umask = os.umask(0)
        os.umask(umask)
        scratch.chmod(0o666 & ~umask)  # a temporary file is its owner's only
        scratch.replace(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        if scratch:
            scratch.unlink(missing_ok=True)  # gone already, if all went well
