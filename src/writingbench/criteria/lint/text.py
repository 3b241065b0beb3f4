"""What the rules have in common: words of both languages, how alike two texts are, and what a text may be quoted by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from writingbench.benchmark.language import HAN, LATIN
from writingbench.records import Criterion, Language

LONGEST = 4000  # characters of a text that are read; the longest published description has under 1,000
SHOWN = 100  # characters of evidence
NAMES = {"en": "English", "zh": "Chinese"}

_UNIT = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[\u3400-\u4dbf\u4e00-\u9fff]")
_QUOTED = re.compile(r"[“\"'‘《「(（][^”\"'’》」)）\n]{1,80}[”\"'’》」)）]")
_FUNCTION_WORD = re.compile(
    r"\b(?:the|a|an|of|and|or|to|in|on|for|with|by|is|are|be|it|its|that|which|how|well|whether|not|from|as|at)\b", re.I
)
_FUNCTION_SIGN = re.compile(r"[的是否了与和在对及]")
MOSTLY = 0.5  # of Han characters among these and Latin words: a text above it is Chinese
SENTENCE = 3  # English function words that make a sentence, where Chinese ones are fewer: it may list Chinese names


def units(text: str) -> list[str]:
    """Words, numbers and Chinese characters, in lower case and without what stands between them."""
    return _UNIT.findall(text[:LONGEST].lower())


def pairs(text: str) -> set[tuple[str, ...]]:
    """The neighbouring pairs of units; of a text of one unit that unit."""
    found = units(text)
    return set(pairwise(found)) or {(one,) for one in found}


def alike(one: str, other: str) -> float:
    """The share of two texts' pairs of units that they have in common (Jaccard's index), 0 to 1."""
    ours, theirs = pairs(one), pairs(other)
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0


def language(text: str) -> Language | None:
    """Which language a text is written in, what it quotes left aside; None where that cannot be told."""
    text = _QUOTED.sub(" ", text[:LONGEST].replace("_", " "))
    han, latin = len(HAN.findall(text)), len(LATIN.findall(text))
    if not han:
        # BGM, 3D, SWOT: a name of capitals alone may stand in a text of any language
        return "en" if latin >= 2 and re.search(r"[a-z]{2}", text) else None
    if (joined := len(_FUNCTION_WORD.findall(text))) >= SENTENCE and joined > len(_FUNCTION_SIGN.findall(text)):
        return "en"
    return "zh" if han >= 2 and han > MOSTLY * (han + latin) else None


def parts(criterion: Criterion) -> Iterator[str]:
    """The texts of a criterion, one after the other, each cut where it is endless."""
    yield criterion.name[:LONGEST].replace("_", " ")
    yield criterion.description[:LONGEST]
    yield from (band[:LONGEST] for band in criterion.bands)


def whole(criterion: Criterion) -> str:
    """All that a criterion says."""
    return "\n".join(parts(criterion))


def around(text: str, start: int, end: int, more: int = 40) -> str:
    """A passage with something before and behind it, on one line."""
    found = " ".join(text[max(0, start - more) : end + more].split())
    return ("…" if start > more else "") + found + ("…" if end + more < len(text) else "")


def cut(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text[:LONGEST].split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"
