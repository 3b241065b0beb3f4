"""Measure which requests are taken for the same: the size of the runs, the thresholds, what MinHash misses, the time.

    python bench/alike.py              what docs/construct/draft.md shows, about two minutes on two cores
    python bench/alike.py --top 50     the pairs of official requests that are most alike, to be judged by eye

Same: edits of the official requests' own words (a name, number or date changed, sentences in another order, a polite
opening, one word in ten and one in five replaced by others of the same text, a sentence more or less, and four of these
at once). Different: pairs of different official requests of one subdomain, and of all, less those that are one request
by eye (SAME). For what is known already: edits of requests without material, against these requests with the material
of another behind or before them, as far as that can be told from the request.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash, RMinHashLSH
from scipy.sparse import csr_array

from writingbench.benchmark import load, named
from writingbench.checks.material import split
from writingbench.construct import alike
from writingbench.records import Language, Query

DATA = Path(__file__).parents[2] / "shared/data/official"
LEAST, MOST = 20, 2000  # characters of a request's own words; drafts are no longer
SIZES: dict[Language, tuple[int, ...]] = {"en": (4, 5, 6, 8, 10), "zh": (2, 3, 4, 5)}
LEVELS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)

# of the 50 most alike pairs of each language those that ask for the same once more, by eye: mostly reworded in v2
SAME = frozenset(
    map(frozenset, (
        (379, 697), (334, 679), (54, 564), (157, 587), (377, 696), (382, 698), (426, 757), (309, 722), (24, 953),
        (393, 701), (166, 982), (148, 585), (590, 687),
        (388, 699), (260, 715), (304, 665), (367, 693), (327, 675), (346, 683), (391, 700), (347, 348),
    ))
)  # fmt: skip
ANNOUNCED: dict[Language, tuple[str, ...]] = {
    "en": ("Reference material:", "The material is as follows:", "Please base it on the following text:"),
    "zh": ("参考资料：", "材料如下：", "请参考以下内容："),
}

Floats = NDArray[np.float64]
Rng = np.random.Generator
Edit = Callable[[str, Language, Rng, str], str | None]

SENTENCE = re.compile(r".+?(?:[.!?;]+(?=\s|$)|[。！？；]+|\n+|$)", re.DOTALL)
WORD = re.compile(r"[A-Za-z][A-Za-z'’-]{2,}|[\u4e00-\u9fff]{2}")
DETAIL = re.compile(r"\d[\d,.]*|(?<=[a-z,] )[A-Z][a-z]+|[“\"'《「][^”\"'》」\n]{2,30}[”\"'》」]")
OPENINGS = {
    "en": ("Hello, I was wondering whether you could help me with something. ", "Hi there! I hope you are well. "),
    "zh": ("您好，想麻烦您帮我一个忙。", "你好！打扰一下，有件事想请你帮忙："),
}


# edits: of a text, with another request to take words from; None where there is nothing to edit


def detail(text: str, language: Language, rng: Rng, other: str) -> str | None:
    found = list(DETAIL.finditer(text))
    if not found:
        return None
    place = found[rng.integers(len(found))]
    if place[0][0].isdigit():
        new = str(rng.integers(1, 3000))
    else:
        names = [one[0] for one in DETAIL.finditer(other) if not one[0][0].isdigit()]
        new = str(rng.choice(names)) if names else ("Riverside" if language == "en" else "青石镇")
    return text[: place.start()] + new + text[place.end() :]


def order(text: str, language: Language, rng: Rng, other: str) -> str | None:
    found = sentences(text)
    return " ".join(found[place] for place in rng.permutation(len(found))) if len(found) > 1 else None


def opening(text: str, language: Language, rng: Rng, other: str) -> str | None:
    return str(rng.choice(OPENINGS[language])) + text


def words(text: str, language: Language, rng: Rng, other: str, share: float = 0.1) -> str | None:
    found = list(WORD.finditer(text))
    if len(found) < 1 / share:
        return None
    for place in sorted(rng.choice(len(found), round(share * len(found)), replace=False), reverse=True):
        new = found[rng.integers(len(found))][0]
        text = text[: found[place].start()] + new + text[found[place].end() :]
    return text


def more_words(text: str, language: Language, rng: Rng, other: str) -> str | None:
    return words(text, language, rng, other, 0.2)


def sentence(text: str, language: Language, rng: Rng, other: str) -> str | None:
    found, others = sentences(text), sentences(other)
    if len(found) > 2 and rng.integers(2):
        del found[rng.integers(len(found))]
    else:
        found.insert(rng.integers(len(found) + 1), others[rng.integers(len(others))][:200])
    return " ".join(found)


def four(text: str, language: Language, rng: Rng, other: str) -> str | None:
    for edit in (detail, words, sentence, opening):
        text = edit(text, language, rng, other) or text
    return text


EDITS: dict[str, Edit] = {
    "a detail": detail, "another order": order, "an opening": opening, "1 word in 10": words, "1 word in 5": more_words,
    "a sentence": sentence, "four at once": four,
}  # fmt: skip


def sentences(text: str) -> list[str]:
    return [found for one in SENTENCE.finditer(text) if (found := one[0].strip())]


# comparing many with many


class Sets:
    """Sets of runs as rows of a matrix; all of one measurement share its columns."""

    def __init__(self, *texts: Sequence[str], size: int) -> None:
        columns: dict[str, int] = {}
        sets = [
            [[columns.setdefault(run, len(columns)) for run in alike.runs(one, size)] for one in some] for some in texts
        ]
        self.rows = [self._matrix(some, len(columns)) for some in sets]
        self.sizes = [np.array([len(one) for one in some]) for some in sets]

    @staticmethod
    def _matrix(sets: Sequence[Sequence[int]], width: int) -> csr_array:
        columns = np.concatenate([np.array(one) for one in sets])
        starts = np.cumsum([0, *(len(one) for one in sets)])
        return csr_array((np.ones(len(columns), np.int32), columns, starts), shape=(len(sets), width))

    def alike(self, one: int, other: int) -> Floats:
        """How alike every row of one is with every row of the other."""
        common = (self.rows[one] @ self.rows[other].T).toarray()
        return np.asarray(common / (self.sizes[one][:, None] + self.sizes[other][None] - common))


class Measured:
    """What is measured in one language."""

    def __init__(self, queries: Sequence[Query], language: Language, seed: int) -> None:
        rng = np.random.default_rng(seed)
        pairs = [(one, split(one.text).request_text) for one in queries if one.language == language]
        pairs = [(one, own) for one, own in pairs if LEAST <= len(own) <= MOST]
        self.language = language
        self.queries, self.own = [one for one, _ in pairs], [own for _, own in pairs]
        self.starter = [
            split(one.text).request_text for one in named("starter", Path).queries if one.language == language
        ]
        self.edits: dict[str, list[tuple[int, str]]] = {}
        for name, edit in EDITS.items():
            made = [edit(own, language, rng, self.own[rng.integers(len(self.own))]) for own in self.own]
            self.edits[name] = [(place, text) for place, text in enumerate(made) if text is not None]
        apart = [(a, b) for a, b in combinations(range(len(self.own)), 2) if not self._same(a, b)]
        self.apart = np.array(apart).T
        self.near = np.array([self.queries[a].domain2 == self.queries[b].domain2 for a, b in apart])

    def _same(self, one: int, other: int) -> bool:
        return frozenset((self.queries[one].index, self.queries[other].index)) in SAME

    def compare(self, size: int) -> None:
        """Take all similarities with runs of one size."""
        texts = [text for some in self.edits.values() for _, text in some]
        self.of = np.array([place for some in self.edits.values() for place, _ in some])
        self.kinds = np.repeat(list(self.edits), [len(some) for some in self.edits.values()])
        sets = Sets(self.own, texts, self.starter, size=size)
        self.same = sets.alike(1, 0)[np.arange(len(self.of)), self.of]
        self.different = sets.alike(0, 0)[tuple(self.apart)]
        self.in_starter = sets.alike(2, 0)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table as docs/construct/draft.md shows it."""
    for row in (head, ["---", *["--:"] * (len(head) - 1)], *rows):
        print(f"| {' | '.join(row)} |")
    print()


def share(value: float) -> str:
    return f"{value:.1%}"


def sizes(languages: Sequence[Measured]) -> None:
    """What runs of other sizes would find at ALIKE, and what they would take wrongly."""
    rows = []
    for one in languages:
        for size in SIZES[one.language]:
            one.compare(size)
            found, highest = float(np.mean(one.same >= alike.ALIKE)), one.different.max()
            wrong = int((one.different >= alike.ALIKE).sum())
            rows.append(
                (f"{one.language} {size}", share(found), f"{wrong} of {len(one.different):,}", f"{highest:.2f}")
            )
        one.compare(alike.RUN[one.language])
    head = (f"characters of a run, at {alike.ALIKE}", "recall", "wrong of all pairs", "highest of these")
    table(head, rows)


def precision(same: NDArray[np.bool_], wrong: int) -> str:
    right = int(same.sum())
    return share(right / (right + wrong)) if right + wrong else "–"


def thresholds(languages: Sequence[Measured]) -> None:
    """What each threshold finds, and what it takes wrongly."""
    rows = []
    for level in LEVELS:
        row = [f"{level:.2f}"]
        for one in languages:
            wrong, near = one.different >= level, one.different[one.near] >= level
            row += [precision(one.same >= level, int(near.sum())), share(float(np.mean(one.same >= level)))]
            row += [f"{wrong.sum()} of {len(wrong):,}"]
        rows.append(row)
    head = [f"{one.language}: {what}" for one in languages for what in ("precision", "recall", "wrong of all pairs")]
    table(("alike from", *head), rows)
    rows = []
    for kind in EDITS:
        row = [kind]
        for one in languages:
            mine = one.kinds == kind
            row += [f"{mine.sum()}", share(float(np.mean(one.same[mine] >= alike.ALIKE)))]
        rows.append(row)
    table((f"at {alike.ALIKE}", *(f"{one.language}: {what}" for one in languages for what in ("edits", "found"))), rows)
    for one in languages:
        print(f"{one.language}: the starter set is at most {one.in_starter.max():.2f} alike with the official one")
    print()


def with_material(languages: Sequence[Measured], seed: int) -> None:
    """Whether a draft is found in a query that has material: the query's own words have to be told from that."""
    rng = np.random.default_rng(seed)
    rows = []
    for one in languages:
        bare = [place for place, query in enumerate(one.queries) if not split(query.text).has_material]
        pasted = [found.material_text for query in one.queries if (found := split(query.text)).has_material]
        edits = [(place, text) for some in one.edits.values() for place, text in some if place in set(bare)]
        row = [one.language, f"{len(edits)} of {len(bare)}", _found(edits, dict(enumerate(one.own)))]
        for way in ("{request}\n{said}\n\n{material}", "{request}\n\n{material}", "{material}\n\n{request}"):
            told = {}
            for place in bare:
                said, material = rng.choice(ANNOUNCED[one.language]), pasted[rng.integers(len(pasted))]
                told[place] = split(way.format(request=one.own[place], said=said, material=material)).request_text
            row.append(_found(edits, told))
        rows.append(row)
    table(("", "edits of requests", "without material", "announced, behind", "behind", "before"), rows)


def _found(edits: Sequence[tuple[int, str]], known: Mapping[int, str]) -> str:
    return share(float(np.mean([alike.similarity(text, known[place]) >= alike.ALIKE for place, text in edits])))


def minhash(languages: Sequence[Measured]) -> None:
    """How many of the pairs that are alike MinHash brings together, against all pairs."""
    for one in languages:
        texts = [*one.own, *(text for some in one.edits.values() for _, text in some)]
        size = alike.RUN[one.language]
        similar = np.triu(Sets(texts, size=size).alike(0, 0), 1)
        index = RMinHashLSH(threshold=alike.ALIKE, num_perm=alike.HASHES, num_bands=alike.BANDS)
        sets = [list(alike.runs(one, size)) for one in texts]
        sketches = RMinHash.from_token_sets(sets, num_perm=alike.HASHES, seed=alike.SEED)
        index.insert_many(sketches)
        together = np.zeros(similar.shape, dtype=bool)
        for place, found in enumerate(index.query_all(sketches)):
            near = [other for other in found if sketches[place].jaccard(sketches[other]) >= alike.ALIKE - alike.SLACK]
            together[place, near] = True
        parts = []
        for low, high in ((alike.ALIKE, alike.ALIKE + 0.1), (alike.ALIKE + 0.1, 1.01)):
            pairs = (similar >= low) & (similar < high)
            parts.append(f"{(together & pairs).sum():,} of {pairs.sum():,} from {low:.2f} to {min(high, 1):.2f}")
        tried = int(np.triu(together, 1).sum())
        print(f"MinHash, {one.language}: {' and '.join(parts)}; {tried:,} of {similar.size // 2:,} pairs are verified")
    print()


def pace(languages: Sequence[Measured], seed: int) -> None:
    """How long it takes with many requests."""
    rng = np.random.default_rng(seed)
    pool = [found for one in languages for own in one.own for found in [sentences(own)] if len(found) > 1]

    def mixed() -> str:
        some = [*pool[rng.integers(len(pool))], *pool[rng.integers(len(pool))]]
        return " ".join(some[place] for place in rng.permutation(len(some)))[: rng.integers(100, 600)]

    texts = [mixed() for _ in range(24_000)]
    known = [
        text for one in languages for query in one.queries for text in (query.text, split(query.text).request_text)
    ]
    start = time.process_time()
    found = alike.duplicates([*known, *texts], stay=len(known))
    leaks = sum(one.earlier < len(known) for one in found)
    seconds = time.process_time() - start
    print(
        f"{len(texts):,} requests of {np.mean([len(one) for one in texts]):.0f} characters, {len(known) // 2:,} known:"
    )
    print(f"{leaks:,} alike with a known one, {len(found) - leaks:,} with one before; {seconds:.0f} s of one core")


def top(languages: Sequence[Measured], count: int) -> None:
    for one in languages:
        one.compare(alike.RUN[one.language])
        print(f"{one.language}: different by SAME, most alike first")
        for place in np.argsort(-one.different)[:count]:
            a, b = (int(side[place]) for side in one.apart)
            first, second = one.queries[a], one.queries[b]
            print(f"{one.different[place]:.3f} {first.index} {second.index} {first.domain2} | {second.domain2}")
            for text in (one.own[a], one.own[b]):
                print(f"      {' '.join(text.split())[:400]}")


def main() -> None:
    """Do what is asked."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--top", type=int, default=0)
    chosen = options.parse_args()
    if not chosen.data.is_dir():
        print(f"{chosen.data}: the official data is not there; name its folder with --data")
        return
    queries = load(chosen.data / "benchmark_all.jsonl", criteria=None).queries
    languages = [Measured(queries, language, chosen.seed) for language in SIZES]
    if chosen.top:
        top(languages, chosen.top)
        return
    for one in languages:
        edits, near = sum(len(some) for some in one.edits.values()), int(one.near.sum())
        print(f"{one.language}: {len(one.own)} requests, {edits:,} edits, {near:,} different pairs of a subdomain")
    print()
    sizes(languages)
    thresholds(languages)
    with_material(languages, chosen.seed)
    minhash(languages)
    pace(languages, chosen.seed)


if __name__ == "__main__":
    main()
