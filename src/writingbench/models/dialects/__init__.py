"""How servers want to be asked, and what their answers say: one module for each protocol, values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from writingbench.models.dialects import anthropic, openai
from writingbench.models.dialects.complaints import Complaint, complaint, refused, words
from writingbench.models.dialects.nonsense import Nonsense, Price, unknown
from writingbench.models.endpoints import Endpoint
from writingbench.records import Reply, Request

__all__ = ["Complaint", "Dialect", "Nonsense", "complaint", "of", "refused", "words"]


class Dialect(Protocol):
    """What a module of this package offers."""

    @property
    def PATH(self) -> str: ...  # noqa: N802 - a constant of the module

    def headers(self, key: str) -> dict[str, str]:
        """What identifies the caller; `key` may be empty."""

    def body(self, request: Request, endpoint: Endpoint) -> dict[str, Any]:
        """The JSON body of a call."""

    def reply(self, answer: bytes, seconds: float, price: Price = unknown) -> Reply:
        """A successful answer as a Reply. Raises Nonsense when it is none."""


DIALECTS: Mapping[str, Dialect] = {"openai": openai, "anthropic": anthropic}


def of(endpoint: Endpoint) -> Dialect:
    """The dialect that an endpoint speaks."""
    return DIALECTS[endpoint.provider.dialect]
