"""Read what a model made of a drafted request, and hold it against what can be known of it.

    {"request": "... about 6 minutes ...", "requirements": {"style": false, ...}, "materials": ["the chronicle, ..."]}
        ->  Refined(request="... about 6 minutes ...", requirements=("length",), materials=("the chronicle, ...",))

That is its language and its length, whether it still asks, about the same subject, and whether a length that was drawn
can be found in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from writingbench import calls
from writingbench.checks.length.demands import demands
from writingbench.construct import mix
from writingbench.construct.item import Item
from writingbench.construct.project import Kept
from writingbench.criteria.lint.text import NAMES, language
from writingbench.records import REQUIREMENTS, Failure, Reply, Requirement

LONGER = {"en": 2500, "zh": 1000}  # characters that six guidances may add
MATERIALS, MATERIAL = 5, 600  # descriptions at most, and characters of one: what is longer is the material itself
KEPT = 0.25  # of a draft's words must be left

_UNIT = re.compile(r"[a-z]{4,}|\d+|[\u3400-\u4dbf\u4e00-\u9fff]+")
_STEM = 6  # letters
_CONTROL = dict.fromkeys((*range(9), *range(11, 32), 127))
ANSWER = re.compile(  # how answers begin, and remarks on them
    r"\s*(?:#{1,4} |\*\*[^*\n]{1,80}\*\*\s*\n|(?:Title|Subject):|(?:Dear|Here(?:['’]s| is) (?:a|an|the|your)|Sure"
    r"|Certainly|Of course|Absolutely)\b|以下[是为]|好的[，,！!。]|当然[，,！!。]|尊敬的|亲爱的|标题："
    r"|《[^》\n]{1,40}》\s*\n)",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"(?:none|no (?:additional )?materials?(?: (?:is|are))?(?: needed| required)?|n/?a|无|没有|不需要)[.。]?",
    re.IGNORECASE,
)
_YES, _NO = {"true", "yes", "是"}, {"false", "no", "否"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refined:
    """What a model made of a request."""

    kept: Kept  # the draft
    request: str
    requirements: tuple[Requirement, ...]
    materials: tuple[str, ...]  # descriptions of what it needs


class _Problem(Exception):
    """What is wrong with an answer."""


def read(kept: Kept, reply: Reply) -> Refined | Failure:
    """The refined request in a reply, the last if there are several; else why there is none."""
    found = calls.last(reply, _recognized)
    if isinstance(found, Failure):
        return found
    try:
        text = _text(found["request"])
        _hold(kept.item, text)
        labels = _labels(found.get("requirements")) | ({"length"} if sized(text) else set())  # what is counted counts
        materials = _materials(found.get("materials", ...))
    except _Problem as problem:
        return Failure(kind="unreadable", note=str(problem))
    requirements = tuple(kind for kind in REQUIREMENTS if kind in labels)
    return Refined(kept=kept, request=text, requirements=requirements, materials=materials)


def sized(request: str) -> bool:
    """Whether a request says how long the text or a part of it is to be; a number of items alone says that not."""
    return any(one.unit != "items" for one in demands(request))


def _recognized(value: Any) -> dict[str, Any] | None:
    """The answer in a JSON value, by keys that may be spelt in other ways."""
    if not isinstance(value, dict):
        return None
    keys = {key.strip().lower().replace(" ", "_"): said for key, said in value.items()}
    for other in ("refined_request", "query", "refined_query"):
        if other in keys:
            keys.setdefault("request", keys[other])
    return keys if isinstance(keys.get("request"), str) else None


def _text(said: str) -> str:
    """A text without control characters and without half ones, which would be written nowhere."""
    said = said.replace("\r\n", "\n").translate(_CONTROL)
    return said.encode("utf-8", "replace").decode().strip()


def _hold(item: Item, text: str) -> None:
    """Hold a refined request against its draft and what was drawn for it. Raises _Problem."""
    if not text:
        raise _Problem("the request is empty")
    if len(text) > (most := len(item.request) + LONGER[item.language]):
        raise _Problem(f"the request has {len(text):,} characters; {most:,} are enough")
    if calls.mark(item.request) in text or ("</request" in text and "</request" not in item.request):
        raise _Problem("the request holds the tags of the prompt")
    if (came := language(text)) not in {None, item.language, language(item.request)}:
        raise _Problem(f"the request is in {NAMES[came or item.language]}, not {NAMES[item.language]}: {text[:80]}")
    if ANSWER.match(text) and not ANSWER.match(item.request):
        raise _Problem(f"this is no request: {text[:80]}")
    about = _about(item.request)
    if len(about & _about(text)) < KEPT * len(about):
        raise _Problem(f"the request is about something else: {text[:80]}")
    if mix.has(item, "length") and not sized(text):
        raise _Problem("a length was drawn, and none can be found in the request")


def _about(text: str) -> set[str]:
    """What a text is made of: the beginnings of its longer words, its numbers, its pairs of Chinese characters."""
    found = set()
    for one in _UNIT.findall(text.lower()):
        if one[0].isascii():
            found.add(one[:_STEM])
        else:
            found |= {one[place : place + 2] for place in range(max(len(one) - 1, 1))}
    return found


def _labels(said: Any) -> set[Requirement]:
    """The requirements as an answer has them: a mapping to yes or no, or a list of those that are there."""
    if isinstance(said, list) and all(isinstance(one, str) for one in said):
        said = {kind: kind in {one.strip().lower() for one in said} for kind in REQUIREMENTS}
    if not isinstance(said, dict):
        raise _Problem(f"the requirements are {said!r:.80}")
    values = {str(key).strip().lower(): str(value).strip().lower() for key, value in said.items()}
    for kind in REQUIREMENTS:
        if values.get(kind) not in _YES | _NO:
            raise _Problem(f"it is not said whether there is a requirement of {kind}")
    return {kind for kind in REQUIREMENTS if values[kind] in _YES}


def _materials(said: Any) -> tuple[str, ...]:
    """The descriptions of material, each once and on one line."""
    if said is None or isinstance(said, str):
        said = [said or ""]
    if not isinstance(said, list):
        raise _Problem("there is no list of materials")
    found: dict[str, None] = {}
    for number, one in enumerate(said, start=1):
        text = one.get("description") if isinstance(one, dict) else one
        if not isinstance(text, str):
            raise _Problem(f"material {number} has no description")
        if len(text) > MATERIAL:
            raise _Problem(f"material {number} has {len(text):,} characters; it is to be described and not written")
        if (line := " ".join(_text(text).split())) and not _NOTHING.fullmatch(line):
            found[line] = None
    return tuple(found)[:MATERIALS]
