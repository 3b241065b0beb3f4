"""Criteria of a query that ask the same, and how few different things they ask."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from writingbench.criteria.lint.flaw import Flaw, flaw
from writingbench.criteria.lint.text import LONGEST, alike, cut, units
from writingbench.records import Criterion, Query

COPIED = 0.6  # of the pairs of words of two descriptions; no two published ones of a query share 0.3
NAMED = 0.8  # of the words of two names
SHARED = 0.26  # of the words of two criteria that are not the query's topic
LEAST = 4  # words of its own, below which a criterion cannot be compared like that
TOPIC = 3  # criteria that name a word make it the topic
FEWEST = 3  # different things that a query with at least four criteria should ask

_STEM = 6  # letters: assesses and assessment, practice and practical
_WORDS = re.compile(r"[a-z]+|[\u3400-\u4dbf\u4e00-\u9fff]+")
_SAID_BY_ALL = frozenset(
    "the an of to and or in on for with by as at is are be it its this that how well whethe which what from into their"
    " they them these those not no more while also than such evalua assess analyz measur examin consid effect respon"
    " includ demons qualit approp provid query".split()
)


def duplicate(query: Query) -> Iterator[Flaw]:
    """`duplicate`: two criteria with the same or nearly the same name or description."""
    for one, other in combinations(query.criteria, 2):
        names, texts = _same_name(one.name, other.name), alike(one.description, other.description)
        if names or texts >= COPIED:
            what = "name" if names else "description"
            how = "the same" if (names == 1.0 if names else texts == 1.0) else "nearly the same"
            yield flaw(query, other, "duplicate", f"{how} {what} as in {one.name!r}", cut(getattr(other, what)))


def overlap(query: Query) -> Iterator[Flaw]:
    """`overlap`: two criteria that share much of what they name, though not the wording."""
    for one, other, words in _overlapping(query):
        yield flaw(query, other, "overlap", f"much the same as {one.name!r}", ", ".join(sorted(words)[:12]))


def aspects(query: Query) -> Iterator[Flaw]:
    """`aspects`: few different things asked, when criteria that ask the same count once."""
    count = len(query.criteria)
    if count <= FEWEST:
        return
    group = list(range(count))
    names = [one.name for one in query.criteria]
    same = [(one.name, other.name) for one, other, _ in _overlapping(query)]
    same += [(query.criteria[a].name, query.criteria[b].name) for a, b in combinations(range(count), 2)
             if alike(query.criteria[a].description, query.criteria[b].description) >= COPIED]  # fmt: skip
    for one, other in same:
        old, new = group[names.index(other)], group[names.index(one)]
        group = [new if at == old else at for at in group]
    if (different := len(set(group))) < FEWEST:
        message = f"{count} criteria ask {different} different {'thing' if different == 1 else 'things'}"
        yield flaw(query, None, "aspects", message, cut("; ".join(names)))


def _same_name(one: str, other: str) -> float:
    """How much of two names is the same where that is nearly all, else 0."""
    ours, theirs = set(units(one.replace("_", " "))), set(units(other.replace("_", " ")))
    share = len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0
    return share if share >= NAMED else 0.0


def _overlapping(query: Query) -> Iterator[tuple[Criterion, Criterion, set[str]]]:
    """Pairs of criteria that share much beside the topic, with what they share.

    The topic is what at least three of them name.
    """
    found = [_words(f"{one.name} {one.description}") for one in query.criteria]
    named = Counter(word for words in found for word in words)
    topic = {word for word, times in named.items() if times >= TOPIC}
    own = [words - topic for words in found]
    for (at, one), (to, other) in combinations(enumerate(own), 2):
        if min(len(one), len(other)) >= LEAST and len(one & other) >= SHARED * len(one | other):
            yield query.criteria[at], query.criteria[to], one & other


def _words(text: str) -> set[str]:
    """Beginnings of English words, pairs of Chinese characters; not those that any criterion may have."""
    found: set[str] = set()
    for word in _WORDS.findall(text[:LONGEST].lower().replace("_", " ")):
        if word[0] >= "\u3400":
            found |= {word[at : at + 2] for at in range(len(word) - 1)}
        elif len(word) > 1:
            found.add(word[:_STEM])
    return found - _SAID_BY_ALL
