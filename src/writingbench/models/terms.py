"""How hard servers may be asked, and what that may cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from writingbench.models.endpoints import Endpoint
from writingbench.models.pace import Pace
from writingbench.models.prices import Price

ROOM = 4  # an endpoint's number of connections may grow to so many times what it begins with


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How hard servers may be asked and what that may cost. None is no ceiling of the user's own."""

    connections: int | None = None  # calls in flight at most, on each endpoint
    rpm: float | None = None  # calls a minute, on each endpoint
    tpm: float | None = None  # tokens in and out a minute, on each endpoint
    timeout: float = 1800.0  # seconds until an answer must be there in whole (a long one is not streamed)
    max_cost: float | None = None  # US dollars, for this run of the program
    prices: Mapping[str, Price] = field(default_factory=dict)  # of the user's own, by provider/model
    first_pause: float = 0.5  # seconds before the first retry; each later one waits twice as long
    batch: bool = False  # by the vendors' batch interfaces, where there are any

    def batches(self, endpoint: Endpoint) -> bool:
        """Whether an endpoint is asked by batch."""
        return self.batch and endpoint.provider.batch

    def pace(self, endpoint: Endpoint) -> Pace:
        """The pace of an endpoint on these terms."""
        usual = endpoint.provider.connections
        if endpoint.weights:  # as many as its server has slots
            most = min(usual, self.connections or usual)
        else:
            most = self.connections or usual * ROOM
        # whoever names a ceiling vouches for it; without one, the server shows what it bears
        return Pace(most if self.connections else usual, most, self.rpm, self.tpm)


ANY = Terms()
