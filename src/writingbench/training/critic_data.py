"""A critic's data on one page.

    marks ──> conversations ──> without what leaks ──> split by query ──> balanced ──> files

What is tested on is not balanced: it stays as it came.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from writingbench.construct.known import Known
from writingbench.judgements import Prompt
from writingbench.records import UserError, fingerprint
from writingbench.training import manifest
from writingbench.training.balance import Balance, balanced, counts
from writingbench.training.conversations import Conversation, converse, name_of
from writingbench.training.leaks import Leak, leaks
from writingbench.training.marks import Source
from writingbench.training.split import Split, refuse, split


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How marks become data."""

    prompt: Prompt
    reason_limit: int | None = None  # characters, where the judge's schema has one
    share: float = 0.2  # of the requests that are to test on
    seed: int = 1
    balance: Balance = "median"


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """What came of it."""

    rules: Rules
    train: list[Conversation]
    test: list[Conversation]  # as it came, not balanced
    left_out: Counter[str]  # conversations, by reason
    leaks: list[Leak]
    given: bool  # whether the test requests were named, and not drawn


def make(sources: Sequence[Source], held: Sequence[Source], benchmarks: Sequence[Known], rules: Rules) -> Data:
    """The data made of `sources`: a part of their requests is to test on, or those of `held` where there are any.

    Raises UserError where a request of `held` is alike with one to train on, or where nothing is left for one side.
    """
    left_out: Counter[str] = Counter()
    found = leaks([text for source in sources for text in sorted(source.requests)], benchmarks)
    leaked = {leak.request for leak in found}
    clear: defaultdict[str, set[str]] = defaultdict(set)
    for source in sources:
        clear[source.name] |= source.requests - leaked
    if held:
        sides = Split(
            train=frozenset[str]().union(*clear.values()),
            test=frozenset(text for source in held for text in source.requests),
        )
        refuse(sides)
    else:
        sides = split(clear, rules.share, rules.seed)

    def said(these: Sequence[Source]) -> list[Conversation]:
        limit = rules.reason_limit
        return [one for of in these for one in converse(of.items, of.name, rules.prompt, left_out, limit)]

    train, test, gone = ({name_of(text) for text in side} for side in (sides.train, sides.test, leaked))
    every = said(sources)
    to_train = [one for one in every if one.query in train]
    to_test = [one for one in (said(held) if held else every) if one.query in test]
    left_out["the request stands in a benchmark"] += sum(one.query in gone for one in every)
    left_out = +left_out
    for what, these in (("train", to_train), ("test", to_test)):
        if not these:
            raise UserError(_nothing(what, found, left_out, len(train | test)))
    kept = balanced(to_train, rules.balance, rules.seed)
    left_out["balance"] += len(to_train) - len(kept)
    return Data(rules=rules, train=kept, test=to_test, left_out=+left_out, leaks=found, given=bool(held))


def write(made: Data, out: Path, about: dict[str, Any]) -> dict[str, Any]:
    """Write train.jsonl, test.jsonl and data.json, with what else is said `about` the data; returns data.json."""
    sides = {"train": made.train, "test": made.test}
    rules = made.rules
    said = {
        "kind": "critic",
        **about,
        "prompt": {"name": rules.prompt.name, "hash": fingerprint([rules.prompt.system, rules.prompt.user])},
        "split": {
            "by": "query",
            "given": made.given,
            "share": None if made.given else rules.share,
            "seed": rules.seed,
            **{side: {"queries": len({one.query for one in these}), "conversations": len(these)}
               for side, these in sides.items()},
        },
        "balance": rules.balance,
        "scores": {side: counts(these) for side, these in sides.items()},
        "left_out": dict(made.left_out.most_common()),
        "leaks": [leak.told for leak in made.leaks],
    }  # fmt: skip
    return {"hash": manifest.write(out, {f"{side}.jsonl": these for side, these in sides.items()}, said), **said}


def _nothing(what: str, found: Sequence[Leak], left_out: Counter[str], queries: int) -> str:
    why = ", ".join(f"{count:,} {reason}" for reason, count in left_out.most_common(4))
    if found:
        example = f"; {len(found):,} requests stand in a benchmark, one of them as {found[0].where}"
        return (
            f"nothing is left to {what} on ({why or 'no mark'}){example}. Name with --benchmark what the critic "
            "will be used on, and take marks on other requests"
        )
    return f"nothing is left to {what} on ({why or f'{queries:,} requests are too few for the share'})"
