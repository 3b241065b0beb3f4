"""Tell which criteria watch over style, format or length, without asking a model.

Two small linear models, made by `bench/labels.py`; what they are worth stands in docs/labels.md. The first reads
a criterion by itself. The second sees what the first said of it and of its strongest rival for the same kind: a query
hardly ever has two criteria of a kind, so one that another outdoes is less likely to be meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from writingbench.criteria.features import features
from writingbench.records import REQUIREMENTS, Criterion, Query, Requirement

Floats = NDArray[np.float64]

Kind = Literal["style", "format", "length", "none"]
KINDS: tuple[Kind, ...] = (*REQUIREMENTS, "none")

SURE = 0.8  # a label that is less likely than this is worth a look
FARTHEST = 8.0  # log odds are kept within this, so that one strange criterion does not silence its rivals
# A rival counts as this at least, and where there is none as this: that no other criterion watches over length must not
# make this one do so. (Every query that was learned from has a requirement; not every query has.)
LEAST_RIVAL = -2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """The two models, over the three requirements; "none" is what they are compared with."""

    features: NDArray[np.int8]  # [SIZE, 3], in steps of `step`
    step: NDArray[np.float32]  # [3]
    offset: NDArray[np.float32]  # [3]
    relative: NDArray[np.float32]  # [2, 3]: of a criterion's log odds, and of its strongest rival's
    relative_offset: NDArray[np.float32]  # [3]
    least: NDArray[np.float32]  # [3]: how likely a label must be to be given


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A label that may well be wrong."""

    query: int
    criterion: str
    label: Kind
    likely: float  # how likely that label is; another may be likelier that is given for more


@cache
def shipped() -> Weights:
    """The weights that come with the package."""
    with (
        (files("writingbench.criteria") / "data/labels.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as found,
    ):
        return Weights(**{name: found[name] for name in found.files})


def probabilities(query: Query) -> list[dict[Kind, float]]:
    """How likely each kind is, for each criterion of a query."""
    return [dict(zip(KINDS, row, strict=True)) for row in likely(query.criteria, shipped()).tolist()]


def label(query: Query, *, again: bool = False) -> Query:
    """`query` with its criteria labelled as seems likely. Labels that are there stay, unless `again`."""
    return apply(query, [choose(found) for found in probabilities(query)], again=again)


def doubts(query: Query, found: Sequence[dict[Kind, float]], *, again: bool = False) -> list[Doubt]:
    """The labels that `label` gives a query with these probabilities and is not sure of."""
    return [
        Doubt(query=query.index, criterion=criterion.name, label=kind, likely=shares[kind])
        for criterion, shares in zip(query.criteria, found, strict=True)
        if shares[kind := choose(shares)] < SURE and (again or not criterion.requirement)
    ]


def choose(found: dict[Kind, float], weights: Weights | None = None) -> Kind:
    """The label for these probabilities: the one farthest above what it needs, "none" where none is above."""
    needed = dict(zip(REQUIREMENTS, (weights or shipped()).least.tolist(), strict=True))
    best = max(REQUIREMENTS, key=lambda kind: found[kind] / needed[kind])
    return best if found[best] >= needed[best] else "none"


def apply(query: Query, kinds: Sequence[Kind | None], *, again: bool = False) -> Query:
    """`query` with one kind given to each criterion, None where it is not known.

    What is there stays, unless `again`; then a requirement of the query that no criterion watches goes too.
    """
    criteria = tuple(
        criterion
        if kind is None or (criterion.requirement and not again)
        else replace(criterion, requirement=None if kind == "none" else kind)
        for criterion, kind in zip(query.criteria, kinds, strict=True)
    )
    found: set[Requirement | None] = {criterion.requirement for criterion in criteria}
    if not again or None in kinds:
        found |= set(query.requirements)
    return replace(query, criteria=criteria, requirements=tuple(kind for kind in REQUIREMENTS if kind in found))


def likely(criteria: Sequence[Criterion], weights: Weights) -> Floats:
    """Probabilities of KINDS, [criteria, 4], for the criteria of one query."""
    return second(first(criteria, weights), weights)


def first(criteria: Sequence[Criterion], weights: Weights) -> Floats:
    """Log odds of each requirement against none, [criteria, 3], each criterion by itself."""
    odds = np.zeros((len(criteria), 3))
    for row, criterion in enumerate(criteria):
        found = features(criterion)
        if found:
            odds[row] = np.array(list(found.values())) @ weights.features[list(found)]
    return odds * weights.step + weights.offset


def second(odds: Floats, weights: Weights) -> Floats:
    """Probabilities [criteria, 4] from the log odds of the criteria of one query."""
    bounded = np.clip(odds, -FARTHEST, FARTHEST)
    return softmax(bounded * weights.relative[0] + rivals(bounded) * weights.relative[1] + weights.relative_offset)


def rivals(odds: Floats) -> Floats:
    """For each criterion of a query and each requirement, the highest log odds among the other criteria."""
    found = np.empty_like(odds)
    for row in range(len(odds)):
        found[row] = np.delete(odds, row, axis=0).max(axis=0, initial=LEAST_RIVAL)
    return found


def softmax(odds: Floats) -> Floats:
    """Probabilities [rows, 4] from log odds [rows, 3] against the fourth."""
    raised = np.exp(np.hstack([odds, np.zeros((len(odds), 1))]) - np.maximum(odds.max(axis=1, initial=0), 0)[:, None])
    shares: Any = raised / raised.sum(axis=1, keepdims=True)
    return np.asarray(shares, dtype=np.float64)
