"""How often a judge's reason is called contradicted, on 10,120 real reasons of GPT-4o (judge-scores).

    python bench/contradictions.py [--show]

These requests state no length, so claims of length can only be contradicted where a reason states one of its own.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import msgspec

from writingbench.checks.contradictions import contradictions
from writingbench.checks.review import Reviewer
from writingbench.checks.say import note
from writingbench.records import Answer, Query, Verdict

DATA = Path(__file__).parents[2] / "shared/data/judge-scores"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true", help="print each of them")
    show = parser.parse_args().show
    if not DATA.is_dir():
        sys.exit(f"needs the shared data in {DATA}")
    rows = [msgspec.json.decode(line) for line in (DATA / "queries.jsonl").read_bytes().splitlines()]
    queries = {
        row["id"]: Query(index=n, domain1="", domain2="", language="en", text=row["query"], criteria=())
        for n, row in enumerate(rows)
    }
    judged = [msgspec.json.decode(line) for line in (DATA / "judgements.jsonl").read_bytes().splitlines()]
    kinds: Counter[str] = Counter()
    reasons = about = 0
    with Reviewer() as reviewer:
        pairs = [(queries[row["id"]], Answer(text=row["response"])) for row in judged]
        reviewer.prepare(pairs)
        for row, pair in zip(judged, pairs, strict=True):
            findings = reviewer.one(*pair).findings
            for mark in row["marks"]:
                reasons += 1
                about += "word" in mark["reason"].lower() or "length" in mark["reason"].lower()
                verdict = Verdict(score=5, reason=mark["reason"] or "-")
                for one in contradictions(pair[1], findings, "c", verdict):
                    kinds[one.kind] += 1
                    if show:
                        print(f"{row['id']} {row['model']}: {note(one)}")
    print(f"{reasons:,} reasons, {about:,} of them speak of words or length: {sum(kinds.values())} contradictions")
    for kind, count in kinds.most_common():
        print(f"  {kind}: {count}")


if __name__ == "__main__":
    main()
