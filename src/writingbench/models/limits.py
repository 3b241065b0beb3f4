"""What the headers of an answer say about when the next call is welcome."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

Headers = Mapping[str, str]

KINDS = ("requests", "tokens", "input-tokens", "output-tokens")
FAMILIES = (
    ("x-ratelimit-remaining-{}", "x-ratelimit-limit-{}", "x-ratelimit-reset-{}"),  # OpenAI and those who follow it
    ("anthropic-ratelimit-{}-remaining", "anthropic-ratelimit-{}-limit", "anthropic-ratelimit-{}-reset"),
)
HEADERS = tuple((kind, *(name.format(kind) for name in family)) for family in FAMILIES for kind in KINDS)
# The reset is when the whole allowance is there again, and it fills up evenly; a tenth of it is enough to go on with.
ENOUGH = 0.1

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)")


def retry_after(headers: Headers) -> float:
    """How many seconds a server wants us to wait (Retry-After in seconds or as a date, retry-after-ms); 0 if none."""
    if milliseconds := headers.get("retry-after-ms"):
        return _seconds(milliseconds) / 1000
    return _seconds(headers.get("Retry-After", ""))


def hold(headers: Headers, tokens: float) -> float:
    """How many seconds to send nothing because an allowance is used up; 0 while there is some left.

    `tokens` is what a call takes on average: an allowance of tokens is used up when it holds no more than that.
    """
    if not any("ratelimit" in name.lower() for name in headers):
        return 0.0
    longest = 0.0
    for kind, remaining, limit, reset in HEADERS:
        if (left := headers.get(remaining)) is None:
            continue
        need = 1.0 if kind == "requests" else max(tokens, 1.0)
        # some gateways send -1 for "no limit"
        if 0 <= _number(left) < need:
            whole = _number(headers.get(limit, ""))
            share = max(ENOUGH, need / whole) if whole > 0 else 1.0
            longest = max(longest, _seconds(headers.get(reset, "")) * min(1.0, share))
    return longest


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return -1.0
    return number if number == number else -1.0  # noqa: PLR0124 - "nan" is a float too


def _seconds(text: str) -> float:
    """Seconds from now: "30", "1.5", "6m0s", "12ms", an RFC 3339 time or an HTTP date; 0 for the past and nonsense."""
    text = text.strip()
    try:
        wanted = float(text)
    except ValueError:
        if (parts := DURATION.findall(text)) and "".join(map("".join, parts)) == text:
            wanted = sum(float(number) * UNITS[unit] for number, unit in parts)
        else:
            wanted = _until(text)
    return max(wanted, 0.0) if wanted < float("inf") else 0.0


def _until(text: str) -> float:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(text).timestamp() - time.time()
        except (ValueError, OverflowError, OSError):
            continue
    return 0.0
