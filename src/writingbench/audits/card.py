"""A judge's card: what it was audited on, and how it did on each property. audit-JUDGE-FINGERPRINT.json holds one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from writingbench.audits.effects import Outcome, Result
from writingbench.files import replacing
from writingbench.records import Language, fingerprint

FILES = "audit-*.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything that is said of a judge by auditing it."""

    judge: str
    judge_fingerprint: str
    protocol: str
    prompt: str
    criteria: str  # what they are called
    criteria_fingerprint: str = ""  # of a set; "" where each query has its own
    writers: Sequence[str]  # whose responses were changed
    queries: Mapping[Language, int]  # how many of each language
    responses: int
    seed: int
    mean: float | None  # of the marks of the unchanged responses
    asked: int  # marks
    marked: int
    failures: Mapping[str, int] = field(default_factory=dict)  # marks that could not be had, by kind
    results: Sequence[Result]

    @property
    def outcomes(self) -> Counter[Outcome]:
        """How many properties passed, failed, or could not be decided."""
        return Counter(one.outcome for one in self.results)

    @property
    def name(self) -> str:
        """Of its file: another judge, other criteria or other responses make another card."""
        called = re.sub(r"[^\w.-]+", "-", self.judge)[:80]
        rest = fingerprint(self.judge_fingerprint, self.criteria_fingerprint, self.criteria, sorted(self.writers))
        return f"audit-{called}-{rest[:8]}.json"


def save(card: Card, out: Path) -> Path:
    """Write a card into a folder, in place of an earlier one of the same judge on the same responses."""
    with replacing(out / card.name) as file:
        file.write(msgspec.json.format(msgspec.json.encode(card), indent=1).decode() + "\n")
    return out / card.name


def load(out: Path) -> list[Card]:
    """The cards in a folder, by the names of their files. What is not a card, or one of another version, is left out:
    auditing again makes it anew, and for nothing.
    """
    cards = []
    for path in sorted(out.glob(FILES)):
        try:
            cards.append(msgspec.json.decode(path.read_bytes(), type=Card))
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
    return cards
