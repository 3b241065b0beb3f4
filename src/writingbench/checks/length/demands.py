"""Read out of a request how long its answer is to be, as a whole and in parts.

    "Write a 1,500-word report with an abstract of 200 words. Each of the 3–5 tips should be within 20 words."
    ->  words 1500 to 1500, the whole;  words 200 to 200, abstract;  items 3 to 5;  words up to 20, each tip

What stands in pasted material (`checks.material`) is nobody's demand. "字" are characters, and so they are counted
where the answer is to be in English: one for each word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from writingbench.checks.length.amounts import Amount, amounts
from writingbench.checks.length.asked import asked_for, is_demand
from writingbench.checks.length.numerals import plain
from writingbench.checks.length.scope import Scope, scope
from writingbench.checks.material import split
from writingbench.checks.passages import Span
from writingbench.records import Language, LengthUnit

__all__ = ["Demand", "demands"]

MOST = 60  # demands of one request: more are no request
LONG_REQUEST = 600  # characters: a shorter one is hardly ever pasted together
NEAR = 80  # characters between the lengths of parts that are named in one breath
LONG = 100  # words or characters from which the lengths of counted parts make up the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How long the answer, or a part of it, is to be; how a bare number is meant to be kept, `checks.length` says."""

    unit: LengthUnit
    min: int | float | None  # a bare or approximate number is both ends
    max: int | float | None
    part: str | None = (
        None  # what it is about, in the request's words: "abstract", "each slogan"; None is the whole text
    )
    each: bool = False  # it holds for every such part
    about: bool = False  # the number is bare or said to be approximate
    quote: str  # the request's own words
    span: Span  # where they stand in the request
    noun: str = ""  # what is counted: "words", "tips", "条"
    implied: bool = False  # nobody says it, but the parts with their lengths add up to it


def demands(text: str, language: Language = "en") -> tuple[Demand, ...]:
    """The demands on length in a request, in its order; the same one said twice comes once.

    Numbers and units of both languages are read whatever the request's `language`: requests mix them.
    """
    return _demands(text)


@lru_cache(maxsize=64)
def _demands(text: str) -> tuple[Demand, ...]:
    taken = split(text)
    wanted = asked_for(taken.request_text)
    long = len(text) > LONG_REQUEST
    found: list[tuple[Demand, Scope]] = []
    for start, end in taken.request:
        passage = plain(text[start:end])
        for amount in amounts(passage):
            if len(found) == MOST:
                break
            if is_demand(passage, amount, wanted, long=long):
                about = scope(passage, amount, wanted)
                found.append((_demand(text[start:end], amount, about, start), about))
    return tuple(_with_whole(_once(_merged(_parts(found), text))))


def _parts(found: list[tuple[Demand, Scope]]) -> list[Demand]:
    """What the whole request tells of a length's part.

    What is all that it wants is a part where other parts have a length too ("摘要写200字，正文写2000字"), and where it
    wants several texts, the length of one is that of each ("20条评论。评论长度在30-80字之间").
    """
    sized = [one for one, _ in found if one.unit in {"words", "characters"}]
    named = [one for one, about in found if one in sized and not one.each and (one.part or about.wanted)]
    counted = [one for one, _ in found if one.unit == "items" and (one.min or one.max or 0) > 1 and not one.each]
    settled = []
    for one, about in found:
        beside = (abs(other.span[0] - one.span[0]) <= NEAR for other in named if other is not one)
        if one in sized and about.wanted and any(beside):
            settled.append(replace(one, part=about.wanted))
        elif one in sized and about.one_of and any(_of_kind(other, about.one_of) for other in counted):
            settled.append(replace(one, part=about.one_of, each=True))
        else:
            settled.append(one)
    return settled


def _of_kind(counted: Demand, kind: str) -> bool:
    """Whether what is counted out may be texts of a kind: "3 articles" are "each article", "20条" are "每评论"."""
    if counted.noun[:1].isascii():
        return kind.removeprefix("each ") in counted.noun.lower()
    return counted.noun in {"条", "则", "篇", "首", "封", "款"} and not kind.isascii()


def _demand(passage: str, amount: Amount, about: Scope, offset: int) -> Demand:
    return Demand(
        unit=amount.unit,
        min=amount.min,
        max=amount.max,
        part=about.part,
        each=about.each,
        about=amount.about,
        quote=passage[amount.start : amount.end].strip(" \t\n(（:："),
        span=(offset + amount.start, offset + amount.end),
        noun=amount.noun,
    )


def _merged(found: list[Demand], text: str) -> list[Demand]:
    """Two halves of one demand as one: "at least 500 words but no more than 800 words"."""
    merged: list[Demand] = []
    for one in found:
        last = merged[-1] if merged else None
        if (
            last
            and last.unit == one.unit
            and (one.part is None or one.part == last.part)
            and one.span[0] - last.span[1] <= 16
            and not set("。.；;\n") & set(text[last.span[1] : one.span[0]])
            and ((last.max is None and one.min is None) or (last.min is None and one.max is None))
        ):
            low, high = (last, one) if last.max is None else (one, last)
            if (low.min or 0) <= (high.max or 0):
                span = (last.span[0], one.span[1])
                merged[-1] = replace(last, min=low.min, max=high.max, about=False, span=span, quote=text[slice(*span)])
                continue
        merged.append(one)
    return merged


def _once(found: Iterable[Demand]) -> list[Demand]:
    kept: dict[object, Demand] = {}
    for one in found:
        kept.setdefault((one.unit, one.min, one.max, one.part, one.noun if one.unit == "items" else ""), one)
    return list(kept.values())


def _with_whole(found: list[Demand]) -> list[Demand]:
    """With what parts of equal length add up to, where nothing is said of the whole: "五篇日记，每篇400字"."""
    if any(one.unit in {"words", "characters"} and one.part is None for one in found):
        return found
    for one in found:
        if not one.each or one.unit not in {"words", "characters"} or (one.min or one.max or 0) < LONG:
            continue
        counts = [other for other in found if other.unit == "items" and not other.each and _same_kind(other, one)]
        if counts and counts[-1].min == counts[-1].max and (times := counts[-1].min):
            whole = replace(
                one,
                part=None,
                each=False,
                implied=True,
                min=None if one.min is None else one.min * times,
                max=None if one.max is None else one.max * times,
            )
            return [*found, whole]
    return found


def _same_kind(counted: Demand, each: Demand) -> bool:
    """Whether one demand counts what the other gives the length of: "three reviews", "each review"."""
    noun = counted.noun.split(" ")[-1].lower().removesuffix("s")
    return bool(noun) and noun in (each.part or "").lower()
