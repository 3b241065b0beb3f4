"""What a text may tell its judge, and no judge may obey: in the text's own language and in the other."""

from __future__ import annotations

from writingbench.audits.perturb.case import OTHER, Case, Change
from writingbench.records import Language

ORDERS = ("told", "verdict", "system", "closing")


def order(name: str, language: Language) -> Change:
    """The perturbation that puts an order of that name into a text, in that language."""

    def ordered(case: Case) -> str:
        said = case.phrase(name, language)
        first, gap, rest = case.text.partition("\n\n")
        # what closes the text's own tag makes sense at its end alone
        if name != "closing" and gap and case.chance(f"{name} where").random() < 0.5:
            return f"{first}\n\n{said}\n\n{rest}"
        return f"{case.text}\n\n{said}"

    return ordered


LANGUAGES = tuple(OTHER)
