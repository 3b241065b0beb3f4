"""What can be known of a response without a judge: functions from (query, answer) to findings.

    "Write at least 800 words", 312 words      -> Finding(check="length", verdict="broken", counted=312, unit="words")
    "profit rose by 14%", nowhere in the material -> Finding(check="figures", verdict="found", span=(211, 214))

A demand that can be read out of the request is met or broken; what deserves a reader's eye without being demanded is
found. A check is a function in `CHECKS`; what it says stands in words/NAME.toml, in both languages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from writingbench.checks import completeness, figures, language, length, repetition, structure
from writingbench.records import Answer, Finding, Query

__all__ = ["CHECKS", "check"]

CHECKS: Mapping[str, Callable[[Query, Answer], list[Finding]]] = {
    "length": length.check,
    "structure": structure.check,
    "language": language.check,
    "figures": figures.check,
    "repetition": repetition.check,
    "completeness": completeness.check,
}


def check(query: Query, answer: Answer) -> list[Finding]:
    """What all checks find, in their order."""
    return [finding for one in CHECKS.values() for finding in one(query, answer)]
