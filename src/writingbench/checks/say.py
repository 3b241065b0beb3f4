"""Put a finding into words, in either language: what `note` says in a table, in JSON and on a page.

words/CHECK.toml has a sentence for each kind of finding, with the finding's own fields and facts in braces:

    short = { en = "{counted:,} {unit}, the request asks for {demand}", zh = "…" }
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from writingbench.records import Finding, Language

UNITS: Mapping[str, Mapping[Language, str]] = {
    "words": {"en": "words", "zh": "词"},
    "characters": {"en": "characters", "zh": "字"},
    "sentences": {"en": "sentences", "zh": "句"},
    "paragraphs": {"en": "paragraphs", "zh": "段"},
    "items": {"en": "items", "zh": "项"},
    "pages": {"en": "pages", "zh": "页"},
    "minutes": {"en": "minutes", "zh": "分钟"},
}


@cache
def _sentences(check: str) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((files("writingbench.checks.words") / f"{check}.toml").read_text("utf-8"))


def note(finding: Finding, language: Language = "en") -> str:
    """What a finding says, as one sentence. What the response or the request say in it stays in their language."""
    unit = UNITS.get(finding.unit or "", {}).get(language, finding.unit or "")
    values = {"demand": finding.demand, "counted": finding.counted, **finding.facts, "unit": unit}
    # the sentence is ours; what is filled in is not looked at for braces again
    return _sentences(finding.check)[finding.kind][language].format(**values)
