"""Why asking stops, though nothing is wrong with what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from writingbench.models.endpoints import Endpoint


class Spent(Exception):
    """What may be spent is spent. Its text says how much that was."""


class Refuses(Exception):
    """A server turns down a field of the call, so that it has to be asked without it: that is another judge."""

    def __init__(self, endpoint: Endpoint, field: str, words: str) -> None:
        super().__init__(f"{endpoint.name} refuses {field}: {words}")
        self.endpoint, self.field = endpoint, field
