"""Which requests are nearly the same, where many may have been written into one form.

    "Write an article with these keywords.\\n[Topic]: Sociology\\n[Keywords]: …\\n1. It should be long enough."
        ->  "[Topic]: Sociology\\n[Keywords]: …"        where the other lines stand in ten requests or more

Requests are compared as `construct.alike` does, by all of their text and by their own words where they have material.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from writingbench.checks.material import split
from writingbench.construct.alike import Pair, normal, pairs

FORM = 10  # requests in which a line stands that belongs to a form
LEAST = 20  # characters that must be left to compare a request by less than all of it


def near(requests: Sequence[str], known: Sequence[str] = ()) -> Iterator[Pair]:
    """Every pair of requests that are alike, by their places; those with `known` ones, whose places come first, too.

    Known requests are not compared with each other. A pair may come twice: by all of the text, and by own words.
    """
    stands = Counter(line for text in (*known, *requests) for line in {normal(line) for line in text.splitlines()})
    every = [(place, bared(text, stands) or text) for place, text in enumerate((*known, *requests))]
    for place, text in enumerate(requests, start=len(known)):
        own = split(text).request_text
        if own != text and (left := bared(own, stands)):
            every.append((place, left))
    places, texts = zip(*every, strict=True) if every else ((), ())
    for pair in pairs(texts, stay=len(known)):
        earlier, later = sorted((places[pair.earlier], places[pair.later]))
        if earlier != later:
            yield Pair(earlier=earlier, later=later, share=pair.share)


def bared(text: str, stands: Mapping[str, int]) -> str:
    """A text without the lines that stand in `FORM` requests; "" where too little is left to compare it by."""
    own = "\n".join(line for line in text.splitlines() if stands[normal(line)] < FORM)
    return own if len(normal(own)) >= LEAST else ""
