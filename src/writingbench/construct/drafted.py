"""Read the requests that a model made up, and tell which of them are of no use.

{"requests": ["Write a toast for ...", "Dear guests, ...", ""]}
    ->  Drafted(requests=("Write a toast for ...",), unfit={"an answer": 1, "empty": 1})
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from writingbench import calls
from writingbench.benchmark.language import language_of
from writingbench.construct.item import key
from writingbench.construct.lists.foreign import foreign
from writingbench.construct.lists.request import plain
from writingbench.construct.refined import ANSWER
from writingbench.criteria.lint.text import language
from writingbench.records import Failure, Language, Reply

MOST: Mapping[Language, int] = {"en": 800, "zh": 300}  # characters: what is longer holds material or is an answer
KEYS = ("requests", "queries", "prompts", "tasks")
KEY = ("request", "query", "prompt", "text")


@dataclass(frozen=True, slots=True)
class Cell:
    """What requests are drafted for; domain and subdomain by their English names."""

    domain1: str
    domain2: str
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """So many requests for a cell, other than those that are there."""

    cell: Cell
    count: int
    there: tuple[str, ...] = ()  # as a model is told them
    ids: frozenset[str] = frozenset()  # of those that were ever there


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What a model made up."""

    batch: Batch
    requests: tuple[str, ...]
    unfit: Mapping[str, int]  # how many were left out, by reason


def read(batch: Batch, reply: Reply) -> Drafted | Failure:
    """The requests in a reply, as many as were asked for, of the last list if there are several; else why there are
    none.
    """
    found = calls.last(reply, _recognized)
    if isinstance(found, Failure):
        return found
    requests: dict[str, None] = {}
    unfit = Counter[str]()
    for said in found:
        text = plain(said) if isinstance(said, str) else ""
        if why := "there already" if text in requests else _unfit(text, batch):
            unfit[why] += 1
        else:
            requests[text] = None
    if not requests:
        return Failure(kind="unreadable", note=f"none of {len(found):,} requests can be used: {reasons(unfit)}")
    return Drafted(batch=batch, requests=tuple(requests)[: batch.count], unfit=unfit)


def reasons(unfit: Mapping[str, int]) -> str:
    """Reasons in words, the most frequent first."""
    return ", ".join(f"{count:,} {why}" for why, count in sorted(unfit.items(), key=lambda one: -one[1]))


def _unfit(text: str, batch: Batch) -> str:
    """Why a text is of no use as a request; "" when it is."""
    if not text:
        return "empty"
    if len(text) > MOST[batch.cell.language]:
        return "too long"
    if "</request" in text:
        return "with tags of the prompt"
    if foreign(text) or (language(text) or language_of(text)) != batch.cell.language:
        return "in another language"
    if ANSWER.match(text):  # one that begins in another way most often is too long for a request
        return "an answer"
    if key(batch.cell.domain2, batch.cell.language, text) in batch.ids:
        return "there already"
    return ""


def _recognized(value: Any) -> list[Any] | None:
    """The list of requests in a JSON value: under a key that may be spelt in other ways, or bare."""
    if isinstance(value, dict):
        keys = {key.strip().lower(): said for key, said in value.items()}
        value = next((keys[name] for name in KEYS if name in keys), None)
    if not isinstance(value, list):
        return None
    found = [_text(one) for one in value]
    return found if any(isinstance(one, str) for one in found) else None


def _text(one: Any) -> Any:
    """A request that stands in an object of its own, as models like to have it."""
    return next((one[name] for name in KEY if name in one), None) if isinstance(one, dict) else one
