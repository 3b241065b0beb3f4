"""What a run will take, before it is begun: calls, tokens and money of each stage, without what the store holds.

Every query is taken through `evaluate.item`, as in a run, but whoever is asked answers from the store. What is not
there is counted as a call to make. An answer of the expected length stands in for one that is not written yet, so that
the calls that judge it are counted too.

Money is given twice. `cost` is what is to be expected: an output of the usual length, and from the second call about
a response on the vendor has their common beginning in its cache, where it charges less for that. `most` is for calls
that all become as long as they may, with nothing found in a cache. Verdicts that are asked for again come on top.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import mean

from writingbench import evaluate, stored
from writingbench.benchmark.size import NARROW, tokens
from writingbench.evaluate import Run
from writingbench.models.memory import Known, Recall
from writingbench.models.prices import Cost
from writingbench.records import Answer, Message, Query, Reply, Request, Sampling, Usage
from writingbench.responses import read
from writingbench.store import Store

ANSWER = 1500  # tokens; 19 models wrote 1,366 on Writing-Preference-Bench, 23 wrote 1,033 on HelloBench (o200k_base)
VERDICT = 150  # tokens: two to four sentences in JSON
ENOUGH = 5  # stored replies tell more about the length of the next than these two do
SAMPLE = 50  # queries of a stored run that are looked at for that
PREFIX = 1024  # tokens that a beginning must have for vendors to keep it; some models want more

FILLER = "x"


@dataclass(slots=True, kw_only=True)
class Stage:
    """One stage of a run. Tokens and money are those of the calls to make."""

    name: str
    model: str  # who is asked, as the user wrote it
    output: int  # tokens that a call is expected to bring
    measured: int  # stored replies whose mean that is; 0: it is assumed
    stored: int = 0  # calls whose replies are in the store
    missing: int = 0  # calls to make
    input_tokens: int = 0
    cached_tokens: int = 0  # of the input, what the vendor is expected to have in its cache
    output_tokens: int = 0
    cost: float | None = 0.0  # US dollars; None where the price is not known
    most: float | None = 0.0  # the same; None also where nothing limits the output


async def estimate(
    run: Run,
    queries: Iterable[Query],
    store: Store | None,
    *,
    writer: Cost | None,
    judge: Cost | None,
    batches: tuple[bool, bool] = (False, False),
) -> list[Stage]:
    """The stages of `run` on `queries`; `store` is None where nothing has been asked yet.

    `writer` and `judge` say what their calls cost, None where that is not known, and `batches` whether each goes by
    batch. The calls of a batch come in any order, so no cache is counted on.
    """
    written, judged = await _examples(run, store) if store else ([], [])
    answers = [tokens(answer.text) for reply in written if isinstance(answer := read(reply), Answer)]
    usual, longest = round(mean(answers)) if len(answers) >= ENOUGH else ANSWER, run.writer.sampling.max_tokens
    usual = min(usual, longest or usual)
    to_writer = _Counter(
        stage=_stage("responses", run.writer.name, run.writer.sampling, written, ANSWER),
        sampling=run.writer.sampling,
        store=store,
        price=writer,
        batch=batches[0],
        stand_in=Reply(text=FILLER * max(1, round(usual / NARROW)), finish="stop"),
    )
    to_judge = to_writer
    if run.judge:
        to_judge = _Counter(
            stage=_stage("judgements", run.judge.name, run.judge.sampling, judged, VERDICT),
            sampling=run.judge.sampling,
            store=store,
            price=judge,
            batch=batches[1],
            waits_for=to_writer.stand_in,
            longer=longest - usual if longest else None,
        )
    for query in queries:
        await evaluate.item(query, run, to_writer, to_judge, evaluate.Progress())
    return [to_writer.stage, to_judge.stage] if run.judge else [to_writer.stage]


@dataclass(slots=True, kw_only=True)
class _Counter:
    """Asks nobody: answers from the store where it can, and counts what would have to be asked."""

    stage: Stage
    sampling: Sampling
    store: Store | None
    price: Cost | None
    batch: bool
    stand_in: Reply | None = None  # what takes the place of a reply that is not there
    waits_for: Reply | None = None  # whose text in a request takes the place of an answer that is not written yet
    longer: int | None = 0  # tokens by which that answer may be longer than its stand-in; None: there is no limit
    one_first: bool = True
    beginning: str = ""  # of the call before

    def ask(self, request: Request, urgency: int = 0) -> Awaitable[Reply | None]:
        known = self.store.recall(request.fingerprint) if self.store else None
        if isinstance(known, Reply):
            self.stage.stored += 1
            return Known(known)
        self._count(request)  # failures too: the next run asks again
        return Known(self.stand_in)

    def _count(self, request: Request) -> None:
        stage, beginning = self.stage, _beginning(request.messages)
        size = sum(tokens(message.text) for message in request.messages)
        prefix = min(tokens(beginning), size)
        usage = Usage(input_tokens=size, output_tokens=stage.output)
        if not self.batch and self._keeps(prefix):
            kept = "cached_tokens" if beginning == self.beginning else "cache_write_tokens"
            usage = replace(usage, **{kept: prefix})
        self.beginning = beginning
        stage.missing += 1
        stage.input_tokens += usage.input_tokens
        stage.cached_tokens += usage.cached_tokens
        stage.output_tokens += usage.output_tokens
        if self.price is None:
            stage.cost = stage.most = None
            return
        stage.cost = (stage.cost or 0.0) + self.price(usage, self.batch)
        waiting = self.waits_for and any(self.waits_for.text in message.text for message in request.messages)
        longer = self.longer if waiting else 0
        if stage.most is None or self.sampling.max_tokens is None or longer is None:
            stage.most = None
            return
        longest = Usage(input_tokens=size + longer, output_tokens=self.sampling.max_tokens)
        worst = self.price(longest, self.batch)
        if self._keeps(prefix + longer):  # what is written into a cache may cost more than what is just read
            worst = max(worst, self.price(replace(longest, cache_write_tokens=prefix + longer), self.batch))
        stage.most += worst

    def _keeps(self, prefix: int) -> bool:
        """Whether the vendor keeps a beginning of so many tokens, and takes less for it when it comes again."""
        if self.price is None or prefix < PREFIX:
            return False
        return self.price(Usage(input_tokens=prefix, cached_tokens=prefix)) < self.price(Usage(input_tokens=prefix))


def _beginning(messages: Sequence[Message]) -> str:
    """What a request has in common with others: everything up to the end of its last opening."""
    beginning, before = "", ""
    for message in messages:
        if message.opening.text:
            beginning = before + message.opening.text
        before += message.text
    return beginning


def _stage(name: str, model: str, sampling: Sampling, examples: Sequence[Reply], assumed: int) -> Stage:
    lengths = [one.usage.output_tokens or tokens(one.reasoning + one.text) for one in examples]
    measured = len(lengths) if len(lengths) >= ENOUGH else 0
    output = round(mean(lengths)) if measured else assumed
    return Stage(name=name, model=model, measured=measured, output=min(output, sampling.max_tokens or output))


@dataclass(slots=True)
class _Examples:
    """Answers from the store, and remembers what."""

    store: Store
    found: dict[str, Reply] = field(default_factory=dict)
    one_first: bool = True

    def ask(self, request: Request, urgency: int = 0) -> Awaitable[Reply | None]:
        known = self.store.recall(request.fingerprint)
        if not isinstance(known, Reply):
            return Known(None)
        self.found[request.fingerprint] = known
        return Known(known)


async def _examples(run: Run, store: Store) -> tuple[list[Reply], list[Reply]]:
    """Stored replies of this writer and of this judge, in whatever run they were asked."""
    written, judged, others = _Examples(store), _Examples(store), Recall(store)
    for one in stored.stored_runs(store):
        by_writer = one.writer.fingerprint == run.writer.fingerprint
        by_judge = one.judge is not None and run.judge is not None and one.judge.fingerprint == run.judge.fingerprint
        if by_writer or by_judge:
            queries = store.queries(one.fingerprint)
            for query in queries[:: max(1, len(queries) // SAMPLE)]:
                to_writer, to_judge = written if by_writer else others, judged if by_judge else others
                await evaluate.item(query, one, to_writer, to_judge, evaluate.Progress())
    return list(written.found.values()), list(judged.found.values())
