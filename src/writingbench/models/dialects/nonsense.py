"""Reading answers that may be anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

import msgspec

from writingbench.records import Usage

T = TypeVar("T")


Price = Callable[[Usage], float | None]
"""What a call cost in US dollars, where that is known."""


def unknown(usage: Usage) -> None:
    """The price of a call that nobody has put a price on."""


class Nonsense(Exception):
    """The answer is not what the protocol says it is."""


def count(number: int | None) -> int:
    """A count of tokens, as a server has it: 0 where it does not say, or says what cannot be."""
    return max(number or 0, 0)


def decode(answer: bytes, decoder: msgspec.json.Decoder[T], what: str) -> T:
    """An answer as the record that `decoder` reads. Raises Nonsense when it is none."""
    try:
        try:
            return decoder.decode(answer)
        except msgspec.DecodeError:
            # half an emoji, where a limit on tokens cut one in two, is no reason to lose what was paid for
            return decoder.decode(json.dumps(json.loads(answer), ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Nonsense(f"the answer is not {what}: {error}") from error
