"""What can be counted in a text, as if each count were a judge: what a judge's agreement has to be compared with.

A response with more of it is preferred, or with less where the name says so. Nothing is fitted to what people said.
"""

from __future__ import annotations

import numpy as np

from writingbench.agreement.judged import Judged
from writingbench.agreement.opinions import Opinions
from writingbench.agreement.votes import Written
from writingbench.benchmark.size import tokens
from writingbench.checks.course import course
from writingbench.checks.passages import paragraphs, sentences
from writingbench.checks.review import Reviewer
from writingbench.checks.structure.layout import emoji, markdown
from writingbench.records import Answer

LENGTH = "longer"
FINDINGS = "less that checks find"


def counts(text: str) -> dict[str, float]:
    """By name, what is counted in a text; NaN where it is too short to say."""
    windows, stops = course(text), sentences(text)
    sizes = np.array([end - start for start, end in (one.span for one in windows)], np.float64)
    varieties = [one.variety for one in windows if one.variety is not None]
    return {
        "more paragraphs": len(paragraphs(text)),
        "longer sentences": tokens(text) / len(stops) if stops else np.nan,
        "more varied words": float(np.mean(varieties)) if varieties else np.nan,
        "less repetition": -float(np.average([one.repetition for one in windows], weights=sizes)) if windows else 0.0,
        "more Markdown": len(markdown(text)),
        "more emoji": len(emoji(text)),
    }


def baselines(opinions: Opinions, reviewer: Reviewer) -> list[Judged]:
    """Each count as a judge of the responses that people voted on, as far as what is counted is known of them: lengths,
    texts, and for how little the checks find (broken demands, and what deserves a reader's eye) the requests too.
    """
    marks: dict[str, dict[Written, tuple[float, ...]]] = {LENGTH: {}}
    for one in opinions.ballots.duels:
        for name, length in ((one.first, one.first_length), (one.second, one.second_length)):
            if length is not None:
                marks[LENGTH][one.query, name] = (float(length),)
    for written, text in opinions.texts.items():
        for name, count in counts(text).items():
            marks.setdefault(name, {})[written] = (count,)
    marks[FINDINGS] = _findings(opinions, reviewer)
    return [Judged(judge=name, baseline=True, marks=own) for name, own in marks.items() if own]


def _findings(opinions: Opinions, reviewer: Reviewer) -> dict[Written, tuple[float, ...]]:
    about = {
        written: (query, Answer(text=text))
        for written, text in opinions.texts.items()
        if text.strip() and (query := opinions.queries.get(written[0]))
    }
    reviewer.prepare(list(about.values()))
    return {
        written: (-float(sum(one.verdict != "met" for one in reviewer.one(query, answer).findings)),)
        for written, (query, answer) in about.items()
    }
