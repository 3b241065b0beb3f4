"""How a model is trained, as data: one TOML file a run.

    base = "local/smollm2"        # a model hub's name, a folder of transformers, or the embedded model's own weights
    method = "lora"               # or full
    head = "words"                # the critic writes its mark; scalar: a regression head on the last token
    answer = "score"              # the mark behind a fixed sentence; whole: the reason is learned too
    learning_rate = 1e-3
    epochs = 1.0
    batch = 8                     # conversations a step, over all devices together
    longest = 2048                # tokens; a longer conversation is left out and counted, never cut

What is not named has the value below. `launch` is how it is started where one process is not enough.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

from writingbench.protocols import unknown_field
from writingbench.records import UserError, fingerprint

Method = Literal["lora", "full"]
Head = Literal["words", "scalar"]
Learned = Literal["whole", "score"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lora:
    """The shape of an adapter on every linear map of the blocks."""

    rank: int = 16
    alpha: int = 32  # what it adds is scaled by alpha / rank
    dropout: float = 0.0
    layers: int | None = None  # the last so many; all when left out. Below them nothing is differentiated


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that decides what comes out, beside the data."""

    base: str
    method: Method
    learning_rate: float
    epochs: float
    batch: int  # conversations a step, over all devices together
    longest: int  # tokens of a conversation
    most: int | None = None  # conversations, drawn by lot from those that fit; all when left out
    head: Head = "words"
    answer: Learned = "whole"
    each: int = 1  # conversations at once on a device; the rest of a batch is accumulated
    warmup: float = 0.03  # share of the steps in which the rate rises; then it falls to 0 as a cosine
    decay: float = 0.0
    clip: float = 1.0
    precision: Literal["bf16", "fp32"] = "bf16"
    recompute: bool = False  # activations, instead of keeping them: less memory, a third more time
    save: int = 100  # steps between two checkpoints, from which a run that was ended goes on
    seed: int = 1
    lora: Lora = Lora()
    launch: str = ""

    @property
    def fingerprint(self) -> str:
        """Of everything that shapes the result; neither how it is started nor how often it is saved does."""
        return fingerprint({**msgspec.to_builtins(self), "launch": None, "save": None})

    def steps_apart(self, devices: int) -> int:
        """How many passes are accumulated for one step. Raises UserError where that is no whole number."""
        passes, rest = divmod(self.batch, self.each * devices)
        if rest or not passes:
            raise UserError(
                f"recipe: `batch` is {self.batch}, which {devices} device(s) of `each` = {self.each} do not divide; "
                "change one of the two"
            )
        return passes


def shipped() -> list[str]:
    """The recipes of the package by name."""
    folder = files("writingbench.training") / "recipes"
    return sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml"))


def load(name: str) -> tuple[Recipe, str]:
    """A shipped recipe by its name or any by the path of its file, and its text.

    Raises UserError with the field that is wrong.
    """
    if name in shipped():
        text = (files("writingbench.training") / "recipes" / f"{name}.toml").read_text("utf-8")
    else:
        try:
            text = Path(name).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(
                f"no recipe {name!r}: neither one of {', '.join(shipped())} nor a readable file ({error})"
            ) from error
    return read(text, name), text


def read(text: str, name: str) -> Recipe:
    """The recipe in a TOML text; `name` is what errors call it."""
    try:
        table = tomllib.loads(text)
        recipe = msgspec.convert(table, Recipe)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UserError(f"{name}: not a recipe: {error}") from error
    if unknown := unknown_field(table, msgspec.to_builtins(recipe)):
        raise UserError(f"{name}: unknown field `{unknown}`; a misspelt one would silently not apply")
    for field in ("learning_rate", "epochs", "batch", "longest", "most", "each", "save"):
        if (value := getattr(recipe, field)) is not None and value <= 0:
            raise UserError(f"{name}: `{field}` is {getattr(recipe, field)}, it must be above 0")
    if recipe.lora.rank <= 0 or (recipe.lora.layers or 1) <= 0:
        raise UserError(f"{name}: `lora.rank` and `lora.layers` must be above 0")
    if recipe.batch % recipe.each:
        raise UserError(f"{name}: `batch` is {recipe.batch}, which must be a multiple of `each` ({recipe.each})")
    return recipe
