"""What people ask for and cannot have: a reason that pages can say in either language."""

from __future__ import annotations

from typing import Any


class Unfit(Exception):
    """Why something cannot be done with an item: `word` names the reason for pages, the text says it in English."""

    def __init__(self, word: str, text: str, **facts: Any) -> None:
        super().__init__(text)
        self.word = word
        self.facts = facts
