"""The lines of a data set as what a model learns from: tokens of the prompt, tokens of the answer, the mark.

Only the answer is learned; the prompt is what the chat template makes of the other turns, the same that a server makes.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from writingbench.records import Failure, UserError
from writingbench.training.conversations import NO_REASON
from writingbench.training.recipe import Recipe

SENTENCE = 8  # of so many conversations, one learns the fixed sentence before the mark


class Turn(msgspec.Struct, frozen=True):
    role: str
    content: str


class Line(msgspec.Struct, frozen=True):
    """A conversation of a critic's data or of a writer's: the last turn is what is learned."""

    messages: list[Turn]
    query: str = ""
    score: int | None = None
    source: str = ""
    writer: str = ""
    criterion: str = ""

    @property
    def prompt(self) -> list[dict[str, str]]:
        return [{"role": turn.role, "content": turn.content} for turn in self.messages[:-1]]

    @property
    def answer(self) -> str:
        return self.messages[-1].content


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A line in tokens."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    score: int | None

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


def read(path: Path, *, marked: bool) -> list[Line]:
    """The lines of a JSONL file. Raises UserError with the line and the field that is wrong."""
    found = []
    decoder = msgspec.json.Decoder(Line)
    try:
        with path.open("rb") as file:
            for number, text in enumerate(file, start=1):
                try:
                    line = decoder.decode(text)
                except msgspec.DecodeError as error:
                    raise UserError(f"{path}:{number}: not a conversation: {error}") from error
                if len(line.messages) < 2 or line.messages[-1].role != "assistant":
                    raise UserError(f"{path}:{number}: `messages` must end with what the assistant answers")
                if marked and (line.score is None or not 1 <= line.score <= 10):
                    raise UserError(f"{path}:{number}: `score` is {line.score}; a critic learns marks from 1 to 10")
                found.append(line)
    except OSError as error:
        maker = "`train data critic`" if marked else "`train curate`"
        raise UserError(f"{path}: cannot be read ({error.strerror or error}); {maker} makes it") from error
    if not found:
        raise UserError(f"{path}: holds no conversation")
    return found


def hash_of(lines: Sequence[Line]) -> str:
    """The hash of what is learned from."""
    made = sha256()
    for line in lines:
        made.update(msgspec.json.encode(line) + b"\n")
    return made.hexdigest()


def fixed(prompt: Sequence[dict[str, str]]) -> str:
    """The sentence that stands for a reason where the mark alone is learned, in the language of the prompt's end."""
    end = prompt[-1]["content"]
    han = sum("一" <= letter <= "鿿" for letter in end)
    return NO_REASON["zh" if han * 10 > len(end) else "en"]


def answer_before_score(prompt: Sequence[dict[str, str]]) -> str:
    """All of an answer without a reason of its own up to its mark."""
    return '{"reason": ' + json.dumps(fixed(prompt), ensure_ascii=False) + ', "score": '


def tokens(line: Line, recipe: Recipe, tokenizer: Any, *, sentence: bool = True) -> Example:
    """A line as `recipe` learns it; `sentence`: where the mark alone is asked for, learn the fixed sentence too."""
    prompt = prompt_tokens(line.prompt, tokenizer)
    if recipe.head == "scalar":
        return Example(prompt=prompt, answer=(), score=line.score)
    if recipe.answer == "whole":
        return Example(prompt=prompt, answer=_after(line, line.answer, tokenizer), score=line.score)
    before = answer_before_score(line.prompt)
    said = _after(line, f"{before}{line.score}}}", tokenizer)
    if sentence:
        return Example(prompt=prompt, answer=said, score=line.score)
    another = _after(line, f"{before}{3 if line.score == 2 else 2}}}", tokenizer)
    apart = next(place for place, pair in enumerate(zip(said, another, strict=False)) if len(set(pair)) > 1)
    return Example(prompt=(*prompt, *said[:apart]), answer=said[apart:], score=line.score)


def _after(line: Line, answer: str, tokenizer: Any) -> tuple[int, ...]:
    """The tokens of an answer and of what ends a turn: a model that does not stop is none that can be used."""
    asked, whole = (
        tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=open_)
        for turns, open_ in ((line.prompt, True), ([*line.prompt, {"role": "assistant", "content": answer}], False))
    )
    if not whole.startswith(asked):
        raise UserError(
            "the chat template changes what was said before when an answer follows; it cannot be trained on"
        )
    return tuple(tokenizer(whole[len(asked) :], add_special_tokens=False)["input_ids"])


def prompt_tokens(prompt: Sequence[dict[str, str]], tokenizer: Any) -> tuple[int, ...]:
    found = tokenizer.apply_chat_template(list(prompt), tokenize=True, add_generation_prompt=True, return_dict=True)
    return tuple(found["input_ids"])


def overlong(size: int, room: int) -> Failure:
    return Failure(kind="overlong", note=f"{size} tokens, and the critic reads {room}")


def fitting(lines: Sequence[Line], recipe: Recipe, tokenizer: Any) -> tuple[list[Example], Counter[str]]:
    """What is not longer than the recipe allows, as many as it wants, and how many were left out: a text that was cut
    is another text.
    """
    there: list[Example] = []
    sizes = []
    for line in random.Random(recipe.seed).sample(lines, len(lines)):
        if len(there) == recipe.most:
            break  # counting tokens takes its time, too
        # a sentence that is always the same is soon known; learned each time, it drowns the mark behind it
        one = tokens(line, recipe, tokenizer, sentence=len(there) % SENTENCE == 0)
        sizes.append(len(one))
        if len(one) <= recipe.longest:
            there.append(one)
    if not there:
        raise UserError(
            f"none of {len(lines):,} conversations fits into `longest` = {recipe.longest} tokens (the shortest has "
            f"{min(sizes):,}); a larger number in the recipe takes them in"
        )
    why = {"longer than the recipe allows": len(sizes) - len(there), "not drawn": len(lines) - len(sizes)}
    return there, +Counter(why)
