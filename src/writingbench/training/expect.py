"""What a trained critic makes of a prompt, read from its numbers and not from one answer drawn at random.

A critic in words is asked for its mark behind a fixed reason, and gives a probability to each of the ten:

    {"reason": "…", "score": ▯    P(1) … P(10)    expected 6.4    most likely 7    one draw 8

All three readings come of one pass over the prompt, so they can be compared on the same numbers. "10" may be two
tokens: then P(1) is that of "1" times that of no "0" behind it. A scalar head gives its number alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from writingbench.records import Failure, UserError
from writingbench.training import base, card, examples, recipe
from writingbench.training.examples import Line
from writingbench.training.recipe import Recipe

Floats = NDArray[np.float64]
MARKS = np.arange(1, 11)
ENDING = 4  # tokens of a mark and of what closes an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Of one prompt. A scalar head knows the first alone; the others are NaN."""

    expected: float
    likely: float = np.nan
    drawn: float = np.nan


def reading(chances: Floats, chance: np.random.Generator) -> Reading:
    """The three readings of ten probabilities, which add up to 1."""
    return Reading(
        expected=float(chances @ MARKS),
        likely=float(MARKS[chances.argmax()]),
        drawn=float(chance.choice(MARKS, p=chances)),
    )


def chances(nexts: Floats, ten: float | None) -> Floats:
    """The probabilities of the marks 1 to 10, those of everything else left out.

    `nexts` are those of the tokens that the ten begin with. Where "10" begins as "1" does, `ten` is the probability
    that its second token follows; else None.
    """
    found = nexts.astype(np.float64).copy()
    if ten is not None:
        found[0], found[9] = nexts[0] * (1 - ten), nexts[0] * ten
    total = found.sum()
    shares: Floats = found / total if total > 0 else np.full(10, 0.1)
    return shares


def paths(tokenizer: Any, before: str) -> tuple[tuple[int, ...], tuple[int, ...], int | None]:
    """How an answer that begins with `before` goes on to each mark: the tokens that all ten share, the next of each,
    and what makes a 10 of a 1, None where "10" is a token of its own.

    Raises UserError where the tokens do not tell the marks apart.
    """
    written = [tokenizer(f"{before}{mark}}}", add_special_tokens=False)["input_ids"] for mark in MARKS.tolist()]
    shared = next(place for place, tokens in enumerate(zip(*written, strict=False)) if len(set(tokens)) > 1)
    nexts = tuple(one[shared] for one in written)
    if len(set(nexts[:9])) < 9:
        raise UserError("the tokenizer does not tell the marks 1 to 9 apart by one token; read what it writes instead")
    return tuple(written[0][:shared]), nexts, written[9][shared + 1] if nexts[9] == nexts[0] else None


class Critic:
    """A trained folder, or the model that a recipe begins with, ready to mark with torch."""

    def __init__(self, of: Recipe, room: int, scale: tuple[float, float], trained: Path | None, seed: int = 0) -> None:
        base.required()
        import torch

        self._torch = torch
        self._recipe, self._room, self._scale = of, room, scale
        self._tokenizer = base.tokenizer(of.base)
        self._model = loaded(of, trained)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model.to(self._device).eval()
        self._chance = np.random.default_rng(seed)

    def mark(self, line: Line) -> Reading | Failure:
        """What it makes of a line's prompt; it reads all of it or none."""
        prompt = examples.prompt_tokens(line.prompt, self._tokenizer)
        if self._recipe.head == "scalar":
            if len(prompt) > self._room:
                return examples.overlong(len(prompt), self._room)
            middle, width = self._scale
            # a number to train by has no ends; a mark has
            return Reading(expected=float(np.clip(middle + width * self._run(prompt)[0], 1, 10)))
        head, nexts, then = paths(self._tokenizer, examples.answer_before_score(line.prompt))
        if len(prompt) + len(head) + ENDING > self._room:
            return examples.overlong(len(prompt) + len(head) + ENDING, self._room)
        # what comes after a "1" is asked along: the pass over the prompt is what costs
        first, second = self._run((*prompt, *head, nexts[0]), logits_to_keep=2)
        ten = float(_softmax(second)[then]) if then is not None else None
        return reading(chances(_softmax(first)[list(nexts)], ten), self._chance)

    def _run(self, tokens: Sequence[int], **more: int) -> Floats:
        """The model's outputs for these tokens: one number, or rows with one for each word of the vocabulary."""
        with self._torch.inference_mode():
            ids = self._torch.tensor([list(tokens)], device=self._device)
            found = self._model(input_ids=ids, **more).logits[0]
        values: Floats = found.float().cpu().numpy().astype(np.float64)
        return values


def open_folder(folder: Path) -> tuple[Critic, card.Card]:
    """A trained critic and its card."""
    said = card.load(folder)
    if said.kind != "critic":
        raise UserError(f"{folder}: a {said.kind} gives no marks")
    of, _ = recipe.load(str(folder / card.RECIPE))
    return Critic(of, said.context, said.scale, folder), said


def untrained(of: Recipe) -> Critic:
    """The model that a recipe begins with. Raises UserError for a scalar head, which knows nothing yet."""
    if of.head == "scalar":
        raise UserError("a scalar head that was not trained is a random number; name a recipe whose head is words")
    base.required()
    return Critic(of, base.context(of.base), (0.0, 1.0), None)


def loaded(of: Recipe, trained: Path | None) -> Any:
    """The model of a trained folder, or the one that a recipe begins with."""
    if trained is None or of.method == "lora":
        model = base.model(of, train=False)
        if trained is None:
            return model
        from peft import PeftModel

        return PeftModel.from_pretrained(model, str(trained / "adapter"))
    return base.model(replace(of, base=str(trained / "model")), train=False)


def _softmax(values: Floats) -> Floats:
    raised = np.exp(values - values.max())
    shares: Floats = raised / raised.sum()
    return shares
