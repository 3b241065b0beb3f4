"""Where a judge's reason says what the counts contradict: "significantly exceeds the length", and it is a third of it.

A reason is read clause by clause. A claim is taken up only where a clause names the thing (words, 字数, sections,
figures), says of it that it is kept or broken, and a finding of ours says the opposite; or where it states how long
the text is, and it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from writingbench.benchmark.size import tokens
from writingbench.checks.passages import han, words
from writingbench.records import Answer, Finding, Verdict

_CLAUSE = re.compile(r"[^,;.!?，；。！？\n]{1,400}(?:(?:[,.](?=\d)|\.(?=\S))[^,;.!?，；。！？\n]{0,400}){0,8}")
_LENGTH = re.compile(
    r"\bword[ -]?(?:counts?|limits?|range|requirements?)\b|\blengths?\b|\d[\d,.]{0,9}[ -]?(?:words?|characters)\b"
    r"|\bcharacter (?:count|limit)s?\b|\bwords? (?:required|requested)|字数|篇幅|长度|\d ?[余多]?字",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"\b(?:falls?|fell|falling|well|far|much|significantly) (?:well |far |significantly )?(?:short|below|under)\b"
    r"|\b(?:too|very|rather) (?:short|brief)\b|\bshorter than\b|\binsufficient|\binadequate\b"
    r"|\bless than (?:half|the)\b"
    r"|\b(?:not|n't|fails? to|failed to|failing to|without|never) (?:\w+ ){0,3}"
    r"(?:meet|reach|satisf|achiev|compl|adher|fulfil)"
    r"|未(?:能)?(?:达到|达|满足|符合)|没有?(?:达到|满足|符合)|不(?:足|够|达标|符合|满足)|低于|少于要求|远远?不|过短|偏短|太短",
    re.IGNORECASE,
)
_LONG = re.compile(
    r"\b(?:exceed|surpass|go|run)(?:s|es|ed|ing)? (?:\w+ ){0,3}(?:limit|maximum|cap|upper)\b"
    r"|\b(?:too|overly|far too) long\b|\bover the (?:\w+ )?(?:limit|maximum)\b"
    r"|超(?:过|出)(?:了)?[^，。]{0,8}(?:上限|限制|规定)|过长|偏长|太长",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:exceed|surpass)(?:s|es|ed|ing)?\b|\bwell (?:over|above|beyond)\b|\bfar beyond\b|超(?:过|出|额)|远超",
    re.IGNORECASE,
)
_FAR_OVER = re.compile(
    r"\b(?:significantly|greatly|far|vastly|considerably|substantially|grossly|massively|vast|well|widely) (?:\w+ )?"
    r"(?:exceed|surpass|over|above|beyond)|远超|远远超|大幅超|大大超|严重超",
    re.IGNORECASE,
)
_KEPT = re.compile(
    r"\b(?:meet|satisf(?:y|ie)|fulfil+|adhere|compl(?:y|ie)|conform|respect|reach|achieve|hit|match)(?:s|es|ed|d|ing)?\b"
    r"|\b(?:falls?|stays?|is|are|remains?|kept|keeps?|well) (?:\w+ )?within\b"
    r"|\b(?:appropriate|correct|right|perfect) length\b"
    r"|符合|满足|达到|遵守|遵循|控制在|在(?:要求|规定)?[^，。]{0,8}(?:范围|区间)(?:之)?内|达标|恰当|适当|合适|适中",
    re.IGNORECASE,
)
_STATED = re.compile(
    r"(?<![\d.,])(?P<n>\d{1,3}(?:,\d{3}){1,3}|\d{2,7})(?P<k>k|千|万)?(?:\+| plus)?[ -]?(?P<u>words?\b|字|characters\b)",
    re.IGNORECASE,
)
_OF_THE_TEXT = re.compile(
    r"\b(?:approximately|roughly|about|around|nearly|over|only|just|total(?:s|ling)?|actual(?:ly)?|at)\b|约|大约|仅|只有|近|实际|共",
    re.IGNORECASE,
)
_SECTIONS = re.compile(
    r"\b(?:all|every|each)(?: of)? (?:the |\w+ ){0,2}(?:sections?|parts?|headings?|chapters?|components?)\b"
    r"|(?:所有|全部|各个?)[^，。]{0,6}(?:部分|章节|板块|小节|标题)",
    re.IGNORECASE,
)
_THERE = re.compile(
    r"\b(?:includes?|included|present|contains?|covers?|covered|provides?|follows?|has|have)\b|包含|包括|齐全|完整|具备|涵盖",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not|n't|no|lacks?|lacking|miss(?:es|ing)|without|fails?|but|except|although)\b|未|没|缺|不|但", re.IGNORECASE
)
_SOURCED = re.compile(
    r"\b(?:no|without(?: any)?|free (?:of|from)) (?:\w+ ){0,2}(?:fabricat\w*|invented|unsupported|hallucinat\w*)"
    r"|\ball (?:the |of the |\w+ ){0,2}(?:data|figures|numbers|statistics|facts|citations|sources) "
    r"(?:\w+ ){0,2}(?:accurate|correct|supported|from|drawn|sourced|verified)"
    r"|(?:没有|无|未)(?:任何)?(?:出现)?(?:虚构|编造|捏造|杜撰)|(?:数据|数字|引用|事实)(?:\w{0,4})(?:均|都|全部)(?:\w{0,4})(?:准确|属实|来自|有据|真实)",
    re.IGNORECASE,
)  # fmt: skip

FEW = 3  # unsupported figures from which "nothing is made up" is contradicted
OFF = 0.25  # a stated length may be off by so much: judges estimate


class _Claim(NamedTuple):
    """What a clause claims and the counts deny."""

    kind: str
    by: Finding | None  # the finding that denies it
    facts: Mapping[str, str | int | float] = {}
    counted: int | None = None  # where no finding denies it
    unit: str | None = None


def contradictions(answer: Answer, findings: Sequence[Finding], criterion: str, verdict: Verdict) -> list[Finding]:
    """Where the reason of a mark and the findings on the same response cannot both be right.

    `demand` of each is the judge's own words. One claim a kind: a reason that says it twice is contradicted once.
    """
    made: dict[str, Finding] = {}
    for clause in _clauses(verdict.reason):
        for claim in _claims(clause, answer.text, findings):
            denied = claim.by
            made.setdefault(
                claim.kind,
                Finding(
                    check="contradictions",
                    kind=claim.kind,
                    verdict="found",
                    span=denied.span if denied else (0, len(answer.text)),
                    demand=clause,
                    counted=denied.counted if denied else claim.counted,
                    unit=denied.unit if denied else claim.unit,
                    facts={
                        "criterion": criterion,
                        "score": verdict.score,
                        "tokens": tokens(answer.text),
                        "asked": (denied.demand if denied else "") or "",
                        **claim.facts,
                    },
                ),
            )
    return list(made.values())


def _clauses(reason: str) -> Iterator[str]:
    for clause in _CLAUSE.finditer(reason[:20_000]):
        if text := clause[0].strip():
            yield text


def _claims(clause: str, text: str, findings: Sequence[Finding]) -> Iterator[_Claim]:
    if _LENGTH.search(clause):
        yield from _of_length(clause, text, findings)
    if _SECTIONS.search(clause) and _THERE.search(clause) and not _NOT.search(clause):
        broken = [one for one in findings if one.check == "structure" and one.verdict == "broken"]
        if broken:
            yield _Claim("sections", broken[0], {"broken": len(broken)})
    if _SOURCED.search(clause):
        figures = [one for one in findings if one.check == "figures"]
        if len(figures) >= FEW:
            yield _Claim("sourced", figures[0], {"figures": len(figures), "first": text[slice(*figures[0].span)][:60]})


def _of_length(clause: str, text: str, findings: Sequence[Finding]) -> Iterator[_Claim]:
    whole = [
        one for one in findings if one.check == "length" and one.span == (0, len(text)) and one.counted is not None
    ]
    whole = [one for one in whole if one.unit in {"words", "characters"}]
    short = next((one for one in whole if one.verdict == "broken" and _side(one) < 0), None)
    long = next((one for one in whole if one.verdict == "broken" and _side(one) > 0), None)
    kept = next((one for one in whole if one.verdict == "met"), None)
    if _LONG.search(clause):
        if short or (kept and not long):
            yield _Claim("not_long", short or kept)
    elif _SHORT.search(clause):
        if long or (kept and not short):
            yield _Claim("not_short", long or kept)
    elif _OVER.search(clause):
        if short:
            yield _Claim("not_over", short)
        elif kept and not long and "max" in kept.facts and _FAR_OVER.search(clause):
            yield _Claim("not_long", kept)  # "at least 800 words" has no upper end that could be kept
    elif _KEPT.search(clause) and (short or long) and not kept:
        yield _Claim("not_kept", short or long)
    yield from _stated(clause, text, whole)


def _side(finding: Finding) -> int:
    """-1 where the text is shorter than it should be, 1 where it is longer, 0 where that is not known."""
    least, most, counted = finding.facts.get("min"), finding.facts.get("max"), finding.counted or 0
    if isinstance(least, int | float) and counted < least:
        return -1
    return 1 if isinstance(most, int | float) and counted > most else 0


def _stated(clause: str, text: str, whole: Sequence[Finding]) -> Iterator[_Claim]:
    """The length that a judge says the text has, where it is another; what the request asks for is no statement."""
    asked = {one.facts.get(end) for one in whole for end in ("min", "max")}
    for stated in _STATED.finditer(clause):
        said = float(stated["n"].replace(",", "")) * {"k": 1e3, "千": 1e3, "万": 1e4}.get(
            (stated["k"] or "").lower(), 1
        )
        if said in asked or not _OF_THE_TEXT.search(clause[: stated.start()][-40:]):
            continue
        unit = "words" if stated["u"].lower().startswith("word") else "characters"
        has = words(text) + han(text) if unit == "words" or han(text) else len(text)
        if has and said and abs(said - has) > OFF * max(said, has) and min(said, has) >= 100:
            yield _Claim("not_so_long", None, {"stated": said}, has, unit)
