"""What a judge may prefer without the writing being better: length, headings, lists, bold; counted, and compared.

The same four are controlled for by the Chatbot Arena ("Does style matter? Disentangling style and substance in Chatbot
Arena", lmsys.org, 2024), length alone by AlpacaEval (Dubois et al., "Length-Controlled AlpacaEval", COLM 2024).
"""

from __future__ import annotations

import re
from typing import Literal, get_args

import numpy as np

from writingbench.benchmark.size import tokens
from writingbench.checks.structure import layout
from writingbench.scores.resample import Floats

Feature = Literal["tokens", "headings", "lists", "bold"]
FEATURES: tuple[Feature, ...] = get_args(Feature)

_BOLD = re.compile(r"\*\*[^\s*][^*\n]{0,400}\*\*|__[^\s_][^_\n]{0,400}__")


def style(text: str) -> tuple[int, int, int, int]:
    """How many tokens (about), headings as Markdown marks them, items of lists, and passages in bold a text has."""
    rows = layout.lines(text)
    headings = [label for label in layout.labels(rows) if label.heading and label.marked]
    return tokens(text), len(headings), len(layout.items(rows)), len(_BOLD.findall(text))


def differences(first: Floats, second: Floats) -> Floats:
    """[N, K] how much more of each the first response has than the second, as a share of what both have: from -1 to 1,
    0 where neither has any.
    """
    both = first + second
    return np.divide(first - second, both, out=np.zeros(both.shape), where=both > 0)
