"""How each provider is told how long a model is to think before it answers, by its documentation."""

from __future__ import annotations

from typing import Any

from writingbench.models.endpoints import Endpoint
from writingbench.records import Request, Thinking

BUDGET: dict[Thinking, int] = {"low": 2_048, "medium": 8_192, "high": 16_384}  # tokens, where tokens are asked for
ROOM = 1_024  # tokens that a budget must leave for the answer


def thinking(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    """The fields of a call that ask for this; none where it is left to the server."""
    wanted = request.sampling.thinking
    if wanted is None:
        return {}
    on = wanted != "off"
    match endpoint.provider.thinking:
        case "effort":
            return {"reasoning_effort": wanted if on else "none"}
        case "nested":
            return {"reasoning": {"effort": wanted} if on else {"enabled": False}}
        case "type":
            return {"thinking": {"type": "enabled" if on else "disabled"}}
        case "template":
            return {"chat_template_kwargs": {"enable_thinking": on}}
        case "switch":
            return {"enable_thinking": on}
        case "budget":
            if not on:
                return {"thinking": {"type": "disabled"}}
            most = (request.sampling.max_tokens or BUDGET[wanted] + ROOM) - ROOM
            return {"thinking": {"type": "enabled", "budget_tokens": max(ROOM, min(BUDGET[wanted], most))}}
