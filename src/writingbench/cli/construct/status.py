"""`writingbench construct status`: how far everything is, and what comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from writingbench.cli import steps
from writingbench.cli.construct.projects import open_project
from writingbench.cli.options import Output
from writingbench.records import REQUIREMENTS, Language, Requirement
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.construct.item import Stage
    from writingbench.construct.project import Kept

NEXT: Mapping[str, str] = {
    "draft": "construct refine --model …",
    "collect": "serve    (annotators attach material; construct people add NAME lets them in)",
    "screen": "serve    (experts screen; construct people add NAME --role expert lets them in)",
    "confirm": "serve    (another expert confirms)",
    "approved": "construct finish --to FILE --model …",
}
OUT = ("duplicate", "rejected")  # stages of what will be in no benchmark


def status(*, output: Output = Output()) -> int:
    """How many requests are at which stage, in which domain and language, with which requirements; what comes next."""
    with open_project(output.out) as project:
        counts, found = project.counts(), project.items()
    alive = [kept.item for kept in found if kept.item.stage not in OUT]
    places = Counter((item.domain1, item.language) for item in alive)
    kinds = {kind: sum(kind in item.requirements for item in alive) for kind in REQUIREMENTS}
    if output.json:
        return steps.print_json(
            {
                "stages": counts,
                "domains": [{"domain": d, "language": lang, "items": n} for (d, lang), n in sorted(places.items())],
                "requirements": kinds,
                "in_hand": [{"id": one.item.id, "by": one.holder} for one in found if one.holder],
            }
        )
    _show(counts, found, places, kinds, len(alive))
    return 0


def _show(
    counts: Mapping[Stage, int],
    found: list[Kept],
    places: Counter[tuple[str, Language]],
    kinds: Mapping[Requirement, int],
    alive: int,
) -> None:
    terminal.table(
        ("stage", "requests", "next"),
        [(stage, f"{count:,}", f"writingbench {NEXT[stage]}" if count and stage in NEXT else "")
         for stage, count in counts.items()],
    )  # fmt: skip
    domains = sorted({domain for domain, _ in places})
    terminal.say("")
    terminal.table(
        ("domain", "en", "zh"),
        [(domain or "not tagged yet", f"{places[domain, 'en']:,}", f"{places[domain, 'zh']:,}") for domain in domains],
    )
    if alive:
        shares = ", ".join(f"{kind} {count:,} ({count / alive:.0%})" for kind, count in kinds.items())
        terminal.say(f"\nRequirements: {shares}")
    hands = Counter(kept.holder for kept in found if kept.holder)
    if hands:
        terminal.say("In hand: " + ", ".join(f"{name} {count:,}" for name, count in hands.items()))
