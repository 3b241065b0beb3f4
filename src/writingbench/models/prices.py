"""What calls cost, in US dollars: by a price list of the user's own, else by the vendors' as `genai-prices` has them.

No price is no number: where none is known there is no `Cost`, and nobody may take that for free of charge.
"""

from __future__ import annotations

import time
import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol

import msgspec

from writingbench.models.endpoints import Endpoint, providers
from writingbench.records import Usage, UserError

# Our providers as genai-prices calls them. It has no list of dashscope's.
VENDORS = {
    "anthropic": "anthropic",
    "deepseek": "deepseek",
    "gemini": "google",
    "mistral": "mistral",
    "moonshot": "moonshotai",
    "openai": "openai",
    "openrouter": "openrouter",
    "zhipu": "zhipuai",
}
MILLION = 1_000_000


class Cost(Protocol):
    """What one call costs, in US dollars; `batch`: asked by way of a vendor's batch service."""

    def __call__(self, usage: Usage, batch: bool = False) -> float: ...


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """US dollars per million tokens."""

    input: float
    cached: float  # input that the vendor had in its cache
    cache_write: float  # input that it charges for keeping there
    output: float

    def cost(self, usage: Usage, batch: bool = False) -> float:
        """US dollars for one call; in a batch, where vendors take half."""
        fresh = max(usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens, 0)
        dollars = (
            fresh * self.input
            + usage.cached_tokens * self.cached
            + usage.cache_write_tokens * self.cache_write
            + usage.output_tokens * self.output
        ) / MILLION
        return dollars / 2 if batch else dollars


def price_of(endpoint: Endpoint, own: Mapping[str, Price]) -> Cost | None:
    """What calls of `endpoint` cost; None where that is not known.

    `own` comes first. Embedded models and the user's own servers cost nothing; a vendor's dialect spoken at another
    address may cost anything.
    """
    if endpoint.name in own:
        return own[endpoint.name].cost
    prefix = endpoint.name.partition("/")[0]
    known = providers()[prefix]
    if not known.vendor:
        return _free
    if endpoint.provider.base_url != known.base_url or prefix not in VENDORS:
        return None
    return _listed(VENDORS[prefix], endpoint.model)


def _free(usage: Usage, batch: bool = False) -> float:
    return 0.0


def _listed(vendor: str, model: str) -> Cost | None:
    """The vendor's list price of today and this time of day; None for a model that is not listed.

    genai-prices never looks for newer prices by itself. It needs 25 to 95 µs to price a call, so it is asked once a
    minute what a token of each kind costs, and calls are priced by that.
    """
    if not _steps(vendor, model, batch=False):
        return None

    @lru_cache(maxsize=2)
    def now(minute: int, batch: bool) -> tuple[list[int], list[Price], bool]:
        steps = _steps(vendor, model, batch)
        # the batch service of some models has its own prices in the list; of the others vendors take half
        return list(steps), list(steps.values()), batch and steps == _steps(vendor, model, batch=False)

    def cost(usage: Usage, batch: bool = False) -> float:
        starts, prices, halved = now(int(time.time() // 60), batch)
        return prices[max(bisect_left(starts, usage.input_tokens) - 1, 0)].cost(usage, halved)

    return cost


def _steps(vendor: str, model: str, batch: bool) -> dict[int, Price]:
    """A model's list prices, by the number of input tokens above which they hold; {} where there are none."""
    # imported here: it takes 0.2 s, and only a vendor's model needs it
    from genai_prices import Usage as Tokens  # noqa: PLC0415
    from genai_prices import calc_price  # noqa: PLC0415
    from genai_prices.types import TieredPrices  # noqa: PLC0415

    ask = partial(
        calc_price, model_ref=model, provider_id=vendor, price_context={"processing": "batch"} if batch else {}
    )
    try:
        listed = ask(Tokens()).model_price
    except LookupError:
        return {}
    if listed.input_mtok is None and listed.output_mtok is None:
        return {}
    starts = {tier.start for price in vars(listed).values() if isinstance(price, TieredPrices) for tier in price.tiers}
    steps = {}
    for start in sorted({0, *starts}):
        some = start + 1  # tokens: few enough to be below the next step
        plain, cached, written, answered = (
            float(ask(Tokens(**{"input_tokens": some, kind: some})).total_price) * MILLION / some
            for kind in ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")
        )
        steps[start] = Price(input=plain, cached=cached, cache_write=written, output=answered - plain)
    return steps


def load(path: Path) -> dict[str, Price]:
    """A price list of the user's own, by the model's name as the user writes it.

        ["openai/my-model"]
        input = 0.5
        output = 2.0
        cached = 0.05       # as `input` when left out
        cache_write = 0.6   # the same

    Raises UserError, with the field and the value that are wrong.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UserError(f"--prices {path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise UserError(
            f'--prices {path}: not a TOML file ({error}); a model\'s name stands in quotes: ["openai/my-model"]'
        ) from error
    return {name: _own(path, name, prices) for name, prices in table.items()}


def _own(path: Path, name: str, prices: Any) -> Price:
    prefix, _, model = name.partition("/")
    if not model or prefix not in providers():
        raise UserError(
            f"--prices {path}: {name!r} is not a model; name each table as the model is called on the command line, "
            'in quotes: ["openai/my-model"]'
        )
    if not isinstance(prices, dict):
        raise UserError(f'--prices {path}: {name!r} is {prices!r:.60}; write ["{name}"] and below it `input = ...`')
    fields = Price.__struct_fields__
    for field, value in prices.items():
        if field not in fields:
            raise UserError(f"--prices {path}: {name}: unknown field `{field}`; there are {', '.join(fields)}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MILLION:
            raise UserError(
                f"--prices {path}: {name}: `{field}` is {value!r:.60}; it must be US dollars per million tokens, "
                "0 or more"
            )
    for field in ("input", "output"):
        if field not in prices:
            raise UserError(f"--prices {path}: {name}: `{field}` is missing; say what a million {field} tokens cost")
    plain = float(prices["input"])
    return Price(**{"cached": plain, "cache_write": plain} | {field: float(value) for field, value in prices.items()})
