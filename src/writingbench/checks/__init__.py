"""What can be known of a response without a judge: functions from (query, answer) to findings.

    "Write at least 800 words", 312 words      -> Finding(check="length", verdict="broken", counted=312, unit="words")
    "profit rose by 14%", nowhere in the material -> Finding(check="figures", verdict="found", span=(211, 214))

A demand that can be read out of the request is met or broken; what deserves a reader's eye without being demanded is
found. A check is a module with a function `check`, named here; what it says stands in words/NAME.toml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module

from writingbench.records import Answer, Finding, Query

__all__ = ["NAMES", "check", "functions"]

NAMES = ("length", "structure", "language", "figures", "repetition", "completeness")


@cache
def functions() -> Mapping[str, Callable[[Query, Answer], list[Finding]]]:
    """The checks by name. Their patterns take a third of a second to make ready: that waits until they are used."""
    return {name: import_module(f"writingbench.checks.{name}").check for name in NAMES}


def check(query: Query, answer: Answer) -> list[Finding]:
    """What all checks find, in their order."""
    return [finding for one in functions().values() for finding in one(query, answer)]
