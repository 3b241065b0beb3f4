"""Find number plates of Chinese cars."""

from __future__ import annotations

import re
from collections.abc import Iterator

from writingbench.construct.mask.around import before
from writingbench.construct.mask.text import Span

_LETTER = "A-HJ-NP-Za-hj-np-z"
_PLATE = re.compile(
    rf"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[{_LETTER}](?P<by> ?[·.-] ?| )?"
    rf"(?:[{_LETTER}0-9]{{5,6}}|[{_LETTER}0-9]{{4}}[学警港澳挂])(?![A-Za-z0-9])"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_COMMON = frozenset("新云贵青宁晋吉黑苏川藏甘津")  # provinces whose sign ends common words, as 全新 and 阿里云
_LEADS = frozenset("号牌为是驾驶开的辆照车乘坐有将把和与及或挂着了到过看见追撞")  # what may stand before a plate


def plates(text: str) -> Iterator[Span]:
    """Plates in capitals, and others after a word that says what they are."""
    for match in _PLATE.finditer(text):
        plate = re.sub("[ ·.-]", "", match[0])
        previous = text[match.start() - 1 : match.start()]
        apart = plate[0] not in _COMMON or previous in _LEADS or not _HAN.match(previous)
        if not any(map(str.isdigit, plate)):
            continue
        if ((apart or "·" in match[0]) and plate == plate.upper()) or before("plate", text, match.start()):
            yield Span(*match.span(), plate.upper())
