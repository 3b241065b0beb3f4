"""How long the checks take: 1,000 official queries, each with a real answer of about 3,000 tokens put together for it.

    python bench/checks.py [--queries 1000]
    python bench/checks.py --hostile           # the slowest of some hundred texts of 100,000 characters, by check

Printed is each check's share, and all of them as a multiple of counting the words of the same texts once, in the same
run. The answers are other queries' (judge-scores for English, human-scores for Chinese), one behind the other until
they are long enough, so that there is something to find in them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import cycle
from pathlib import Path

import msgspec

from writingbench.benchmark import load
from writingbench.benchmark.size import tokens
from writingbench.checks import check as every
from writingbench.checks import functions
from writingbench.checks.passages import han, words
from writingbench.records import Answer

DATA = Path(__file__).parents[2] / "shared/data"
SIZE = 3000  # tokens


def answers() -> dict[str, list[str]]:
    """Real responses, by language."""
    found: dict[str, list[str]] = {"en": [], "zh": []}
    for line in (DATA / "judge-scores/judgements.jsonl").read_bytes().splitlines():
        found["en"].append(msgspec.json.decode(line)["response"])
    for line in (DATA / "human-scores/responses.jsonl").read_bytes().splitlines():
        found["zh"].append(msgspec.json.decode(line)["response"])
    return found


def hostile() -> None:
    """What the fuzz test tries, timed: each text as the response and, once for all checks, as the request."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    import test_checks as fuzz  # noqa: PLC0415 - only here

    slowest = dict.fromkeys((*functions(), "request"), (0.0, ""))

    def timed(name: str, unit: str, work: Callable[[], object]) -> None:
        begun = time.process_time()
        work()
        slowest[name] = max(slowest[name], (time.process_time() - begun, unit[:12]))

    material = "**Report**\n" + "The firm sold 1,204 units in 2020. " * 60
    asked = [
        fuzz.query(f"Summarise this report in at most 200 words, as JSON.\n\n{material}"),
        fuzz.query(
            f"根据以下材料写一篇800字的总结，用表格列出，分为背景、方法、结果三个部分，不要使用表情符号。\n\n{material}",
            "zh",
        ),
    ]
    short = Answer(text="Rivers run to the sea. They carry 45% of the sand, said Acme Ltd.")
    for unit in fuzz.hostile():
        text = (unit * (fuzz.LONG // len(unit) + 1))[: fuzz.LONG]
        for name, check in functions().items():
            for one in asked:
                timed(name, unit, partial(check, one, Answer(text=text)))
        timed("request", unit, partial(every, fuzz.query("Write 500 words. " + text), short))
    for name, (seconds, unit) in slowest.items():
        print(f"{name:<13}{seconds:6.2f} s of CPU at most, on {unit!r} again and again")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--hostile", action="store_true")
    options = parser.parse_args()
    if options.hostile:
        return hostile()
    wanted = options.queries
    if not DATA.is_dir():
        sys.exit(f"needs the shared data in {DATA}")
    queries = load(DATA / "official/benchmark_all.jsonl").queries[:wanted]
    sources = {language: cycle(texts) for language, texts in answers().items()}
    pairs = []
    for query in queries:
        text = ""
        while tokens(text) < SIZE:
            text += next(sources[query.language]) + "\n\n"
        pairs.append((query, Answer(text=text)))
    begun = time.perf_counter()
    for _, answer in pairs:
        words(answer.text)
        han(answer.text)
    base = time.perf_counter() - begun
    print(f"{len(pairs):,} queries, {sum(tokens(answer.text) for _, answer in pairs):,} tokens of answers")
    took = dict.fromkeys(functions(), 0.0)
    most, found = dict(took), dict.fromkeys(took, 0)
    for query, answer in pairs:  # as `check` goes: what the checks share of a query is worked out once
        for name, check in functions().items():
            begun = time.perf_counter()
            found[name] += len(check(query, answer))
            one = time.perf_counter() - begun
            took[name] += one
            most[name] = max(most[name], one)
    for name, seconds in took.items():
        each = f"{1000 * seconds / len(pairs):6.1f} ms each, {1000 * most[name]:6.0f} ms at most"
        print(f"{name:<13}{seconds:7.1f} s   {each}, {found[name]:,} findings")
    whole = sum(took.values())
    print(f"{'all':<13}{whole:7.1f} s   {whole / base:.0f} times counting the words once ({base:.2f} s); one core")


if __name__ == "__main__":
    main()
