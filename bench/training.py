"""What a training step costs on a processor: ratios of the embedded model's steps in one run.

    python bench/training.py [--tokens 600]     some two minutes; needs the extra `train`

bf16 against fp32: processors without bf16 of their own compute it in pieces. TRL's own loss against ours, which scores
the words of the vocabulary where an answer stands alone (training/train.py).
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from trl import SFTTrainer

from writingbench.training import examples, train
from writingbench.training.recipe import read

TEXT = """base = "local/smollm2"
method = "lora"
answer = "score"
learning_rate = 1e-3
epochs = 2.0
batch = 1
longest = 100000
precision = "{precision}"

[lora]
layers = 12
"""


def seconds(precision: str, length: int, *, library: bool) -> float:
    """Of the faster of two steps on one conversation of `length` tokens."""
    there = [examples.Example(prompt=tuple(range(100, 80 + length)), answer=tuple(range(100, 120)), score=5)]
    ours = train._sparing
    train._sparing = (lambda: SFTTrainer) if library else ours  # type: ignore[assignment]
    stamps: list[float] = []
    try:
        with tempfile.TemporaryDirectory() as out:
            of = read(TEXT.format(precision=precision), "bench")
            trainer: Any = train._trainer(of, there, train.base.tokenizer(of.base), Path(out), (0.0, 1.0))
            step = trainer.training_step

            def timed(*given: Any, **named: Any) -> Any:
                began = time.perf_counter()
                made = step(*given, **named)
                stamps.append(time.perf_counter() - began)
                return made

            trainer.training_step = timed
            trainer.train()
    finally:
        train._sparing = ours
    return min(stamps)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=600)
    length = parser.parse_args().tokens
    warnings.simplefilter("ignore")
    ours = seconds("fp32", length, library=False)
    print(f"fp32, ours        {ours:6.2f} s, {length / ours:,.0f} tokens a second")
    for name, precision, library in (("bf16, ours", "bf16", False), ("fp32, the library", "fp32", True)):
        took = seconds(precision, length, library=library)
        print(f"{name:17} {took:6.2f} s, {took / ours:.1f} times as long")


main()
