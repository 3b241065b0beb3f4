"""Options that several commands share: a frozen dataclass becomes flags."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from writingbench.records import DYNAMIC, Language, Thinking, UserError

if TYPE_CHECKING:
    from writingbench.models import Terms

EMBEDDED = "local/smollm2"

Flag = Annotated[bool, Parameter(negative=())]


BaseUrl = Annotated[
    str | None, Parameter(help="Where the server stands, http://HOST:PORT/v1, instead of the provider's own.")
]
Criteria = Annotated[
    str,
    Parameter(
        help="What the responses are judged by: dynamic (each query's own criteria), global (one set for all), domain "
        "(one set a domain), or the path of a TOML file with a set of one's own. The responses stay the same."
    ),
]
Judged = Annotated[
    str | None, Parameter(help="Only what was judged by these criteria: dynamic, global, domain, or a set's own name.")
]


@Parameter(name="*", negative=())
@dataclass(frozen=True, kw_only=True)
class Models:
    """Who writes and who marks, and by which rules."""

    writer: str | None = None
    "The model that writes, as provider/model."
    thinking: Thinking | None = None
    "How long the writer thinks before it writes: off, low, medium or high. As its server does by itself when left out."
    judge: str | None = None
    "The model that marks, as provider/model."
    protocol: str | None = None
    """The rules: standard, official, demo, brief, or the path of a TOML file. `demo` when neither writer nor judge is
    given, else `standard`."""
    criteria: Criteria = DYNAMIC
    base_url: BaseUrl = None
    writer_base_url: str | None = None
    "The same, for the writer alone."
    judge_base_url: str | None = None
    "The same, for the judge alone."


@Parameter(name="*", negative=())
@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which queries are asked."""

    benchmark: str | None = None
    "starter, builtin, official, or the path of a JSONL file; the protocol's own when left out."
    taxonomy: Path | None = None
    "A TOML file of domains, for a benchmark of one's own field."
    limit: int | None = None
    "The first so many queries."
    domain: tuple[str, ...] = ()
    "Only this domain (English or Chinese name); may be given several times, as the next three."
    subdomain: tuple[str, ...] = ()
    "Only this subdomain."
    index: tuple[int, ...] = ()
    "Only the query with this index."
    language: Language | None = None
    "Only en or only zh."


@Parameter(name="*", negative=())
@dataclass(frozen=True, kw_only=True)
class Output:
    """Where things go."""

    out: Path = Path("writingbench-out")
    "The folder that holds the store and everything made from it."
    json: Flag = False
    "Print the result as JSON on standard output, and nothing else."


@Parameter(name="*", negative=())
@dataclass(frozen=True, kw_only=True)
class Asking:
    """How hard servers are asked, and what that may cost."""

    max_connections: int | None = None
    "Calls in flight at most, on each endpoint. The number follows what the server bears; this is its ceiling."
    rpm: float | None = None
    "Calls a minute at most, on each endpoint."
    tpm: float | None = None
    "Tokens in and out a minute at most, on each endpoint."
    timeout: float = 1800
    "Seconds after which a call without a whole answer is given up and made again."
    max_cost: float | None = None
    "US dollars that this command may spend; it stops asking there, keeps what was paid for, and exits 1."
    prices: Path | None = None
    "A TOML file of prices of your own, in US dollars per million tokens."
    batch: Flag = False
    "Ask by the vendors' batch interfaces, at half price and within a day, where the endpoint has one."

    def terms(self) -> Terms:
        """These options as the library takes them. Raises UserError for a ceiling that is none."""
        from writingbench.models import Terms, prices

        for name in ("max_connections", "rpm", "tpm", "timeout", "max_cost"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise UserError(f"--{name.replace('_', '-')} is {value}; it must be a number above 0")
        return Terms(
            connections=self.max_connections,
            rpm=self.rpm,
            tpm=self.tpm,
            timeout=self.timeout,
            max_cost=self.max_cost,
            prices=prices.load(self.prices) if self.prices else {},
            batch=self.batch,
        )


@Parameter(name="*", negative=())
@dataclass(frozen=True, kw_only=True)
class Engine:
    """On how many machines it is done."""

    engine: Literal["here", "ray"] = "here"
    "Where it is done: on this machine, or spread over the Ray cluster at RAY_ADDRESS."
    workers: int | None = None
    "With ray: workers at most, each with connections of its own; one for each CPU of the cluster when left out."


HERE = Engine()


@Parameter(name="*", negative=())
@dataclass(frozen=True, kw_only=True)
class Marked:
    """Which marks are taken, of those that there are."""

    judge: str | None = None
    "Only the marks of this judge."
    protocol: str | None = None
    "Only what was made under this protocol."
    criteria: Judged = None
    marks: tuple[Path, ...] = ()
    "Instead of the store: a scores.parquet; may be given several times."


@Parameter(name="*", negative=())
@dataclass(frozen=True, kw_only=True)
class Form:
    """What a benchmark file is held to."""

    criteria: int = 5
    "How many criteria each query must have; 0 for any number."
    taxonomy: Path | None = None
    "A TOML file of domains, for a benchmark of one's own field."
    json: Flag = False
    "Print the result as JSON on standard output, and nothing else."


@Parameter(name="*", negative=())
@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a report shows."""

    lang: Language = "en"
    "The language of the page: en or zh."
    official: Flag = False
    "scores.xlsx is the published table, as the published script adds it up, instead of ours."
    figures: Flag = False
    "Charts as SVG and PNG, in the folder figures."
    mix: Flag = False
    "Show runs made under different rules, each kind in a table of its own; they are never ranked together."
    with_thinking: str | None = None
    "A writer that thinks before it writes, as it is called in the table: what the thinking changes, with the next."
    without_thinking: str | None = None
    "The same writer without thinking."
    panel: Literal["mean", "median"] | None = None
    "The judges of the store as one, whose mark is the mean or the median of theirs; the page has no reading room then."
    leave_out_self: Flag = False
    "With --panel: a judge has no say about what it wrote itself."
