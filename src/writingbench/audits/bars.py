"""Between what an effect must lie for a judge to pass, and what each property is called: bars.toml."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from writingbench.records import Language

Kind = Literal["fall", "stay", "resist", "noise", "itself"]
ROUNDING = 1e-6  # marks; the ends of an interval come from float32
KINDS: tuple[Kind, ...] = ("fall", "stay", "resist", "noise", "itself")


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same in both languages."""

    en: str
    zh: str

    def of(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bar of all properties of a kind."""

    low: float | None = None
    high: float | None = None
    why: Said


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A property: what it is called, what is done, and its own bar where that of its kind does not fit."""

    name: Said
    does: Said
    low: float | None = None
    high: float | None = None
    why: Said | None = None


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of bars.toml."""

    least: int
    kind: Mapping[Kind, Limits]
    property: Mapping[str, Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Marks between which an effect must lie; None where it may go as far as it likes."""

    low: float | None
    high: float | None
    why: Said

    def holds(self, low: float, high: float) -> bool | None:
        """Whether an interval lies within the bar (True), outside of it (False), or across its end (None)."""
        least = -math.inf if self.low is None else self.low - ROUNDING
        most = math.inf if self.high is None else self.high + ROUNDING
        if least <= low and high <= most:
            return True
        return False if high < least or low > most else None


@cache
def table() -> Table:
    """bars.toml."""
    text = (files("writingbench.audits") / "bars.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Table)


def bar(name: str, kind: Kind) -> Bar:
    """The bar of a property: its own, or that of its kind."""
    entry, usual = table().property[name], table().kind[kind]
    if entry.why is None:
        return Bar(low=usual.low, high=usual.high, why=usual.why)
    return Bar(low=entry.low, high=entry.high, why=entry.why)
