"""Named rules of play. A score means something only together with the rules it was made under.

A protocol is a TOML file: which data, how writer and judge sample, which prompt, how many responses per query
and marks per criterion. Its fingerprint stands beside every score.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from writingbench.records import Sampling, UserError, fingerprint

SHIPPED = ("standard", "official", "demo", "brief")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """How a judge is asked for a mark."""

    prompt: str  # the name of a prompt
    schema: bool  # hold the judge's answer to a JSON schema where the server supports it
    reason_limit: int | None = None  # characters the schema allows for the reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    name: str
    data: str  # the benchmark that is used when none is named
    criteria: int  # how many every query must have
    responses: int  # per query
    repeats: int  # marks per criterion
    writer: Sampling
    judge: Sampling
    marking: Marking

    @property
    def fingerprint(self) -> str:
        """Of the rules alone: the prompt's text is part of the judge's fingerprint."""
        samplings = {
            "writer": msgspec.to_builtins(self.writer.identity),
            "judge": msgspec.to_builtins(self.judge.identity),
        }
        return fingerprint({**msgspec.to_builtins(self), **samplings, "name": None})


def load(name: str) -> Protocol:
    """A shipped protocol by its name, or any by the path of its TOML file.

    Raises UserError when there is none, or with the field that is wrong.
    """
    if name in SHIPPED:
        text = (files("writingbench.protocols") / f"{name}.toml").read_text("utf-8")
    else:
        try:
            text = Path(name).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(
                f"no protocol {name!r}: it is neither one of {', '.join(SHIPPED)} nor a readable file ({error})"
            ) from error
    try:
        table = tomllib.loads(text)
        protocol = msgspec.convert(table, Protocol)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UserError(f"{name}: not a protocol: {error}") from error
    if unknown := unknown_field(table, msgspec.to_builtins(protocol)):
        raise UserError(f"{name}: unknown field `{unknown}`; a misspelt rule would silently not apply")
    for field in ("criteria", "responses", "repeats"):
        if getattr(protocol, field) < 1:
            raise UserError(f"{name}: `{field}` is {getattr(protocol, field)}, it must be at least 1")
    return protocol


def unknown_field(table: dict[str, Any], read: dict[str, Any]) -> str | None:
    """The first field of a TOML table that no field of the record took up."""
    for key, value in table.items():
        if key not in read:
            return key
        if isinstance(value, dict) and (inner := unknown_field(value, read[key])):
            return f"{key}.{inner}"
    return None
