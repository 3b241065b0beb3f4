"""Why a file is refused: a word, and what pages say of it in either language."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


class Refused(Exception):
    """There is no text to be had. Only a word: the child, in which it is raised, has not even the texts."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@cache
def words() -> dict[str, dict[str, str]]:
    """What is said of a file, by word and language."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
