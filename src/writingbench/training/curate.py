"""A writer's data on one page.

    candidates ──> without what leaks ──> without copies ──> without what checks find fault with ──> the pool
    the pool ──> top, random, length, all ──> each without reasoning, and with it ──> files

    plain/top.jsonl     {"query": "9f2c…", "index": 7, "messages": [{"role": "user", "content": "Write a toast …"},
                         {"role": "assistant", "content": "Dear all, …"}], "mark": 7.4, "writer": "local/m",
                         "set": "top", "subdomain": "Prose"}
    thought/top.jsonl   the same candidates, the answer after its reasoning: "<think>\\n…\\n</think>\\n\\nDear all, …"

The two folders hold the same candidates in the same order, so that what differs between two writers is the reasoning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from writingbench.benchmark.size import tokens
from writingbench.construct.known import Known
from writingbench.records import Answer, UserError
from writingbench.responses import split
from writingbench.training import manifest
from writingbench.training.candidates import Candidate
from writingbench.training.conversations import Said, name_of
from writingbench.training.keep import SETS, Set, kept
from writingbench.training.leaks import Leak, leaks
from writingbench.training.sieve import Check, Find, faults, sound, without_copies

PLAIN, THOUGHT = "plain", "thought"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How candidates become data."""

    share: float = 0.5  # of each subdomain's candidates that is kept
    seed: int = 1
    checks: tuple[Check, ...] = ("figures", "repetition", "completeness")
    reasoned: bool = False  # only candidates whose reasoning is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a writer's data."""

    query: str  # `name_of` the request
    index: int
    messages: tuple[Said, ...]
    mark: float
    writer: str
    set: Set
    subdomain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Curated:
    """What came of it."""

    rules: Rules
    pool: list[Candidate]
    sets: Mapping[Set, list[int]]  # places in the pool
    left_out: Counter[str]  # candidates, by reason
    leaks: list[Leak]


def make(
    candidates: Sequence[Candidate],
    benchmarks: Sequence[Known],
    rules: Rules,
    left_out: Counter[str],
    find: Find = faults,
) -> Curated:
    """The sets made of `candidates`, by checks that `find` does; `left_out` goes on counting.

    Raises UserError where nothing is left.
    """
    found = leaks((one.query.text for one in candidates), benchmarks)
    leaked = {leak.request for leak in found}
    pool = [one for one in candidates if one.query.text not in leaked]
    if gone := len(candidates) - len(pool):
        left_out["the request stands in a benchmark"] += gone
    if rules.reasoned:
        before, pool = len(pool), [one for one in pool if one.answer.reasoning]
        left_out["no reasoning"] += before - len(pool)
    pool = sound(without_copies(pool, left_out), rules.checks, left_out, find)
    if not pool:
        why = ", ".join(f"{count:,} {reason}" for reason, count in left_out.most_common())
        advice = ". Name with --benchmark what the writer will be measured on" if found else ""
        raise UserError(f"no candidate is left ({why or 'there was none'}){advice}")
    return Curated(rules=rules, pool=pool, sets=kept(pool, rules.share, rules.seed), left_out=+left_out, leaks=found)


def lines(made: Curated, name: Set, *, thought: bool) -> Iterator[Line]:
    """The lines of a set, with reasoning or without."""
    for place in made.sets[name]:
        one = made.pool[place]
        yield Line(
            query=name_of(one.query.text),
            index=one.query.index,
            messages=(
                Said(role="user", content=one.query.text),
                Said(role="assistant", content=reasoned(one.answer) if thought else one.answer.text),
            ),
            mark=round(one.mark, 4),
            writer=one.writer,
            set=name,
            subdomain=one.subdomain,
        )


def reasoned(answer: Answer) -> str:
    """An answer after its reasoning, between the tags that most models use; the answer alone where there is none, or
    where the reasoning itself speaks of such tags and could not be told from the answer again.
    """
    whole = f"<think>\n{answer.reasoning}\n</think>\n\n{answer.text}" if answer.reasoning else answer.text
    return whole if split(whole).answer == answer.text else answer.text


def write(made: Curated, out: Path, about: dict[str, Any]) -> dict[str, Any]:
    """Write the sets into the folders plain and thought, and data.json, which is returned. Where no candidate has
    reasoning there is no folder thought.
    """
    thinking = any(one.answer.reasoning for one in made.pool)
    files = {
        f"{folder}/{name}.jsonl": lines(made, name, thought=folder == THOUGHT)
        for folder in ((PLAIN, THOUGHT) if thinking else (PLAIN,))
        for name in SETS
    }
    pool, rules = made.pool, made.rules
    subdomains = Counter(one.subdomain for one in pool)
    top = Counter(pool[place].subdomain for place in made.sets["top"])
    said = {
        "kind": "writer",
        **about,
        "share": rules.share,
        "seed": rules.seed,
        "checks": rules.checks,
        "pool": {"queries": len({one.query.text for one in pool}), **_summary(pool)},
        "sets": {name: {**_summary([pool[place] for place in places]),
                        "also_in_top": len(set(places) & set(made.sets["top"]))}
                 for name, places in made.sets.items()},
        "subdomains": {name: {"pool": count, "kept": top[name]} for name, count in sorted(subdomains.items())},
        "left_out": dict(made.left_out.most_common()),
        "leaks": [leak.told for leak in made.leaks],
    }  # fmt: skip
    for old in out.glob("*/*.jsonl"):  # what an earlier call left, where this one writes no such set
        if f"{old.parent.name}/{old.name}" not in files and old.parent.name in (PLAIN, THOUGHT) and old.stem in SETS:
            old.unlink()
    return {"hash": manifest.write(out, files, said), **said}


def _summary(these: Sequence[Candidate]) -> dict[str, Any]:
    return {
        "candidates": len(these),
        "mean_mark": round(fmean(one.mark for one in these), 4),
        "mean_tokens": round(fmean(tokens(one.answer.text) for one in these), 1),
        "with_reasoning": sum(bool(one.answer.reasoning) for one in these),
    }
