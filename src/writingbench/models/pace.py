"""Who goes next, and when: how many calls an endpoint gets at once, how many a minute, and after what pause.

The number in flight follows the server (additive increase, multiplicative decrease, as TCP's congestion control in
RFC 5681 does it): it grows by one for each answer until the server first pushes back (429, 503, 529), is halved
then, and grows by one for each full round of answers from there on.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from itertools import count

BURST = 0.1  # seconds' worth of calls that may go at once under a ceiling per minute, because timers are coarse
MINUTE = 60.1  # so that a minute with such a burst in it still keeps to the ceiling


class Pace:
    """At most `limit` calls in flight, `rpm` calls and `tpm` tokens a minute.

    Of those that wait, the most urgent goes first, then the longest waiting. Urgency keeps the calls of one response
    together in time: whoever finishes what was begun goes before whoever begins something new, so that the server
    still has the prefix in its cache.
    """

    def __init__(self, start: int, most: int, rpm: float | None = None, tpm: float | None = None) -> None:
        self.limit = float(start)
        self.in_flight = 0
        self.tokens = 0.0  # of a call, on average
        self.most = most
        self._growing = True  # until the server pushes back for the first time
        self._halved = 0.0
        self._per_call = MINUTE / rpm if rpm else 0.0
        self._per_token = MINUTE / tpm if tpm else 0.0
        self._held = 0.0
        self._calls_until = self._tokens_until = 0.0  # until when the ceilings are used up by what went out already
        self._answers = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()
        self._alarm: asyncio.TimerHandle | None = None

    async def enter(self, urgency: int = 0) -> None:
        """Wait for a place; `leave` gives it back."""
        if not self._waiting and self.in_flight < int(self.limit) and self._wait() <= 0:
            self._go()
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (-urgency, next(self._order), place))
        self._next()
        try:
            await place
        except asyncio.CancelledError:
            # the place may have been given in the same moment: it must not be lost with us
            if place.done() and not place.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Give a place to the next."""
        self.in_flight -= 1
        self._next()

    def answered(self, tokens: int) -> None:
        """A call that is still in its place was answered, and took so many tokens in and out."""
        if self._waiting or self.in_flight >= int(self.limit):  # a limit that nobody comes near has not been tried
            self.limit = min(self.most, self.limit + (1 if self._growing else 1 / self.limit))
        self._tokens_until += (tokens - self.tokens) * self._per_token
        self._answers += 1
        self.tokens += (tokens - self.tokens) / self._answers

    def pushed_back(self, began: float) -> None:
        """The server had too much to do for a call that began then (`time.monotonic`)."""
        self._growing = False
        if began >= self._halved:  # those sent before the last halving say nothing new
            self.limit, self._halved = max(1.0, self.limit / 2), time.monotonic()

    def hold(self, seconds: float) -> None:
        """Send nothing for so long."""
        self._held = max(self._held, time.monotonic() + seconds)

    def _wait(self) -> float:
        """Seconds until the next may go."""
        if not (self._held or self._per_call or self._per_token):
            return 0.0
        now = time.monotonic()
        return max(self._held - now, max(self._calls_until, self._tokens_until) - BURST - now)

    def _go(self) -> None:
        self.in_flight += 1
        if self._per_call or self._per_token:
            now = time.monotonic()
            self._calls_until = max(self._calls_until, now) + self._per_call
            self._tokens_until = max(self._tokens_until, now) + self.tokens * self._per_token

    def _next(self) -> None:
        while self._waiting and self.in_flight < int(self.limit):
            if (wait := self._wait()) > 0:
                if self._alarm is None:
                    self._alarm = asyncio.get_running_loop().call_later(wait, self._wake)
                return
            place = heapq.heappop(self._waiting)[2]
            if not place.done():
                self._go()
                place.set_result(None)

    def _wake(self) -> None:
        self._alarm = None
        self._next()
