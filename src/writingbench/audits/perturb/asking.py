"""The same text asked about in another way: by criteria in the other language, in another order, or once more."""

from __future__ import annotations

from dataclasses import replace

from writingbench.audits.perturb.case import Call, Case, Comparison


def criteria_language(case: Case) -> Comparison | None:
    """The same shared criteria in the query's language and in the other."""
    if case.both is None:
        return None
    own, other = (Call(query=replace(case.query, criteria=one), text=case.text) for one in case.both)
    return Comparison(before=own, after=other)


def call_order(case: Case) -> Comparison | None:
    """All calls once more, the last criterion first."""
    if len(case.query.criteria) < 2:
        return None
    turned = replace(case.query, criteria=case.query.criteria[::-1])
    before = Call(query=case.query, text=case.text)
    return Comparison(before=before, after=Call(query=turned, text=case.text, fresh=True))


def same_call(case: Case) -> Comparison:
    """Nothing changed: what differs between repeats of the same call is the judge's mood."""
    call = Call(query=case.query, text=case.text)
    return Comparison(before=call, after=call)
