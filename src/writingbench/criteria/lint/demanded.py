"""What the request asks for and no criterion looks at: its material, its length, its form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from writingbench.checks.length.demands import demands
from writingbench.checks.material import split
from writingbench.checks.structure.forms import demanded
from writingbench.criteria.lint.flaw import Flaw, flaw
from writingbench.criteria.lint.patterns import patterns
from writingbench.criteria.lint.text import cut, language, units, whole
from writingbench.records import Query

UNITS = frozenset({"words", "characters", "pages", "minutes"})  # "three tips" is a demand on the content
_NAME = re.compile(r"(?<![.!?:•\-\n] )(?<!^)\b[A-Z][a-zA-Z]{3,}|\b[A-Z]{2,}\b|\b[A-Za-z]+\d\w*|\d{2,}(?:\.\d+)?|\d\.\d")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]{4,}")
_LONG = re.compile(r"[a-z]{7,}")
OFTEN = 4  # times
SHARED = 4  # Chinese characters in a row that are no accident


def material(query: Query) -> Iterator[Flaw]:
    """`material`: the query comes with material, and no criterion speaks of it or of anything that it names.

    Nothing is said where criteria and material are in different languages, since names are then translated.
    """
    taken = split(query.text)
    said = "\n".join(map(whole, query.criteria))
    if not query.criteria or not taken.has_material or language(said) != language(taken.material_text):
        return
    own = _terms(taken.material_text) - _terms(taken.request_text)
    if not _watched("material", said) and not _terms(said) & own and not _often(taken.material_text) & set(_long(said)):
        yield flaw(query, None, "material", "no criterion speaks of the material", cut(taken.material_text))


def length(query: Query) -> Iterator[Flaw]:
    """`length`: the query asks for a length, and no criterion looks at it."""
    said = "\n".join(map(whole, query.criteria))
    watched = {"minutes"} if _watched("minutes", said) else set()
    asked = [one for one in demands(query.text, query.language) if one.unit in UNITS - watched]
    if not asked or not query.criteria or _watched("length", said) or _watched("everything", said):
        return
    yield flaw(query, None, "length", "no criterion looks at the length that is asked for", cut(asked[0].quote))


def form(query: Query) -> Iterator[Flaw]:
    """`format`: the query asks for a form, and no criterion looks at it. One flaw for each form that is asked for."""
    said = "\n".join(map(whole, query.criteria))
    if not query.criteria or _watched("form", said) or _watched("everything", said):
        return
    words_said = set(units(said))
    for asked in demanded(query.text):
        # a section counts as watched where half of its name is spoken of
        named = any(2 * len(words_said & set(units(name))) >= len(set(units(name))) for name in asked.names)
        forms, kind = patterns("forms"), asked.kind.removeprefix("no_")
        words = forms.get(kind) or forms.get(kind.removesuffix("s"))  # "no_lists" is about what "list" is about
        if not (words and words.search(said)) and not named:
            message = f"no criterion looks at the form that is asked for ({asked.kind.replace('_', ' ')})"
            yield flaw(query, None, "format", message, cut(asked.demand))


def _watched(what: str, said: str) -> bool:
    return patterns("watched")[what].search(said) is not None


def _terms(text: str) -> set[str]:
    """What may tell a material from others: names, numbers, runs of Chinese characters."""
    found = {match[0] for match in _NAME.finditer(text)}
    for match in _HAN.finditer(text):
        found |= {match[0][at : at + SHARED] for at in range(len(match[0]) - SHARED + 1)}
    return found


def _long(text: str) -> list[str]:
    return _LONG.findall(text.lower())


def _often(text: str) -> set[str]:
    """The long words that a material is about: those it has again and again."""
    return {word for word, times in Counter(_long(text)).items() if times >= OFTEN}
