"""Have a model make up requests for the subdomains of a taxonomy, in English and Chinese.

    Cell("Education", "Lesson Plan", "zh"), 10 of each  ->  10 items at stage draft, no two of them alike

In rounds: each subdomain that has too few requests is asked about once, and told what is there already, so that the
next ones differ; what is alike with others, or known from elsewhere, is put aside; what is then short is asked for
again. A request is in the project as soon as the reply that holds it is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from writingbench import calls, models
from writingbench.benchmark.taxonomy import Domain, Subdomain, Taxonomy
from writingbench.construct.alike import Gone, put_aside
from writingbench.construct.drafted import Batch, Cell, Drafted, read
from writingbench.construct.item import Item, Stage, key, noted
from writingbench.construct.known import Known
from writingbench.construct.others import short
from writingbench.construct.places import called
from writingbench.construct.project import Project
from writingbench.criteria.generate import CALLED
from writingbench.models import Endpoint, Terms
from writingbench.models.batch import BatchLine
from writingbench.models.chat import Line
from writingbench.models.terms import ANY
from writingbench.records import Failure, Language, Request, Sampling, UserError
from writingbench.store import Store

LANGUAGES: tuple[Language, ...] = get_args(Language)
SAMPLING = Sampling(temperature=1.0, max_tokens=8192)  # ten requests take about 800; the rest is room for thinking
MOST = 10  # requests asked for in one call: a reply that is soon there, and little that is lost with it
TOLD = 60  # requests a model is told that are there already, the newest; of each the beginning
PATIENCE = 2  # rounds in a row that may bring nothing new before a subdomain is left as it is
SEEDED = 10_000  # draws of one seed
OUT: tuple[Stage, ...] = ("duplicate", "rejected")  # stages of what does not count
NOTHING = {"en": "(none yet)", "zh": "（还没有）"}
SHORT: Mapping[Language, int] = {"en": 160, "zh": 60}  # characters: an embedded model may not end a text by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be there in the end."""

    taxonomy: Taxonomy
    cells: Sequence[Cell]
    count: int  # of each model, for each cell
    seed: int = 1  # with another one what is asked for is drawn anew
    known: Sequence[Known] = ()  # what must not be repeated

    @property
    def places(self) -> dict[tuple[str, str], tuple[Domain, Subdomain]]:
        """Domains and subdomains by their names."""
        return {(one.name, sub.name): (one, sub) for one in self.taxonomy.domains for sub in one.subdomains}


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of drafting."""

    added: int  # with what was then put aside
    unfit: Mapping[str, int]  # how many were left out, by reason
    gone: Sequence[Gone]  # what was put aside
    failed: Mapping[Cell, Failure]  # whose last answer was of no use
    calls: int
    stopped: str = ""  # why it ended before everything was asked


def cells(
    taxonomy: Taxonomy, domains: Iterable[str] = (), subdomains: Iterable[str] = (), language: Language | None = None
) -> list[Cell]:
    """The cells of a taxonomy within some domains, subdomains (by either name) and a language; all where none is named.

    Raises UserError for a name that there is not, or when nothing is left.
    """
    within = _names("--domain", domains, taxonomy.domains)
    inside = _names("--subdomain", subdomains, [sub for one in taxonomy.domains for sub in one.subdomains])
    found = [
        Cell(domain.name, subdomain.name, tongue)
        for domain in taxonomy.domains
        if not within or domain.name in within
        for subdomain in domain.subdomains
        if not inside or subdomain.name in inside
        for tongue in LANGUAGES
        if language in {None, tongue}
    ]
    if not found:
        raise UserError("no subdomain is left: --domain and --subdomain must hold at the same time")
    return found


def _names(flag: str, wanted: Iterable[str], places: Sequence[Subdomain]) -> set[str]:
    known = {name.casefold(): place.name for place in places for name in (place.zh, place.name)}
    for one in wanted:
        if one.casefold() not in known:
            names = ", ".join(dict.fromkeys(place.name for place in places))
            raise UserError(f"{flag} {one!r:.80}: the taxonomy has none of that; it has {names}")
    return {known[one.casefold()] for one in wanted}


async def carry_out(
    project: Project,
    plan: Plan,
    by: Endpoint,
    store: Store,
    terms: Terms = ANY,
    seen: calls.Seen = calls.QUIET,
    *,
    again: bool = False,
) -> Came:
    """Draft until each cell has as many requests of this model as the plan says, or no more come.

    `again`: ask afresh where the answers were of no use. Raises UserError where `rensa` is not installed.
    """
    question: calls.Question[Batch, Drafted] = calls.Question(
        request=lambda batch, by, draw: request(batch, plan, by, draw), read=read
    )
    question = calls.afresh(question, store) if again else question
    added, unfit = 0, Counter[str]()
    failed: dict[Cell, Failure] = {}
    gone: list[Gone] = []

    async def work(lines: Mapping[Endpoint, Line | BatchLine]) -> None:
        line = lines[by]

        async def one(batch: Batch) -> None:
            nonlocal added
            said = await calls.ask(batch, question, line.endpoint, line)
            if isinstance(said, Failure):
                failed[batch.cell] = said
                seen.answer(said)
                return
            unfit.update(said.unfit)
            new = project.add(items(said, by), by=by.name, what="draft")
            added += new
            for _ in range(new):
                seen.answer(said)

        failed.clear()
        patience = dict.fromkeys(plan.cells, PATIENCE)
        before: Mapping[Cell, int] = {}
        while True:
            gone.extend(put_aside(project, plan.known))  # also what a killed run left behind
            now = drafts(project, by)
            for cell, had in before.items():
                patience[cell] = PATIENCE if now[cell] > had else patience[cell] - 1
            wanting = [cell for cell in plan.cells if now[cell] < plan.count and patience[cell] and cell not in failed]
            if not wanting:
                return
            before = {cell: now[cell] for cell in wanting}
            await models.drain(batches(project, plan.count, before), one, workers=min(len(wanting), line.most))

    came = await calls.on_lines([by], work, store, terms, seen.note)
    if came.stopped:
        gone.extend(put_aside(project, plan.known))
    return Came(
        added=added,
        unfit=unfit,
        gone=gone,
        failed=failed,
        calls=came.calls,
        stopped=came.stopped,
    )


def drafts(project: Project, by: Endpoint) -> Counter[Cell]:
    """How many requests of each cell are this model's, those not counted that are put aside or rejected."""
    return Counter(
        Cell(item.domain1, item.domain2, item.language)
        for kept in project.items()
        if (item := kept.item).stage not in OUT
        and any((step.what, step.by) == ("draft", by.name) for step in item.history)
    )


def batches(project: Project, count: int, have: Mapping[Cell, int]) -> list[Batch]:
    """What to ask about cells that have too few. It follows from the project alone: the same is not paid for twice."""
    there: dict[Cell, list[Item]] = {cell: [] for cell in have}
    for kept in project.items():
        item = kept.item
        there.get(Cell(item.domain1, item.domain2, item.language), []).append(item)
    return [
        Batch(
            cell=cell,
            count=min(count - have[cell], MOST),
            there=tuple(short(item.request) for item in items[-TOLD:]),
            ids=frozenset(item.id for item in items),
        )
        for cell, items in there.items()
    ]


def request(batch: Batch, plan: Plan, by: Endpoint, draw: int = 0) -> Request:
    """The call that asks for a batch."""
    language = batch.cell.language
    domain, subdomain = plan.places[batch.cell.domain1, batch.cell.domain2]
    there = "\n".join(f"- {one}" for one in batch.there) or NOTHING[language]
    values = {
        "domain": called(domain, language),
        "about_domain": _about(domain, language),
        "subdomain": called(subdomain, language),
        "about": _about(subdomain, language),
        "mark": calls.mark(there),
        "there": there,
        "count": str(batch.count),
        "language": CALLED[language],
    }
    return Request(
        model=by.identity,
        messages=calls.prompt("construct", "draft").messages(values),
        sampling=by.adapt(SAMPLING),
        schema=schema(batch if by.weights else None) if by.schema else None,
        draw=(plan.seed - 1) * SEEDED + draw,
    )


def _about(place: Subdomain, language: Language) -> str:
    return place.description_zh if language == "zh" else place.description


def schema(batch: Batch | None = None) -> dict[str, Any]:
    """The JSON schema of an answer; with the batch for a model that has to be stopped."""
    text = {"type": "string"} | ({"maxLength": SHORT[batch.cell.language]} if batch else {})
    listed = {"minItems": batch.count, "maxItems": batch.count} if batch else {}
    return {
        "type": "object",
        "properties": {"requests": {"type": "array", "items": text, **listed}},
        "required": ["requests"],
        "additionalProperties": False,
    }


def items(found: Drafted, by: Endpoint) -> list[Item]:
    """The requests of a batch as items at stage draft."""
    cell, prompt = found.batch.cell, calls.prompt("construct", "draft").hash
    made = []
    for text in found.requests:
        id = key(cell.domain2, cell.language, text)
        item = Item(id=id, domain1=cell.domain1, domain2=cell.domain2, language=cell.language, request=text)
        made.append(noted(item, "draft", by.name, prompt=prompt))
    return made
