"""What a trained model says of itself: card.json in its folder, and in what is exported from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import msgspec

from writingbench.files import replacing
from writingbench.records import UserError

NAME = "card.json"
RECIPE = "recipe.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Written when training has ended: where it is, the folder is whole."""

    kind: Literal["critic", "writer"]
    base: str  # what was trained, as the recipe names it
    base_hash: str  # of its weights
    recipe: str  # fingerprint
    data: str  # hash of what was learned from
    split: Mapping[str, Any] = field(default_factory=dict)  # as data.json says it
    protocol: str = ""  # the rules whose prompt a critic knows
    conversations: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    tokens: int  # that were read in one epoch
    longest: int  # conversation learned from, in tokens
    context: int  # tokens that it reads; more is refused as overlong
    steps: int
    seconds: float
    loss: tuple[float, float] | None = None  # the means of the first and the last fifth of the steps
    scale: tuple[float, float] = (0.0, 1.0)  # of a scalar head: the mark is the first plus the second times its output
    measured: Mapping[str, Any] = field(default_factory=dict)  # agreement, once `train measure` has found it


def load(folder: Path) -> Card:
    """The card of a trained folder. Raises UserError where there is none, which means: not trained to the end."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=Card)
    except FileNotFoundError as error:
        raise UserError(f"{folder}: no {NAME} in it; it is no trained model, or its training has not ended") from error
    except (OSError, msgspec.DecodeError) as error:
        raise UserError(f"{folder / NAME}: not a card: {error}") from error


def save(card: Card, folder: Path) -> None:
    with replacing(folder / NAME) as file:
        file.write(msgspec.json.format(msgspec.json.encode(card), indent=1).decode() + "\n")


def with_measured(folder: Path, measured: Mapping[str, Any]) -> None:
    save(replace(load(folder), measured=measured), folder)
