"""Tag requests by a taxonomy: their domain and subdomain, and which kinds of demand they make.

    Item("Write a toast for my sister's wedding.")
        ->  domain1 "Literature & Arts", domain2 "", proposed "Wedding Toast: ...", requirements ()

Two short calls a request: its domain with its demands, then its subdomain. What was under other, asked by a taxonomy
that has it, is another question, asked anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from writingbench import calls, models
from writingbench.benchmark.taxonomy import Taxonomy
from writingbench.construct.item import Item, noted
from writingbench.construct.places import OTHER, Place, check, domain_question, proposed, subdomain_question, told
from writingbench.construct.project import Held, Kept, Outdated, Project
from writingbench.construct.refined import sized
from writingbench.models import Endpoint, Terms
from writingbench.models.batch import BatchLine
from writingbench.models.chat import Line
from writingbench.models.terms import ANY
from writingbench.records import REQUIREMENTS, Failure, Language, Requirement
from writingbench.store import Store

LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What is known of a request in the end."""

    domain1: str
    domain2: str
    proposed: str
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of asking."""

    failed: Mapping[str, Failure]  # by item
    calls: int
    stopped: str = ""  # why it ended before everything was asked


def waiting(project: Project) -> list[Kept]:
    """The items that were brought in and have no subdomain yet: never tagged, or under other."""
    return [kept for kept in project.items("draft") if not kept.item.domain2 and brought(kept.item)]


def brought(item: Item) -> bool:
    """Whether an item was brought in, and not drafted by a model."""
    return any(step.what == "import" for step in item.history)


async def carry_out(
    project: Project,
    items: Sequence[Kept],
    taxonomy: Taxonomy,
    by: Endpoint,
    store: Store,
    terms: Terms = ANY,
    seen: calls.Seen = calls.QUIET,
    *,
    ready: bool = False,
) -> Came:
    """Tag items and write it into the project as it comes; with `ready`, those with a subdomain go on to screening.

    All domains come before the first subdomain, and requests whose prompts begin alike next to each other: servers
    keep beginnings in a cache, the embedded one a single one. Raises UserError as `check` does.
    """
    check(taxonomy)
    domains = {language: domain_question(taxonomy, language) for language in LANGUAGES}
    subdomains = {
        (language, domain.name): subdomain_question(domain, language)
        for language in LANGUAGES
        for domain in taxonomy.domains
    }
    prompt = told(taxonomy)
    failed: dict[str, Failure] = {}
    settled: set[str] = set()

    def settle(kept: Kept, outcome: Tags | Failure) -> None:
        settled.add(kept.item.id)
        if isinstance(outcome, Failure):
            failed[kept.item.id] = outcome
        else:
            write(project, kept, outcome, by, prompt, ready=ready)
        seen.answer(outcome)

    async def work(lines: Mapping[Endpoint, Line | BatchLine]) -> None:
        to = lines[by]
        placed: list[tuple[Kept, Place]] = []

        async def first(kept: Kept) -> None:
            said = await calls.ask(kept.item, domains[kept.item.language], to.endpoint, to)
            if isinstance(said, Place) and said.name:
                placed.append((kept, said))
            else:
                settle(kept, said if isinstance(said, Failure) else tags(kept.item, said))

        async def second(found: tuple[Kept, Place]) -> None:
            kept, domain = found
            said = await calls.ask(kept.item, subdomains[kept.item.language, domain.name], to.endpoint, to)
            settle(kept, said if isinstance(said, Failure) else tags(kept.item, domain, said))

        left = [kept for kept in items if kept.item.id not in settled]
        left.sort(key=lambda kept: kept.item.language)
        await models.drain(left, first, workers=min(len(left), to.most))
        placed.sort(key=lambda found: (found[0].item.language, found[1].name))
        await models.drain(placed, second, workers=min(len(placed), to.most))

    came = await calls.on_lines([by], work, store, terms, seen.note)
    return Came(failed=failed, calls=came.calls, stopped=came.stopped)


# what becomes of the item


def tags(item: Item, domain: Place, subdomain: Place | None = None) -> Tags:
    """What two answers come to; whether there is a demand on length is counted, and then asked."""
    last = subdomain or domain
    found = {*domain.requirements, *(["length"] if sized(item.request) else [])}
    return Tags(
        domain1=domain.name,
        domain2=subdomain.name if subdomain else "",
        proposed=last.proposed,
        requirements=tuple(kind for kind in REQUIREMENTS if kind in found),
    )


def tagged(item: Item, found: Tags, by: str, prompt: str) -> Item:
    """An item with its tags; as it is where it has them."""
    made = replace(
        item,
        domain1=found.domain1,
        domain2=found.domain2,
        proposed=found.proposed,
        requirements=found.requirements,
    )
    if made == item:
        return item
    place = ", ".join(filter(None, (found.domain1, found.domain2 or f"{OTHER} ({proposed(made)[0]})")))
    return noted(made, "tag", by, prompt=prompt, note=f"{place}; {', '.join(found.requirements) or 'no demands'}")


def write(project: Project, kept: Kept, found: Tags, by: Endpoint, prompt: str, *, ready: bool) -> None:
    """Write the tags of an item into the project, unless it has moved on or got a subdomain meanwhile."""
    while kept.item.stage == "draft" and not kept.item.domain2:
        made = tagged(kept.item, found, by.name, prompt)
        made = replace(made, stage="screen") if ready and made.domain2 else made
        try:
            project.change(kept, made, by=by.name, what="tag", hold=False)
        except Outdated as told:
            kept = told.now
        except Held:
            return
        else:
            return


def pass_on(project: Project, items: Sequence[Kept]) -> None:
    """Send items that are tagged already on to screening, as they stand."""
    for kept in items:
        try:
            project.change(kept, replace(kept.item, stage="screen"), by="writingbench", what="ready", hold=False)
        except (Outdated, Held):
            continue  # somebody is at work on it
