"""Which passages somebody cut out of a text, by the text that came back."""

from __future__ import annotations

from collections.abc import Iterator

from writingbench.construct.item import Span

SURE = (200, 40, 6)  # characters by which it is found where a text goes on behind a passage that was cut
MOST = 1_000  # passages cut out of one text


def passages(whole: str, kept: str) -> tuple[tuple[Span, ...], int]:
    """The passages that `kept` lacks of `whole`, and how many characters of `kept` could be found there in order.

    All of them were found when `kept` is `whole` with passages cut out. What goes on behind a passage must be told by
    a few characters, or by the rest of a line: single letters stand in any text. Space alone is no passage.
    """
    cuts: list[Span] = []
    at = found = 0
    while len(cuts) <= MOST:
        while found < len(kept) and at < len(whole) and kept[found] == whole[at]:
            at, found = at + 1, found + 1
        if found == len(kept):
            cuts.append((at, len(whole)))
            break
        start = next((start for start in _places(whole, at, kept, found) if start >= 0), -1)
        if start < 0:
            break
        cuts.append((at, start))
        at = start
    return tuple((a, b) for a, b in cuts if whole[a:b].strip()), found


def _places(whole: str, at: int, kept: str, found: int) -> Iterator[int]:
    """Where `kept` may go on in `whole`, the surest first."""
    for size in SURE:
        if len(kept) - found >= size:
            yield whole.find(kept[found : found + size], at)
    end = kept.find("\n", found)
    if rest := kept[found:] if end < 0 else kept[found:end]:
        yield whole.find(f"{rest}\n", at)
        yield len(whole) - len(rest) if whole.endswith(rest) and len(whole) - len(rest) >= at else -1
    else:
        yield whole.find("\n", at)
