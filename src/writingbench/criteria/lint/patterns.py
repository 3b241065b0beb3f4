"""The patterns of patterns.toml, ready for searching."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def patterns(table: str) -> Mapping[str, re.Pattern[str]]:
    """The patterns of a table by name."""
    listed = tomllib.loads((files("writingbench.criteria.lint") / "patterns.toml").read_text("utf-8"))[table]
    return {name: re.compile("|".join(lines.split("\n")).strip("|"), re.IGNORECASE) for name, lines in listed.items()}
