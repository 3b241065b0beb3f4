"""`writingbench agree power`: how many pairs it takes to tell two agreements apart."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from writingbench.cli import steps
from writingbench.cli.options import Flag
from writingbench.records import UserError
from writingbench.reports import terminal

CHANCES = (0.8, 0.9)


def power(
    *,
    from_: Annotated[float, Parameter(name="--from")] = 0.84,
    to: float = 0.87,
    discordant: float | None = None,
    pairs: int = 300,
    design: float = 1.0,
    json: Flag = False,
) -> int:
    """Say how many pairs it takes to tell one judge's agreement with people from another's.

    Parameters
    ----------
    from_
        One judge's agreement, as a share.
    to
        The other's.
    discordant
        The share of pairs that just one of the two gets right, as `agree report` measures it; several are shown when
        left out.
    pairs
        Say also how sure a share over so many pairs is.
    design
        How many pairs are worth one, where there are several for each query: the pairs of `agree report` divided by
        what it says that they are worth.
    """
    from writingbench.agreement import power as counted

    if not (0 < from_ < 1 and 0 < to < 1) or from_ == to:
        raise UserError(f"--from {from_} --to {to}: must be two different shares between 0 and 1, such as 0.84")
    if pairs < 1:
        raise UserError(f"--pairs is {pairs}; it must be at least 1")
    if not 1 <= design < float("inf"):
        raise UserError(f"--design is {design}; it must be at least 1")
    least, most = counted.discordants(from_, to)
    alone = counted.strangers(from_, to)
    if discordant is not None and not least <= discordant <= most:
        raise UserError(
            f"--discordant is {discordant}; judges with {from_:.0%} and {to:.0%} differ on {least:.0%} to {most:.0%} "
            "of pairs"
        )
    shares = [discordant] if discordant is not None else [alone, (least + alone) / 2, least]
    rows: list[tuple[str, float | None, list[int]]] = [
        ("different pairs", None, [counted.apart(from_, to, chance) for chance in CHANCES]),
        *(
            (_same(share, alone), share, [counted.together(from_, to, share, chance) for chance in CHANCES])
            for share in shares
        ),
    ]
    wide = [(share, counted.give_or_take(share, pairs) * design**0.5) for share in (from_, to)]
    if json:
        return steps.print_json(
            {
                "from": from_,
                "to": to,
                "design": design,
                "needed": [
                    {"on": on, "discordant": share, "probability": chance, "pairs": _times(n, design)}
                    for on, share, needed in rows
                    for chance, n in zip(CHANCES, needed, strict=True)
                ],
                "give_or_take": {"pairs": pairs, "shares": [{"share": share, "half": half} for share, half in wide]},
            }
        )
    terminal.say(f"Pairs that it takes to tell {from_:.0%} from {to:.0%}, at the 5% level in both directions")
    terminal.table(
        ("judges compared on", *(f"{chance:.0%} sure to" for chance in CHANCES)),
        [(on, *(f"{_times(n, design):,}" for n in needed)) for on, _, needed in rows],
    )
    terminal.say(
        "One right: the share of pairs that just one of the two gets right; strangers have no mistake in common."
    )
    terminal.say(
        f"Over {pairs:,} pairs " + " and ".join(f"{share:.0%} is give or take {100 * half:.1f}" for share, half in wide)
        + " points."
    )  # fmt: skip
    return 0


def _same(share: float, alone: float) -> str:
    return f"the same pairs, one right on {share:.1%}" + (" (strangers)" if share == alone else "")


def _times(pairs: int, design: float) -> int:
    return -int(-pairs * design // 1)
