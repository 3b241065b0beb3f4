"""What is wrong with a row of a list, in the place of its request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

SHOWN = 60  # characters of a value


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is no request in a row."""

    problem: str
    field: str = ""
    value: str = ""  # as it stands there, cut


def shown(value: Any) -> str:
    """The beginning of a value, without halves of characters."""
    said = value if isinstance(value, str) else json.dumps(value)
    said = said.encode("utf-8", "replace").decode()
    if not isinstance(value, str):
        return said[:SHOWN]
    return f"{said[:SHOWN]!r}{'…' if len(said) > SHOWN else ''}"
