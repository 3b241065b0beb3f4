"""The vendors' batch interfaces as their documentation has them: one module for each, values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from writingbench.models.batches import anthropic, openai
from writingbench.models.batches.records import Result, State
from writingbench.models.dialects.nonsense import decode
from writingbench.models.endpoints import Endpoint

__all__ = ["Interface", "listed", "of"]


class Interface(Protocol):
    """What a module of this package offers."""

    @property
    def PATH(self) -> str: ...  # noqa: N802 - constants of the module
    @property
    def AFTER(self) -> str:  # noqa: N802
        """The parameter that asks for the list's next page."""

    @property
    def NEWEST_FIRST(self) -> bool:  # noqa: N802
        """Whether the vendor promises that order of its list."""

    @property
    def FILES(self) -> str:  # noqa: N802
        """Where the calls are uploaded before the batch is made; "" where they come with it."""

    @property
    def CALLS(self) -> int:  # noqa: N802
        """The most calls in a batch."""

    @property
    def BYTES(self) -> int:  # noqa: N802
        """The most bytes in a batch."""

    @property
    def AROUND(self) -> tuple[bytes, bytes, bytes]:  # noqa: N802
        """What stands before, between and after the calls."""

    def call(self, name: str, body: Mapping[str, Any]) -> bytes:
        """One call of a batch, whose result will carry its name."""

    def order(self, file: str, key: str) -> bytes:
        """The body that makes a batch of an uploaded file."""

    def state(self, answer: bytes) -> State:
        """What the vendor says of a batch. Raises Nonsense when it says nothing of the kind."""

    def result(self, line: bytes) -> Result:
        """One line of the results. Raises Nonsense when it is none."""


INTERFACES: Mapping[str, Interface] = {"openai": openai, "anthropic": anthropic}


def of(endpoint: Endpoint) -> Interface:
    """The batch interface that an endpoint's dialect has."""
    return INTERFACES[endpoint.provider.dialect]


class _Page(msgspec.Struct):
    data: list[msgspec.Raw]
    has_more: bool = False


_page = msgspec.json.Decoder(_Page, strict=False)


def listed(answer: bytes, interface: Interface) -> tuple[list[State], bool]:
    """One page of a vendor's batches, and whether there are more. Raises Nonsense when it is none."""
    page = decode(answer, _page, "a list of batches")
    return [interface.state(bytes(one)) for one in page.data], page.has_more
