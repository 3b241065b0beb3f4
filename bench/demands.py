"""Measure how well demands on length are read out of requests: what docs/checks/length.md shows.

    python bench/demands.py           the three measurements, about ten seconds
    python bench/demands.py --list    also every request of LongBench-Write whose length is read otherwise
    python bench/demands.py --draw    the requests that were read by eye, with what is found in them

What was found in 50 requests with a published length label and in 50 without one was read by eye: demands.tsv says for
each how many demands were found and how many of them are wrong (no demand, or another unit, number or part). A request
in which something else is found today does not count until it is read again.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import msgspec

from writingbench.checks.length.demands import Demand, demands

DATA = Path(__file__).parents[2] / "shared/data"
READ = Path(__file__).with_name("demands.tsv")
SEED, DRAWN = 20, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What somebody saw in one request: `mark` stands for what was found in it then."""

    found: int
    wrong: int
    mark: str


def rows(path: Path) -> list[dict[str, object]]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines() if line.strip()]


def mark(found: Iterable[Demand]) -> str:
    """What stands for the demands of a request, without their words."""
    text = repr([(one.unit, one.min, one.max, one.part, one.each) for one in found])
    return f"{crc32(text.encode()):08x}"


def written(listed: bool) -> None:
    """LongBench-Write: the required length that its authors noted against what is read."""
    right, wrong = 0, []
    all_rows = rows(DATA / "longbench-write/longbench_write.jsonl")
    for row in all_rows:
        found = demands(str(row["prompt"]))
        whole = [one for one in found if one.part is None and one.unit in {"words", "characters"}]
        if len(whole) == 1 and row["length"] in {whole[0].min, whole[0].max}:
            right += 1
        else:
            wrong.append((row, found))
    stated = [row for row, _ in wrong if str(row["length"]) in str(row["prompt"])]
    print(f"LongBench-Write: the required length is read in {right} of {len(all_rows)} ({right / len(all_rows):.1%})")
    print(f"  of the other {len(wrong)}, {len(stated)} name it in figures (--list shows them)")
    for row, found in wrong if listed else []:
        seen = [(one.unit, one.min, one.max, one.part) for one in found]
        print(f"  {row['length']}: {seen} {str(row['prompt'])[:90]!r}")


def labelled() -> tuple[dict[int, str], set[int]]:
    """The official requests by index, and which of them have a published length label."""
    queries = {int(str(row["index"])): str(row["query"]) for row in rows(DATA / "official/benchmark_all.jsonl")}
    return queries, {int(str(row["index"])) for row in rows(DATA / "official/length_subset.jsonl")}


def older(known: Iterable[str]) -> tuple[list[str], list[str]]:
    """The requests of WritingBench v1 that v2 does not hold: with a published length label, and without one."""
    ends = {end for text in known for end in (text.strip()[:60], text.strip()[-60:])}
    kinds: dict[str, set[str]] = {}
    for kind in ("length", "style", "format"):
        for row in rows(DATA / f"official/v1/{kind}_subset.jsonl"):
            kinds.setdefault(str(row["query"]).strip(), set()).add(kind)
    new = {text: of for text, of in kinds.items() if text[:60] not in ends and text[-60:] not in ends}
    return [text for text, of in new.items() if "length" in of], [
        text for text, of in new.items() if "length" not in of
    ]


def drawn(queries: dict[int, str], of: Iterable[int]) -> list[int]:
    """The requests that are read by eye: the same 50 as long as the same have a demand."""
    order = sorted(of)
    random.Random(SEED).shuffle(order)
    return [index for index in order if demands(queries[index])][:DRAWN]


def readings() -> dict[int, Reading]:
    with READ.open(encoding="utf-8", newline="") as file:
        return {
            int(row["index"]): Reading(found=int(row["found"]), wrong=int(row["wrong"]), mark=row["mark"])
            for row in csv.DictReader(file, delimiter="\t")
        }


def eye(name: str, queries: dict[int, str], indices: list[int]) -> None:
    """How many of the demands that were read by eye are right."""
    read = readings() if READ.is_file() else {}
    same = [read[index] for index in indices if index in read and read[index].mark == mark(demands(queries[index]))]
    found, wrong = sum(one.found for one in same), sum(one.wrong for one in same)
    clean = sum(1 for one in same if not one.wrong)
    print(f"  {name}: {len(same)} of {len(indices)} requests read; {found - wrong} of {found} demands right", end="")
    print(f" ({(found - wrong) / found:.1%}), nothing wrong in {clean} requests" if found else "")


def show(queries: dict[int, str], indices: list[int]) -> None:
    for index in indices:
        text = queries[index]
        print(f"{index}\t{len(demands(text))}\t{mark(demands(text))}\t{len(text)} characters")
        for one in demands(text):
            around = text[max(0, one.span[0] - 50) : one.span[0]], text[one.span[1] : one.span[1] + 30]
            before, after = (part.replace("\n", " ") for part in around)
            part = f"{one.part!r}{' each' if one.each else ''}"
            print(f"    {one.unit} {one.min} {one.max} {part} | {before}[[{one.quote!r}]]{after}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="every request of LongBench-Write that is read otherwise")
    parser.add_argument("--draw", choices=["labelled", "other"], help="show the requests that are read by eye")
    asked = parser.parse_args()
    if not (DATA / "official/length_subset.jsonl").is_file():
        print(f"no data: {DATA.name} with official/ and longbench-write/ belongs beside the checkout")
        return
    queries, subset = labelled()
    other = set(queries) - subset
    if asked.draw:
        show(queries, drawn(queries, subset if asked.draw == "labelled" else other))
        return
    written(asked.list)
    for name, indices in (("with a length label", subset), ("without one", other)):
        having = [index for index in indices if demands(queries[index])]
        units = Counter(unit for index in having for unit in {one.unit for one in demands(queries[index])})
        print(f"official, {name}: a demand in {len(having)} of {len(indices)} ({len(having) / len(indices):.1%})")
        print("  " + ", ".join(f"{unit} {count}" for unit, count in units.most_common()))
        eye("by eye", queries, drawn(queries, indices))
    for name, texts in zip(("with a length label", "without one"), older(queries.values()), strict=True):
        having_one = sum(1 for text in texts if demands(text))
        print(f"v1, not in v2, {name}: a demand in {having_one} of {len(texts)} ({having_one / len(texts):.1%})")


if __name__ == "__main__":
    main()
