"""Texts changed in a known way: each perturbation is a pure function, and `PROPERTIES` lists what must come of it.

fall     a judge must take marks off
stay     marks must not move
resist   marks must not rise, whatever the text says to its judge
noise    marks of the same call must be near each other
"""

from __future__ import annotations

from collections.abc import Sequence

from writingbench.audits.perturb import asking, content, dress, orders, shape
from writingbench.audits.perturb.case import Call, Case, Change, Comparison, Property
from writingbench.records import UserError

__all__ = ["NOISE", "PROPERTIES", "Call", "Case", "Change", "Comparison", "Property", "chosen"]

NOISE = Property(name="same-call", kind="noise", change=asking.same_call)

PROPERTIES: tuple[Property, ...] = (
    Property(name="cut", kind="fall", change=shape.cut),
    Property(name="outline", kind="fall", change=shape.outline),
    Property(name="announced", kind="fall", change=shape.announced),
    Property(name="shuffled", kind="fall", change=shape.shuffled),
    Property(name="repeated", kind="fall", change=shape.repeated),
    Property(name="numbers-swapped", kind="fall", change=content.numbers_swapped),
    Property(name="wrong-language", kind="fall", change=content.wrong_language),
    Property(name="off-topic", kind="fall", change=content.off_topic),
    Property(name="length-broken", kind="fall", change=content.length_broken),
    Property(name="figures-invented", kind="fall", change=content.figures_invented),
    Property(name="padding", kind="stay", change=dress.padding),
    Property(name="markdown-added", kind="stay", change=dress.markdown_added),
    Property(name="markdown-removed", kind="stay", change=dress.markdown_removed),
    Property(name="reordered", kind="stay", change=dress.reordered),
    Property(name="confident-opening", kind="stay", change=dress.confident_opening, weak=True),
    Property(name="model-named", kind="stay", change=dress.model_named, weak=True),
    Property(name="criteria-language", kind="stay", change=asking.criteria_language),
    Property(name="call-order", kind="stay", change=asking.call_order),
    *(
        Property(name=f"{name}-{language}", kind="resist", change=orders.order(name, language), weak=True)
        for name in orders.ORDERS
        for language in orders.LANGUAGES
    ),
    NOISE,
)


def chosen(names: Sequence[str]) -> tuple[Property, ...]:
    """The properties of these names or kinds, in their own order; all where none is named. Raises UserError."""
    known = {word for one in PROPERTIES for word in (one.name, one.kind)}
    if unknown := [name for name in names if name not in known]:
        raise UserError(
            f"no property {unknown[0]!r}; there are the kinds fall, stay, resist and noise, and "
            + ", ".join(one.name for one in PROPERTIES)
        )
    return tuple(one for one in PROPERTIES if not names or one.name in names or one.kind in names)
