"""The JSON objects in a reply that hold a reason and a short value: strictly read where possible, else as nearly JSON.

    Shape("score").objects("{'reason': 'It's fine', 'score': 8}")  ->  ("", {"reason": "It's fine", "score": "8"})

Single quotes, quotation marks inside the reason that are not escaped, and full-width punctuation are read. What a
reason quotes is part of the reason, also where it is an object of the same shape. Nothing is ever evaluated as code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

QUOTES = "\"'“”‘’"
END = re.compile(r"\s{0,50},?\s{0,50}\}")
VALUE = re.compile(rf"[{QUOTES}]?([^{QUOTES},，}}\n]{{1,40}})[{QUOTES}]?\s{{0,50}}", re.IGNORECASE)
NAME = re.compile(rf"[{QUOTES}]?(\w[\w ]{{0,40}})[{QUOTES}]?\s{{0,50}}[:：]\s{{0,50}}$")

_strict = json.JSONDecoder(strict=False)  # not that strict: line breaks inside the reason


class Shape:
    """An object with the keys `reason` and `value`, in either order and in any case."""

    def __init__(self, value: str) -> None:
        self.value = value
        key = rf"\s{{0,50}}[{QUOTES}]?({value}|reason)[{QUOTES}]?\s{{0,50}}[:：]\s{{0,50}}"
        self._start = re.compile(r"\{" + key, re.IGNORECASE)
        self._more = re.compile(rf"\s{{0,50}}[,，]?{key}", re.IGNORECASE)
        self._reason_end = re.compile(rf"[{QUOTES}](?:\s{{0,50}},?\s{{0,50}}\}}|\s{{0,50}}[,，]{key})", re.IGNORECASE)

    def objects(self, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Those that have at least one of the two keys, in order, each with the key that it stands under, or ""."""
        position = text.find("{")
        while position != -1:
            try:
                value, end = _strict.raw_decode(text, position)
            except (ValueError, RecursionError):
                found, end = self._loose(text, position) or (None, position + 1)
                if found is not None:
                    name = NAME.search(text[max(0, position - 150) : position])
                    yield name[1] if name else "", found
            else:
                yield from self._within(value)
            position = text.find("{", end)

    def _within(self, value: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """`value` itself, its keys in any case, if it is such an object, else those directly inside it."""
        lower = {str(key).strip().lower(): inner for key, inner in value.items()}
        if self.value in lower or "reason" in lower:
            yield "", lower
            return
        for name, inner in value.items():
            if isinstance(inner, dict):
                keys = {str(key).strip().lower(): part for key, part in inner.items()}
                if self.value in keys:
                    yield name, keys

    def _loose(self, text: str, start: int) -> tuple[dict[str, Any] | None, int] | None:
        """An object of just these two that is nearly JSON, and where it ends."""
        opened = self._start.match(text, start)
        if not opened:
            return None
        found: dict[str, Any] = {}
        key, position = opened[1].lower(), opened.end()
        while True:
            if key == self.value:
                value = VALUE.match(text, position)
                if not value:
                    return None
                found[key], position = value[1].strip(), value.end()
            else:
                if position >= len(text) or text[position] not in QUOTES:
                    return None
                ended = self._ended(text, position + 1)
                if ended is None:
                    return None
                found[key], position = text[position + 1 : ended], ended + 1
            if (more := self._more.match(text, position)) and more[1].lower() not in found:
                key, position = more[1].lower(), more.end()
            elif end := END.match(text, position):
                return found, end.end()
            else:  # what the reason quotes is no verdict of the judge's: go on after it
                return (None, position) if "reason" in found else None

    def _ended(self, text: str, start: int) -> int | None:
        """Where a reason that is nearly JSON ends. What it quotes must have ended before, else all is reason."""
        quoted = self._start.search(text, start)
        depth, at = 0, quoted.start() if quoted else 0
        for ended in self._reason_end.finditer(text, start):
            end = ended.start()
            if not quoted or end <= quoted.start():
                return end
            depth += text.count("{", at, end) - text.count("}", at, end)
            at = end
            if depth <= 0:
                return end
        return len(text) if quoted else None
