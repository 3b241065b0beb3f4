"""What the calls of one run have cost, and whether there is money left for another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from writingbench.records import Reply, Request, Usage

GUESS = 1000  # output tokens of a call, before the first replies have shown what is usual
ENOUGH = 5  # replies


class Spent(Exception):
    """What may be spent is spent. Its text says how much that was."""


@dataclass(slots=True)
class Account:
    """Shared by all lines of a run, in US dollars of this run of the program alone."""

    most: float | None = None
    spent: float = 0.0
    reserved: float = 0.0  # for the calls in flight


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
            return 0.0, 0.0
        size = sum(len(message.text.encode()) for message in request.messages)
        output = min(GUESS, request.sampling.max_tokens or GUESS)
        guess = self.price(Usage(input_tokens=size // 4, output_tokens=output))
        usual = self._paid / self._guessed if self._replies >= ENOUGH and self._guessed else 1.0
        if account.spent + account.reserved + guess * usual > account.most:
            gone = account.spent + account.reserved
            raise Spent(f"stopped at --max-cost: ${gone:.4f} of ${account.most:.4f} are spent")
        account.reserved += guess * usual
        return guess, guess * usual

    def settle(self, aside: tuple[float, float], reply: Reply | None) -> float | None:
        """Release what was set aside and pay for the reply; returns its cost, None where that is not known."""
        guess, reserved = aside
        self.account.reserved -= reserved
        if reply is None or self.price is None:
            return None
        cost = self.price(reply.usage)
        self._replies += 1
        self._guessed += guess
        self._paid += cost
        self.account.spent += cost
        return cost
