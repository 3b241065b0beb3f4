"""What becomes of a call, by what its batch brought.

That is a Reply, a Failure, an exception to be raised where somebody waits, or, as mere words, a trouble that may pass.
"""

from __future__ import annotations

from writingbench.models import dialects
from writingbench.models.batches.records import Result
from writingbench.models.endpoints import Endpoint
from writingbench.models.hide import Hide
from writingbench.models.stops import Refuses
from writingbench.records import EndpointRefused, Failure, Reply, Request


def of_call(result: Result, endpoint: Endpoint, request: Request | None) -> Reply | Failure | Exception | str:
    """What becomes of one call. `request` is None when an earlier run asked it; a Reply has no cost yet."""
    hide = Hide.of(endpoint)
    if result.status != 200:
        return _verdict(result.status, hide.words(dialects.words(result.body, result.status)), endpoint, request)
    try:
        return hide.reply(dialects.of(endpoint).reply(result.body, 0.0))
    except dialects.Nonsense as error:
        return hide.words(str(error))


def of_batch(status: int, words: str, endpoint: Endpoint, request: Request) -> Exception:
    """What becomes of a call in a batch that was turned down in whole: nothing passes, and nothing is about a call."""
    verdict = _verdict(status, words, endpoint, request)
    if isinstance(verdict, Exception):
        return verdict
    return EndpointRefused(f"{endpoint.name} does not take the batch: {words}")


def _verdict(status: int, words: str, endpoint: Endpoint, request: Request | None) -> Failure | Exception | str:
    sent = dialects.of(endpoint).body(request, endpoint).keys() if request else ()
    name = dialects.refused(status, words, {*sent, *endpoint.refuses})
    if name in endpoint.refuses:
        return words  # sent before that was known; it goes without the field now
    if name:
        return Refuses(endpoint, name, words)
    match dialects.complaint(status, words):
        case "busy" | "broken":
            return words
        case "overlong" | "refused" as kind:
            return Failure(kind=kind, note=words)
        case _:
            return EndpointRefused(f"{endpoint.name} answers {words}")
