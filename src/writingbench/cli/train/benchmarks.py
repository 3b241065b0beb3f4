"""Which benchmarks training data is kept clear of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

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
