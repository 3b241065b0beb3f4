"""What the calls of one run have cost, and whether there is money left for another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from writingbench.models.stops import Spent
from writingbench.records import Reply, Request, Usage

GUESS = 1000  # output tokens of a call, before the first replies have shown what is usual
ENOUGH = 5  # replies
NOTHING = (0.0, 0.0)


@dataclass(slots=True)
class Account:
    """Shared by all lines of a run, in US dollars of this run of the program alone."""

    most: float | None = None
    spent: float = 0.0
    reserved: float = 0.0  # for the calls in flight
    out: int = 0  # calls in flight
    waiting: list[asyncio.Future[None]] = field(default_factory=list)  # for one of those to be paid


@dataclass(slots=True)
class Till:
    """What one line's calls cost. `price` gives the cost of a call in US dollars; None where it is not known."""

    account: Account
    price: Callable[[Usage], float] | None
    _replies: int = 0
    _guessed: float = 0.0  # what the calls behind `_paid` were thought to cost
    _paid: float = 0.0

    def admit(self, request: Request) -> tuple[float, float]:
        """Set money aside for a call. Returns what it was thought to cost and what was set aside for it.

        Raises Spent when there is not enough left.
        """
        account = self.account
        if account.most is None or self.price is None:
            return NOTHING
        size = sum(len(message.text.encode()) for message in request.messages)
        output = min(GUESS, request.sampling.max_tokens or GUESS)
        guess = self.price(Usage(input_tokens=size // 4, output_tokens=output))
        usual = self._paid / self._guessed if self._replies >= ENOUGH and self._guessed else 1.0
        if account.spent + account.reserved + guess * usual > account.most:
            raise Spent(
                f"stopped at --max-cost: ${account.spent:.4f} of ${account.most:.4f} are spent, and the next call may "
                "take more than is left"
            )
        account.reserved += guess * usual
        account.out += 1
        return guess, guess * usual

    async def admit_soon(self, request: Request) -> tuple[float, float]:
        """As `admit`, but while calls are in flight it waits for them: they may cost less than was set aside."""
        while True:
            try:
                return self.admit(request)
            except Spent:
                if not self.account.out:
                    raise
            paid: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.account.waiting.append(paid)
            await paid

    def cost(self, usage: Usage) -> float | None:
        """What a call cost in US dollars, None where that is not known."""
        return self.price(usage) if self.price else None

    def settle(self, aside: tuple[float, float], reply: Reply | None) -> None:
        """Release what was set aside and pay for the reply."""
        guess, reserved = aside
        if aside is not NOTHING:
            self.account.reserved -= reserved
            self.account.out -= 1
            waiting, self.account.waiting = self.account.waiting, []
            for paid in waiting:
                if not paid.done():
                    paid.set_result(None)
        if reply is None or reply.cost is None:
            return
        self._replies += 1
        self._guessed += guess
        self._paid += reply.cost
        self.account.spent += reply.cost
