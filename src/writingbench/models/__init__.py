"""Talk to any model: one call, one retry loop, whoever answers."""

from writingbench.models.account import Spent
from writingbench.models.chat import Line, Refuses
from writingbench.models.endpoints import Endpoint, resolve
from writingbench.models.lines import Terms, connect
from writingbench.models.work import drain

__all__ = ["Endpoint", "Line", "Refuses", "Spent", "Terms", "connect", "drain", "resolve"]
