"""How far `benchmark.size.tokens` is off: against o200k_base, on the official queries and on answers of models.

    python bench/tokens.py                                     the official queries
    python bench/tokens.py FILE.jsonl:FIELD [FILE.jsonl:FIELD]  and one text from each line of these files

"in all" is the error of the sum, "mean" and "95 %" are of the sizes of the errors on single texts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from writingbench import assets
from writingbench.benchmark import named
from writingbench.benchmark.language import language_of
from writingbench.benchmark.size import tokens
from writingbench.benchmark.stats import counter
from writingbench.reports import terminal


def row(name: str, texts: Sequence[str], counted: Sequence[int]) -> tuple[str, ...]:
    """The errors on these texts, as a line of the table."""
    guessed = [tokens(text) for text in texts]
    errors = sorted(abs(guess / count - 1) for guess, count in zip(guessed, counted, strict=True))
    return (
        name,
        f"{len(texts):,}",
        f"{mean(counted):,.0f}",
        f"{mean(guessed):,.0f}",
        f"{sum(guessed) / sum(counted) - 1:+.1%}",
        f"{mean(errors):.1%}",
        f"{errors[int(len(errors) * 0.95)]:.1%}",
    )


def main() -> None:
    count = counter(assets.get("o200k"))
    kinds = {"official": [query.text for query in named("official", lambda: assets.get("official")).queries]}
    for argument in sys.argv[1:]:
        file, _, field = argument.rpartition(":")
        lines = Path(file).read_bytes().splitlines()
        kinds[f"{Path(file).parent.name} {field}"] = [text for line in lines if (text := json.loads(line)[field])]
    rows = []
    for name, texts in kinds.items():
        counted = count(texts)
        rows.append(row(name, texts, counted))
        for language in ("en", "zh"):
            of_it = [(t, n) for t, n in zip(texts, counted, strict=True) if language_of(t) == language]
            if of_it:
                rows.append(row(f"{name}, {language}", *zip(*of_it, strict=True)))
    terminal.table(("", "texts", "o200k_base", "estimate", "in all", "mean", "95 %"), rows)


main()
