"""Write a data set: its lines, and beside them what they are (data.json, written last: where it is, all is)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from writingbench.files import replacing

NAME = "data.json"


def write(out: Path, files: Mapping[str, Iterable[Any]], about: Mapping[str, Any]) -> str:
    """Write each of `files` as JSON Lines into the folder `out`, then what is said `about` them.

    Returns the sha256 of all lines, file after file. Raises UserError where something cannot be written.
    """
    (out / NAME).unlink(missing_ok=True)
    made = sha256()
    for name, lines in files.items():
        with replacing(out / name) as file:
            for one in lines:
                line = msgspec.json.encode(one) + b"\n"
                made.update(line)
                file.write(line.decode())
    kind = {"kind": about["kind"], "hash": made.hexdigest()}
    with replacing(out / NAME) as file:
        file.write(msgspec.json.format(msgspec.json.encode({**kind, **about}), indent=1).decode() + "\n")
    return made.hexdigest()
