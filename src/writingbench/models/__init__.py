"""Talk to any model: one call, one retry loop, whoever answers.

`models.lines.connect` opens the lines; it is not imported here, because the HTTP client takes longer to import than
most commands take to run.
"""

from writingbench.models.endpoints import Endpoint, resolve
from writingbench.models.stops import Refuses, Spent
from writingbench.models.terms import Terms
from writingbench.models.work import drain

__all__ = ["Endpoint", "Refuses", "Spent", "Terms", "drain", "resolve"]
