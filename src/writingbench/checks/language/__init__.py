"""Is the response in the language that the request wants, and all of it?

    "请用英文写一篇……", answered in Chinese               -> broken, demand "用英文写"
    a Chinese request, answered in English               -> broken, no demand: nobody says so, everybody expects it
    "The people were 恐慌, and there was a shortage"      -> found: a stray word
    an English paragraph in the midst of a Chinese text  -> found: a switch, or untranslated where the material has it

What stands in quotation marks or brackets, in code, in a bibliography, or in the request itself is no switch, and
nothing is one where the request speaks of that language, of translating or of two languages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from writingbench.benchmark.language import language_of
from writingbench.checks.language import foreign
from writingbench.checks.language.asked import Asked, asked
from writingbench.checks.language.tongues import LEAST, NAMES, SCRIPTS, tongue, weights
from writingbench.checks.material import split
from writingbench.checks.passages import WORD, Span, han
from writingbench.records import Answer, Finding, Query

SHARE_OF_EACH = 0.15  # of a text that is to be in two languages
MOST = 10  # findings of a kind

_CODE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]{1,200}`|(?:https?://|www\.)[^\s，。）)]{1,400}|\$\$?[^$\n]{1,300}\$\$?|<[^<>\n]{1,200}>",
    re.DOTALL,
)


def check(query: Query, answer: Answer) -> list[Finding]:
    """Whether the language is the one that is wanted, then the passages and words in others."""
    parts = split(query.text)
    request = parts.request_text
    wanted = asked(request)
    body = _CODE.sub(lambda match: " " * len(match.group()), answer.text)
    main = tongue(body)
    if len(wanted.demanded) > 1:
        return _two(wanted, answer.text, body)
    if main is None:
        return []
    whole = _whole(query, wanted, answer.text, main, request)
    if any(finding.verdict == "broken" for finding in whole):
        return whole
    reading = foreign.Reading(text=answer.text, body=body, main=main, wanted=wanted, request=request[:3000])
    return whole + _others(reading, parts.material_text)


def _two(wanted: Asked, text: str, body: str) -> list[Finding]:
    """Are both languages there that are asked for?"""
    shares = weights(body)
    whole = sum(shares.values())
    if whole < LEAST:
        return []
    least = SHARE_OF_EACH * whole
    absent = [code for code in wanted.demanded if shares.get(code if code in SCRIPTS else "latin", 0) < least]
    if absent:
        return [_finding("one_of_two", "broken", text, wanted.demand, _names("absent", absent[0]))]
    names = {
        "languages_en": " and ".join(NAMES[code][0] for code in wanted.demanded),
        "languages_zh": "和".join(NAMES[code][1] for code in wanted.demanded),
    }
    return [_finding("asked_two", "met", text, wanted.demand, names)]


def _whole(query: Query, wanted: Asked, text: str, main: str, request: str) -> list[Finding]:
    """Is the text in the language that is asked for, or, where none is, in the request's?"""
    if wanted.demanded:
        demanded = wanted.demanded[0]
        names = _names("language", main) | _names("wanted", demanded)
        if main == demanded:
            return [_finding("asked", "met", text, wanted.demand, names)]
        return [_finding("other_than_asked", "broken", text, wanted.demand, names)]
    accepted = {query.language, language_of(request), tongue(request), *wanted.named}
    if main in accepted or wanted.mixing or not weights(request):  # nobody can answer "/" in another language
        return []
    names = _names("language", main) | _names("wanted", query.language)
    return [_finding("other_than_request", "broken", text, None, names)]


def _others(reading: foreign.Reading, material: str) -> list[Finding]:
    """Passages and words in other languages than the text's."""
    switches, copies, taken = [], [], []
    for span, code in foreign.passages(reading):
        if foreign.is_meant(reading, span):
            continue
        passage = reading.text[slice(*span)]
        about_it = code in reading.wanted.named and not reading.wanted.demanded
        if not about_it and material and foreign.copied(passage, material, code):
            copies.append(_passage("untranslated", reading, span, code))
        elif foreign.is_switch(reading, span, code):
            switches.append(_passage("switch", reading, span, code))
        else:
            continue
        taken.append(span)
    strays = [
        _found("stray", span, {"word": reading.text[slice(*span)]} | _names("main", reading.main))
        for span, _ in foreign.strays(reading)
        if not any(start < span[1] and span[0] < end for start, end in taken)
    ]
    return switches[:MOST] + copies[:MOST] + strays[:MOST]


def _passage(kind: str, reading: foreign.Reading, span: Span, code: str) -> Finding:
    passage = reading.text[slice(*span)]
    size, unit = (han(passage), "characters") if code == "zh" else (len(WORD.findall(passage)), "words")
    return _found(kind, span, _names("language", code) | _names("main", reading.main), size, unit)


def _names(role: str, code: str) -> dict[str, str | float]:
    english, chinese = NAMES[code]
    return {f"{role}_en": english, f"{role}_zh": chinese}


def _found(
    kind: str, span: Span, facts: Mapping[str, str | float], counted: float | None = None, unit: str | None = None
) -> Finding:
    return Finding(check="language", kind=kind, verdict="found", span=span, counted=counted, unit=unit, facts=facts)


def _finding(
    kind: str, verdict: Literal["met", "broken"], text: str, demand: str | None, facts: Mapping[str, str | float]
) -> Finding:
    """What is to be said of the text as a whole."""
    return Finding(check="language", kind=kind, verdict=verdict, span=(0, len(text)), demand=demand, facts=facts)
