"""Who is asked, and how they like to be asked: `provider/model` names and what providers.toml knows of them."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from writingbench.records import Sampling, Thinking, UserError

LIMITS = ("max_tokens", "max_completion_tokens")
SCHEMA = {"response_format", "output_config"}


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of providers.toml, which says what the fields mean."""

    connections: int
    base_url: str = ""
    key: str = ""
    vendor: bool = False
    dialect: Literal["openai", "anthropic"] = "openai"
    refuses: tuple[str, ...] = ()
    schema: bool = False
    batch: bool = False
    thinking: Literal["effort", "type", "budget", "template", "switch", "nested"] = "effort"

    def elsewhere(self, base_url: str) -> Provider:
        """The same dialect at another address, where a vendor's own habits do not hold."""
        if not self.vendor:
            return msgspec.structs.replace(self, base_url=base_url)
        return Provider(
            connections=self.connections,
            key=self.key,
            base_url=base_url,
            dialect=self.dialect,
            batch=self.batch,
            thinking=self.thinking,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One model that can be asked."""

    name: str  # as the user wrote it: provider/model
    model: str  # what the server knows it by; for the embedded server the asset's name or the file's path
    identity: str  # what replies are kept under: the vendor's name for it, or the hash of its weights
    provider: Provider
    key: str = field(default="", repr=False)  # never stored, never shown
    weights: Path | None = None  # the file the embedded server is to load; None for any other server
    adapter: Path | None = None  # what it is to lay on top of them
    refuses: frozenset[str] = frozenset()  # fields of a call that it turns down, by their name on the wire
    thinking: Thinking | None = None  # as the user wants it; None: as the server does by itself

    @property
    def place(self) -> str:
        """What is learned of an endpoint is learned of this: a model at an address (without a password in it)."""
        parts = urlsplit(self.provider.base_url)
        return f"{self.identity} {parts._replace(netloc=parts.netloc.rpartition('@')[2]).geturl()}".strip()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be written down."""
        return tuple(filter(None, (self.key, urlsplit(self.provider.base_url).password)))

    @property
    def limit(self) -> str:
        """The field that limits output tokens: the older name, unless the server wants the newer."""
        return LIMITS[1] if LIMITS[0] in self.refuses else LIMITS[0]

    @property
    def schema(self) -> bool:
        """Whether an answer can be held to a JSON schema."""
        return self.provider.schema and not self.refuses & SCHEMA

    def without(self, fields: Iterable[str]) -> Endpoint:
        """The endpoint, asked without these fields."""
        return replace(self, refuses=self.refuses | set(fields))

    def adapt(self, sampling: Sampling) -> Sampling:
        """The sampling as this endpoint can be asked for it."""
        gone: dict[str, None] = {field: None for field in ("temperature", "top_p", "top_k") if field in self.refuses}
        if self.refuses >= set(LIMITS):
            gone["max_tokens"] = None
        sampling = replace(sampling, **gone)
        return replace(sampling, thinking=self.thinking) if self.thinking else sampling


@cache
def providers() -> Mapping[str, Provider]:
    """The providers by name."""
    table = tomllib.loads((files("writingbench.models") / "providers.toml").read_text("utf-8"))
    return msgspec.convert(table, dict[str, Provider])


def resolve(name: str, base_url: str | None = None) -> Endpoint:
    """The endpoint behind `provider/model`. Nothing is asked, opened or downloaded yet.

    Raises UserError for an unknown provider, a missing key or a base URL that is none.
    """
    prefix, _, model = name.partition("/")
    known = providers()
    if not model or prefix not in known:
        raise UserError(
            f"{name!r} is not a model: write provider/model, for example openai/gpt-5.2 or local/smollm2; "
            f"providers: {', '.join(known)}. Any server that speaks the OpenAI chat protocol works as "
            "openai/MODEL with --base-url"
        )
    provider = known[prefix]
    if prefix in ("local", "gguf"):
        if prefix == "local" and model != "smollm2" and not Path(model).exists():
            raise UserError(
                f"{name!r}: the embedded model is local/smollm2, and there is no {model} that was trained here "
                "(`writingbench train export`); for any other file write gguf/PATH"
            )
        if prefix == "gguf" and not Path(model).is_file():
            raise UserError(f"{name!r}: there is no file {model}")
        return Endpoint(name=name, model=model, identity=name, provider=provider)
    if base_url:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UserError(f"--base-url {base_url!r} is not a URL; write it as http://HOST:PORT/v1")
        provider = provider.elsewhere(base_url.rstrip("/"))
    key = os.environ.get(provider.key, "").strip() if provider.key else ""
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in key):
        raise UserError(f"{provider.key} holds a line break or another control character; set it to the key alone")
    if provider.vendor and not key:
        raise UserError(f"{name} needs an API key: set the environment variable {provider.key}")
    refuses = frozenset(provider.refuses)
    return Endpoint(name=name, model=model, identity=name, provider=provider, key=key, refuses=refuses)
