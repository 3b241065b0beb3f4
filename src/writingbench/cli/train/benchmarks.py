"""What making a critic's data and making a writer's have in common: benchmarks kept clear of, what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.construct.known import Known

Benchmarks = Annotated[
    tuple[str, ...],
    Parameter(
        negative=(),
        help="A benchmark that will be measured on, so that its requests must not be trained on: starter, builtin, "
        "official, or the path of a file; may be given several times; none for none. When left out: all that are here.",
    ),
]


def guarded(names: tuple[str, ...]) -> tuple[list[str], list[Known]]:
    """The names of the benchmarks that data is kept clear of, and their requests."""
    from writingbench import assets
    from writingbench.benchmark import BUILTIN
    from writingbench.training.leaks import NONE
    from writingbench.training.leaks import guarded as known

    here = [name for name in BUILTIN if name != "official" or assets.find(name)]
    wanted = list(dict.fromkeys(names)) or here
    return [name for name in wanted if name != NONE], known(wanted, lambda: assets.get("official"))


def show_left_out(counts: Mapping[str, int]) -> None:
    """How many were left out, by reason; nothing where none were."""
    if counts:
        terminal.say("Left out: " + ", ".join(f"{count:,} {why}" for why, count in counts.items()))


def show_made(made: Mapping[str, Any]) -> None:
    """What was left out of data, and what it was kept clear of."""
    show_left_out(made["left_out"])
    terminal.say(f"Kept clear of: {', '.join(made['benchmarks']) or 'no benchmark'}")
