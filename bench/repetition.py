"""What the check for repetition finds, what it misses, and how repetition and variety run along real texts.

    python bench/repetition.py            everything that docs/checks/repetition.md shows, three or four minutes
    python bench/repetition.py --read     the findings that were read by eye, with their texts

It needs shared/data beside the checkout: responses of language models in English (`judge-scores`, with GPT-4o's marks)
and mostly in Chinese (`human-scores`). They are divided by query: limits were chosen on one half, the tables are of
the other. Repetition is planted into responses of which nothing was found; what is read by eye is found, not planted.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from time import process_time
from zlib import crc32

import numpy as np
from numpy.random import Generator
from scipy.stats import spearmanr

from writingbench.benchmark.size import tokens
from writingbench.checks.course import Level, average, course, levels
from writingbench.checks.passages import HAN, WORD, paragraphs, sentences
from writingbench.checks.repetition import CUSTOM, check, joined, thirds
from writingbench.checks.repetition.folded import Folded
from writingbench.checks.repetition.repeats import repeats, weight
from writingbench.records import Answer, Finding, Query

DATA = Path(__file__).parents[2] / "shared/data"
SETS = {"en": ("judge-scores", "judgements"), "zh": ("human-scores", "responses")}
LOOPS = "suri_7b"  # the one writer of many loops
PLANTED = 150  # responses of each language, at most

# findings that were read by eye, by `Response.key`, and those of them that are wrong
READ = """
a48668f9 91487257 95999b93 de6fd3a6 51499013 981d535b f85b77ea d830162a 83ea1076 912f604e 14713338 ecf6529a 026d26ee
9063aab6 17fd025c 17889213 fc724295 298ed265 16f1d15d 78bc6a36 38f1151d d8543aba ec4f4ba8 a0ea70b1 6fc35acd 71fd3fb0
6eb4568c d1378b6d 576d1e2a 563db54c b78d07f1 c3273ca0 79e6583b 0dea3bbd 3ff1c8d7 94246f47 15b56f32 a42c8c9d 3ebb42b3
84cecb94 af54ff3b fa30d26e 002a467b c9d7ff5f 60aca373 70f0ac7c 354ec0b0 3315c89f 7b392d40 3541b9d3 278b6d8e 977234d4
77996df7 ff99af05 2cbad298 036dca30 e0bf7b3a 55d4a7ad a76a8a63 b8191737 c31071a4 decc4c7d 5589c890 f939d1c0 921499ac
f81fa528 7998ac93 6b00680d 8e1c8486 2f9dfcb7 3a536699 746026e3 fe0d11d4 f67295ea a55fe6ba d9e80418 c064b3c8 b084f182
6f92d7e4 b47670ed 6f8dcf89 cb87d8f3 a519f0de 9b7588ba 1c92c470 50df36ae b7276715 c0d9efb4 903b7cee c61ac0b5 d2d40190
f43618e1 600adeb8 7f3fd799 aceab04d 645ab658 84423cb6 7ae300b8 2d75b2fd 2bb46fde cc48e4cd 900f361a d03229d2 0b7983b4
d4f844fc e823cdd0 d327528b c256c72c 9e4a6f26 2d395a23 01f530b2 2a829ccc eb080a3d 583e0d86 08dabb6c 6047eef5 b5cffc16
3ebea0c3 bc7bb8da bb326487 acf1ef37
"""
WRONG = """
91487257 ecf6529a fc724295 71fd3fb0 354ec0b0 e0bf7b3a a55fe6ba
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One response of a data set."""

    language: str
    query: Query
    id: str
    writer: str
    text: str
    mark: float | None  # GPT-4o's mean mark, 0 to 1

    @property
    def half(self) -> int:
        return crc32(self.id.encode()) % 2

    @property
    def findings(self) -> list[Finding]:
        return check(self.query, Answer(text=self.text))

    def key(self, finding: Finding) -> str:
        parts = (self.language, self.id, self.writer, finding.kind.split("_")[0], *finding.span)
        return blake2b(" ".join(map(str, parts)).encode(), digest_size=4).hexdigest()


def load(language: str) -> list[Response]:
    folder, name = SETS[language]
    queries = {row["id"]: row["query"] for row in _rows(DATA / folder / "queries.jsonl")}
    return [
        Response(
            language=language,
            query=Query(index=0, domain1="", domain2="", language="en", text=queries[row["id"]], criteria=()),
            id=row["id"],
            writer=row["model"],
            text=row["response"],
            mark=float(np.mean([one["score"] for one in row["marks"]])) if "marks" in row else None,
        )
        for row in _rows(DATA / folder / f"{name}.jsonl")
    ]


def _rows(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


ENDS = ".!?。！？"


def pick(text: str, spans: Sequence[tuple[int, int]], least: float, most: float, rng: Generator) -> str | None:
    """One passage of the first half that has so many words and is no heading, list or table."""
    half = [text[start:end] for start, end in spans if end < len(text) / 2]
    plain = [one for one in half if least <= weight(Folded(one).raw) <= most and one[0].isalnum() and "|" not in one]
    return str(rng.choice(plain)) if plain else None


def reworded(passage: str, share: float, source: str, rng: Generator) -> str:
    """The passage with a share of its words (Chinese: pairs of characters) taken from elsewhere in the text."""
    chinese = Folded(passage).chinese
    if chinese:
        characters = list(passage)
        pairs = [one + other for one, other in pairwise(source) if HAN.match(one) and HAN.match(other)]
        for at in range(0, len(characters) - 1, 2):
            if rng.random() < share and HAN.match(characters[at]) and HAN.match(characters[at + 1]):
                characters[at : at + 2] = str(rng.choice(pairs))
        return "".join(characters)
    words = [word for word in WORD.findall(source) if len(word) > 1 and word.isalpha()]
    return WORD.sub(lambda one: str(rng.choice(words)) if rng.random() < share else one[0], passage)


Planted = tuple[str, tuple[int, int]] | None


def put(text: str, passage: str, rng: Generator) -> Planted:
    """The text with a passage put in behind a sentence of its second half."""
    ends = [end for start, end in sentences(text) if end > len(text) / 2 and text[end - 1] in ENDS]
    if not ends:
        return None
    at = int(rng.choice(ends))
    lead = " " if WORD.match(passage) else ""
    return text[:at] + lead + passage + text[at:], (at + len(lead), at + len(lead) + len(passage))


def loop(times: int) -> Callable[[str, Generator], Planted]:
    def plant(text: str, rng: Generator) -> Planted:
        one = pick(text, sentences(text), 8, 30, rng)
        return put(text, " ".join([one] * times), rng) if one else None

    return plant


def phrases(text: str, rng: Generator) -> Planted:
    one = pick(text, sentences(text), 8, 30, rng)
    if not one:
        return None
    size = 8 if Folded(one).chinese else 5
    start, end = Folded(one).spans[0][0], Folded(one).spans[size - 1][1]
    return put(text, ", ".join([one[start:end]] * 10), rng)


def counter(text: str, rng: Generator) -> Planted:
    one = pick(text, sentences(text), 8, 30, rng)
    if not one:
        return None
    label = "第{}步：" if Folded(one).chinese else "Step {}: "
    return put(text, "\n".join(label.format(number) + one for number in range(1, 7)), rng)


def again(share: float, least: float, most: float, *, paragraph: bool) -> Callable[[str, Generator], Planted]:
    def plant(text: str, rng: Generator) -> Planted:
        one = pick(text, paragraphs(text) if paragraph else sentences(text), least, most, rng)
        if not one:
            return None
        changed = reworded(one, share, text, rng) if share else one
        if not paragraph:
            return put(text, changed, rng)
        spans = [span for span in paragraphs(text) if span[0] > len(text) / 2]
        at = spans[int(rng.integers(len(spans)))][0] if spans else len(text)
        return text[:at] + changed + "\n\n" + text[at:], (at, at + len(changed))

    return plant


def degraded(share: float) -> Callable[[str, Generator], Planted]:
    """A second half in which a share of the words is drawn from the thirty that are most frequent in the text."""

    def plant(text: str, rng: Generator) -> Planted:
        if tokens(text) < 1600:
            return None
        half = len(text) // 2
        folded = Folded(text)
        if folded.chinese:
            pairs = Counter(a + b for a, b in pairwise(text) if HAN.match(a) and HAN.match(b))
            common = [pair for pair, _ in pairs.most_common(30)]
            characters = list(text)
            for at in range(half, len(text) - 1, 2):
                if rng.random() < share and HAN.match(text[at]) and HAN.match(text[at + 1]):
                    characters[at : at + 2] = str(rng.choice(common))
            return "".join(characters), (half, len(text))
        common = [word for word, _ in Counter(WORD.findall(text)).most_common(30)]
        return text[:half] + WORD.sub(
            lambda one: str(rng.choice(common)) if rng.random() < share else one[0], text[half:]
        ), (half, len(text))

    return plant


PLANTS: dict[str, tuple[set[str], Callable[[str, Generator], Planted]]] = {
    "a sentence five times in a row": ({"loop", "counter"}, loop(5)),
    "a sentence three times in a row": ({"loop", "counter", "sentence"}, loop(3)),
    "five words (eight characters) ten times in a row": ({"loop"}, phrases),
    "six steps that say the same": ({"counter"}, counter),
    "a sentence of 12 words or more again": (
        {"sentence", "sentence_alike", "paragraph"},
        again(0, 12, 60, paragraph=False),
    ),
    "a sentence of 16 or more, every tenth word another": (
        {"sentence", "sentence_alike"},
        again(0.1, 16, 60, paragraph=False),
    ),
    "a paragraph again": ({"paragraph"}, again(0, 30, 300, paragraph=True)),
    "a paragraph, every tenth word another": ({"paragraph_alike"}, again(0.1, 30, 300, paragraph=True)),
    "a paragraph, every fifth word another": ({"paragraph_alike"}, again(0.2, 30, 300, paragraph=True)),
    "second half: three words in ten out of thirty": ({"variety"}, degraded(0.3)),
    "second half: half of the words out of thirty": ({"variety"}, degraded(0.5)),
}


def found(response: Response, text: str, span: tuple[int, int], kinds: set[str]) -> bool:
    return any(
        one.kind in kinds and one.span[0] < span[1] and span[0] < one.span[1]
        for one in check(response.query, Answer(text=text))
    )


def recall(sets: dict[str, list[Response]], seed: int) -> None:
    clean = {
        language: [
            one
            for one in responses
            if one.half == 1 and tokens(one.text) >= 500 and not CUSTOM.search(one.query.text) and not one.findings
        ]
        for language, responses in sets.items()
    }
    print("\n## Planted into responses of which nothing was found (the other half)\n")
    print("| | English | Chinese |\n|---|--:|--:|")
    for name, (kinds, plant) in PLANTS.items():
        cells = []
        for responses in clean.values():
            rng = np.random.default_rng(seed)
            hits = []
            for number in rng.permutation(len(responses)):
                one = responses[number]
                if len(hits) < PLANTED and (planted := plant(one.text, rng)):
                    hits.append(found(one, *planted, kinds))
            cells.append(f"{np.mean(hits):.0%} of {len(hits)}")
        print(f"| {name} | {' | '.join(cells)} |")


def limits(sets: dict[str, list[Response]], seed: int) -> None:
    print("\n## Decline of variety: first third less last third\n")
    print("| | texts | median | 95th | 99th | most | told at 0.06 | 0.08 | 0.10 | 0.12 |\n|---|" + "--:|" * 9)
    for half, title in ((0, "chosen on"), (1, "the other half")):
        for language, responses in sets.items():
            rng = np.random.default_rng(seed)
            long = [one for one in responses if one.half == half and one.writer != LOOPS and tokens(one.text) >= 1500]
            texts = {"as written": [one.text for one in long]}
            for share in (0.3, 0.5):
                made = [degraded(share)(one.text, rng) for one in long]
                texts[f"second half degraded by {share}"] = [one[0] for one in made if one]
            for name, written in texts.items():
                means = [one for text in written if (one := thirds(Folded(text)))]
                falls = np.array([early - late for early, late in means])
                told = " | ".join(f"{np.mean(falls >= limit):.1%}" for limit in (0.06, 0.08, 0.10, 0.12))
                quantiles = " | ".join(f"{one:.3f}" for one in np.quantile(falls, [0.5, 0.95, 0.99, 1]))
                print(f"| {title}, {language}, {name} | {len(falls)} | {quantiles} | {told} |")


def to_read(sets: dict[str, list[Response]], seed: int) -> list[tuple[Response, Finding]]:
    """All findings in Chinese; of the other half in English, all but the looping writer's, and forty of that one's."""
    chosen = [(one, finding) for one in sets["zh"] for finding in one.findings]
    english = [(one, finding) for one in sets["en"] if one.half == 1 for finding in one.findings]
    chosen += [(one, finding) for one, finding in english if one.writer != LOOPS]
    loops = [(one, finding) for one, finding in english if one.writer == LOOPS and finding.kind != "share"]
    return chosen + [loops[number] for number in sorted(np.random.default_rng(seed).permutation(len(loops))[:40])]


def show(chosen: Sequence[tuple[Response, Finding]]) -> None:
    for response, finding in chosen:
        print(response.key(finding), response.writer, finding.kind, finding.counted, dict(finding.facts))
        start, end = finding.span
        print("   ", " ".join(response.text[start : min(end, start + 300)].split()))


def precision(chosen: Sequence[tuple[Response, Finding]]) -> None:
    print("\n## Read by eye\n\n| | findings | read | right |\n|---|--:|--:|--:|")
    read, wrong = set(READ.split()), set(WRONG.split())
    rows: dict[str, list[str]] = {}
    for response, finding in chosen:
        group = "Chinese set" if response.language == "zh" else LOOPS if response.writer == LOOPS else "other English"
        for name in (group, finding.kind, "all"):
            rows.setdefault(name, []).append(response.key(finding))
    for name, keys in sorted(rows.items()):
        known = [key for key in keys if key in read]
        right = [key for key in known if key not in wrong]
        print(f"| {name} | {len(keys)} | {len(known)} | {len(right)} ({len(right) / max(1, len(known)):.0%}) |")


def rates(sets: dict[str, list[Response]]) -> None:
    print("\n## Responses with findings (the other half)\n\n| kind | English | its looping writer | Chinese |")
    print("|---|--:|--:|--:|")
    columns = [
        [{finding.kind for finding in one.findings} for one in responses if one.half == 1 and keep(one)]
        for responses, keep in (
            (sets["en"], lambda one: one.writer != LOOPS),
            (sets["en"], lambda one: one.writer == LOOPS),
            (sets["zh"], lambda one: True),
        )
    ]
    for kind in sorted({kind for column in columns for kinds in column for kind in kinds}):
        cells = [f"{sum(kind in kinds for kinds in column) / len(column):.1%}" for column in columns]
        print(f"| {kind} | {' | '.join(cells)} |")
    cells = [f"{sum(map(bool, column)) / len(column):.1%} of {len(column)}" for column in columns]
    print(f"| any | {' | '.join(cells)} |")


def share(response: Response) -> float:
    """The share of a response that says something again."""
    spans = [span for one in repeats(Folded(response.text), response.query.text) for span in one.again]
    return sum(end - start for start, end in joined(spans)) / max(1, len(response.text))


def marks(responses: Sequence[Response]) -> None:
    print("\n## Repetition and GPT-4o's marks (English, all responses)\n")
    print("| responses | n | rho: share, mark | p | rho within a query | mean mark: none, up to 5%, up to 20%, more |")
    print("|---|--:|--:|--:|--:|---|")
    shares = {id(one): share(one) for one in responses}
    ease: dict[str, list[float]] = {}
    for one in responses:
        ease.setdefault(one.id, []).append(one.mark or 0.0)
    groups: dict[str, Callable[[Response], bool]] = {
        "all": lambda one: True,
        "without the looping writer": lambda one: one.writer != LOOPS,
        "of the looping writer": lambda one: one.writer == LOOPS,
        "1,500 tokens and more": lambda one: tokens(one.text) >= 1500,
        "the same without the looping writer": lambda one: tokens(one.text) >= 1500 and one.writer != LOOPS,
    }
    for name, keep in groups.items():
        kept = [one for one in responses if keep(one)]
        said = np.array([shares[id(one)] for one in kept])
        given = np.array([one.mark for one in kept], dtype=float)
        against = given - np.array([np.mean(ease[one.id]) for one in kept])
        rho, p = spearmanr(said, given)
        bins = [given[(said > low) & (said <= high)] for low, high in ((-1, 0), (0, 0.05), (0.05, 0.2), (0.2, 1))]
        means = ", ".join(f"{one.mean():.2f} ({len(one)})" if len(one) else "–" for one in bins)
        print(f"| {name} | {len(kept)} | {rho:.2f} | {p:.1g} | {spearmanr(said, against)[0]:.2f} | {means} |")


def curves(sets: dict[str, list[Response]], seed: int) -> None:
    groups = {
        "English": sets["en"],
        "English, without the looping writer": [one for one in sets["en"] if one.writer != LOOPS],
        "Chinese": sets["zh"],
    }
    for name, responses in groups.items():
        courses = [course(one.text) for one in responses]
        rhos = [
            float(spearmanr([one.start for one in windows], values)[0])
            for windows in courses
            if len(windows) >= 4 and len(set(values := [one.repetition for one in windows])) > 1
        ]
        print(f"\n## The curve: {name}\n")
        print(
            f"Position and repetition within a response of four windows and more: mean rho {np.mean(rhos):.2f}", end=""
        )
        print(f" over {len(rhos)} in which any repetition differs.\n")
        print("| from token | responses | repetition | the same ones' first window | variety | mean mark |")
        print("|--:|--:|--:|--:|--:|--:|")
        for number, place in enumerate(average(courses, seed=seed)):
            there = [number < len(windows) for windows in courses]
            if place.repetition is None or place.repetition.n < 8:
                break
            first = levels([[w[0].repetition] for w, reaches in zip(courses, there, strict=True) if reaches])[0]
            given = [one.mark for one, reaches in zip(responses, there, strict=True) if reaches]
            assert first and place.variety
            print(
                f"| {place.start:,} | {place.repetition.n:,} | {interval(place.repetition, '.1%')} | {first.mean:.1%} "
                f"| {interval(place.variety, '.3f')} | {np.mean(given):.2f} |"
                if given[0] is not None
                else f"| {place.start:,} | {place.repetition.n:,} | {interval(place.repetition, '.1%')} "
                f"| {first.mean:.1%} | {interval(place.variety, '.3f')} | – |"
            )


def interval(level: Level, form: str) -> str:
    low, high = (format(one, form) if one is not None else "" for one in (level.low, level.high))
    return f"{level.mean:{form}} ({low} to {high})"


def speed(sets: dict[str, list[Response]]) -> None:
    print("\n## Time on one core\n\n| | texts | median | slowest |\n|---|--:|--:|--:|")
    for language, responses in sets.items():
        near = [one for one in responses if 2500 <= tokens(one.text) <= 3500]
        print(f"| {language}, 2,500 to 3,500 tokens | {len(near)} | {timed([(one.query, one.text) for one in near])} |")
    rng = np.random.default_rng(0)
    hostile = {
        "two characters at random": "".join(rng.choice(list("甲乙"), 100_000)),
        "five words at random": " ".join(rng.choice("alpha beta gamma delta epsilon.".split(), 18_000)),
        "one paragraph 600 times, one word another": "\n".join(
            f"The quick brown fox jumps over the lazy dog and sleeps in the sun of {word} until the birds fall silent, "
            "and nobody in the village knows how long that may be this time."
            for word in rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 600)
        ),
        "one character": "第" * 100_000,
        "periods of two to eight": "".join("春夏秋冬东南西北中"[: 2 + number % 7] * 4 for number in range(5000)),
    }
    blank = sets["en"][0].query
    for name, text in hostile.items():
        print(f"| 100 KB: {name} | 1 | {timed([(blank, text)])} |")


def timed(cases: Sequence[tuple[Query, str]]) -> str:
    took = []
    for query, text in cases:
        begun = process_time()
        check(query, Answer(text=text))
        took.append(1000 * (process_time() - begun))
    return f"{np.median(took):.1f} ms | {max(took):.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--read", action="store_true", help="print the findings that were read by eye")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    if not all((DATA / folder).is_dir() for folder, _ in SETS.values()):
        print("shared/data is not beside this checkout: nothing to measure on")
        return
    sets = {language: load(language) for language in SETS}
    if chosen.read:
        show(to_read(sets, chosen.seed))
        return
    recall(sets, chosen.seed)
    limits(sets, chosen.seed)
    rates(sets)
    precision(to_read(sets, chosen.seed))
    marks(sets["en"])
    curves(sets, chosen.seed)
    speed(sets)


if __name__ == "__main__":
    main()
