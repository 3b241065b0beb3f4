"""Find what a text presents as somebody's words (quotations) and the works, laws and cases that it refers to "
"(citations).

    'As Smith said, "the market will never be the same again"'   -> a quotation
    "(Smith et al., 2020)", "《劳动合同法》第三十九条", "doi:10.…"  -> citations

Titles, terms and slogans in quotation marks are no quotations, nor is what a role says in a lesson or a sketch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple
from unicodedata import normalize

from writingbench.checks.passages import HAN, WORD, Span
from writingbench.checks.spelled import number_of

__all__ = ["Citation", "Source", "citations", "quotations"]

LEAST_WORDS, LEAST_HAN = 8, 12

_RUN = re.compile(r"[^\W_]+")


def squeezed(text: str) -> str:
    """Letters and digits alone, in lower case and half width: two spellings of one passage become the same."""
    return "".join(_RUN.findall(normalize("NFKC", text).casefold()))


# ---- quotations ----

_MARKED = re.compile(
    r'“([^“”\n]{8,1200})”|「([^「」\n]{8,1200})」|『([^『』\n]{8,1200})』|(?<![\w"])"(?=\S)([^"\n]{8,1200})(?<=\S)"(?!\w)'
)
_ELLIPSIS = re.compile(r"[\[(（]?(?:[…⋯]+|\.{3,6}|。{3,6})[\])）]?|\[[^\[\]]{1,40}\]")
_SAID_BEFORE = re.compile(
    r"(?:\b(?:said|says|stated?|states|noted?|notes|remark(?:ed|s)|wrote|writes|explain(?:ed|s)|told \w+|claim(?:ed|s)"
    r"|add(?:ed|s)|argu(?:ed|es)"
    r"|declar(?:ed|es)|emphasi[sz](?:ed|es)|observ(?:ed|es)|warn(?:ed|s)|reports?|reported|recall(?:ed|s)|asserted"
    r"|comment(?:ed|s)|quoted|quote"
    r"|according to|puts it|put it|in the words of|words of|shared|concluded|stressed|testified|reads"
    r"|provides)\b[^\n\"“”.!?]{0,40}[,:：]?\s{0,2}(?:that )?"
    r"|(?:指出|表示|强调|认为|写道|坦言|曾言|提到|介绍说?|回忆道?|曾说|说过|说道|说|称|谈到|感慨道?|直言|透露|呼吁|评价道?|评论道?|反馈|规定|载|曰|云|有言|名言)"
    r"[^\n“”\"。！？]{0,12}[：:，,]?\s{0,2})$",
    re.IGNORECASE,
)
_SAID_BEHIND = re.compile(
    r"[,，]?\s{0,2}(?:[—–-]{1,2}\s{0,2}[A-Z\u4e00-\u9fff]"
    r"|(?:[A-Z][\w.'’-]{0,30}\s){0,4}(?:said|says|stated|notes|noted|remarked|wrote|writes|explained|explains|told"
    r"|claimed|added|argued|observed|warned|recalled)\b"
    r"|(?:said|says|stated|noted|remarked|wrote|explained|added|argued|observed|warned|recalled) (?:the )?[A-Z]"
    r"|[\u4e00-\u9fff]{2,12}(?:如是说|表示|指出|强调|坦言|感慨))"
)
_ROLE = re.compile(
    r"(?:教师|老师|学生|同学们?|师|生|主持人|客服|顾客|客户|员工|旁白|家长|孩子|幼儿|店员|导购|话术|例如|比如|可以说|如|示例|模板|参考|开场白|过渡语|[甲乙]|"
    r"\b(?:teacher|students?|host|interviewer|customer|agent|narrator|role|script|example|sample|e\.g\.|such as"
    r"|could say|can say|might say|may say|say|template"
    r"|you)\b)[^\n“”\"。.!?]{0,16}$",
    re.IGNORECASE,
)


def quotations(text: str, source: Source) -> Iterator[Span]:
    """The passages that are presented as somebody's words and stand nowhere in the source."""
    for match in _MARKED.finditer(text):
        start, end = match.span(match.lastindex or 0)
        said = text[start:end]
        if len(HAN.findall(said)) < LEAST_HAN and len(WORD.findall(said)) < LEAST_WORDS:
            continue
        before, behind = text[max(0, match.start() - 60) : match.start()], text[match.end() : match.end() + 60]
        before = before.rpartition("\n")[2]
        if _ROLE.search(before) or not (_SAID_BEFORE.search(before) or _SAID_BEHIND.match(behind)):
            continue
        pieces = [piece for piece in (squeezed(one) for one in _ELLIPSIS.split(said)) if len(piece) >= 4]
        if pieces and not all(piece in source.squeezed for piece in pieces):
            yield start, end


# ---- citations ----


class Citation(NamedTuple):
    """A reference to something written, and whether the source has it."""

    span: Span
    given: bool


_YEAR = r"(?:1[89]|20)\d\d"
_SURNAME = r"[A-Z][a-zà-ɏ'’\-]{1,24}(?:[A-Z][a-z]{1,20})?"
_PAREN = re.compile(rf"[（(]([^()（）\n]{{3,200}}\b{_YEAR}[a-z]?\b[^()（）\n]{{0,160}})[)）]")
_AUTHOR_YEAR = re.compile(
    rf"((?:[A-Z][\w.'’\-]{{0,24}} ){{0,5}}{_SURNAME}|[\u4e00-\u9fff]{{2,6}}|[A-Z]{{2,6}})"
    rf"(?:(?:,? (?:and|&) |, ){_SURNAME}){{0,4}}(?:,? et al\.?| 等|等人?)?[,，] ?({_YEAR})[a-z]?\b(?!\s?[-–—])"
)
_BARE = re.compile(rf"[（(]({_YEAR})[a-z]?[)）]")
_BEFORE_BARE = re.compile(
    rf"\b(?P<en>{_SURNAME})(?: (?:and|&) {_SURNAME}| et al\.?)?(?:'s|’s)? $"
    rf"|(?<![\u4e00-\u9fff])(?P<zh>[\u4e00-\u9fff]{{2,4}})等人?$"
)
_WORKS = re.compile(
    r"[,:]?\s(?:(?:has|have|also|further|first|later|once|even|only) )?(?:argu|f[io]und|show|propos|suggest|note|point"
    r"|develop|stud|defin|describ|conclud|"
    r"demonstrat|examin|report|claim|identif|investigat|observ|highlight|emphasi|stat|explain|introduc|present|review"
    r"|use|appl|reveal|discuss|提|认|指|研|发|通|对|将|以|的|在)"
)
_REFERRED = re.compile(r"(?:\b(?:by|to|see|of|with|from|following|per|cf\.|and)|[;,(]) $")
_ET_AL = re.compile(rf"\b({_SURNAME}) et al\.?,? ({_YEAR})")
_MONTH = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul"
    r"|Aug|Sept?|Oct|Nov|Dec|"
    r"Spring|Summer|Autumn|Fall|Winter|Since|In|From|By|Until|Founded|Est|Born|Updated|Effective|As|Figure|Table"
    r"|Source|Q[1-4])\b"
)
_NUMERAL = r"[零〇一二两三四五六七八九十百千\d]{1,8}"
_LAW = re.compile(rf"《([^《》\n]{{2,60}})》(?:[（(][^（）()\n]{{0,40}}[)）])?(?:的|中|之)?第({_NUMERAL})条")
_TITLE = re.compile(
    r"《([^《》\n]{2,60})》(?:[（(][^（）()\n]{0,40}[)）])?(?:数据|调查|研究|最新|一[书文]|中)?"
    r"(显示|指出|规定|明确|提出|强调|要求|认为|表明|记载|披露|统计|预测|写道|称|所述|提到)?"
)
_REFERS = re.compile(r"(?:根据|依据|按照|依照|遵照|参照|据|参见|参考|[引出摘来]自|来源[:：]|援引|引用|详见)\s?$")
_BRACKETED_YEAR = re.compile(rf"[（(〔\[［]{_YEAR}[)）〕\]］]")
_CASE = re.compile(r"\s?(?:第?\d{1,5}|[\u4e00-\u9fff][\u4e00-\u9fff0-9]{1,13})号")
_OFFICE = re.compile(r"[\u4e00-\u9fff]{1,8}$")
_STATUTE = re.compile(
    r"(?:Articles?|Sections?|Art\.|Sec\.|§{1,2}|Rule) ?(\d{1,5})[\w.()\-]{0,12},? (?:of|under) (?:the )?"
    r"((?:[A-Z][\w’'\-]{0,24}|of|and|on|the|for)(?: (?:[A-Z][\w’'\-]{0,24}|of|and|on|the|for|[’'][A-Za-z]+)){0,9})"
)
_VERSUS = re.compile(
    r"\b((?!See|In|Cf|The)[A-Z][\w.’'&\-]{1,24}(?: [A-Z][\w.’'&\-]{0,24}){0,3}) vs?\. "
    r"([A-Z][\w.’'&\-]{1,24}(?: [A-Z][\w.’'&\-]{1,24}){0,3})"
)
_CODE = re.compile(r"\b\d{1,4} (?:U\.S\.C?\.?|F\.\dd|S\. ?Ct\.)(?: ?§{1,2})? ?\d{1,6}")
_ADDRESS = re.compile(
    r"\b10\.\d{4,9}/[^\s\"'<>，。；、）)\]]{2,80}|\barXiv:\s?\d{4}\.\d{4,5}|\bPMID:? ?\d{4,9}"
    r"|\bISBN[:：]? ?[\d\-X]{10,17}"
    r"|https?://[^\s<>\"'，。；、（）()\]\[\u4e00-\u9fff]{4,200}|\bwww\.[^\s<>\"'，。；、（）()\]\[\u4e00-\u9fff]{4,200}"
)
_BIBLIOGRAPHY = re.compile(
    r"(?m)^[^\S\n]{0,3}(?:#{1,6}[^\S\n]{1,3})?\**(?:[\d一二三四五六七八九十]{1,3}[、.)][^\S\n]{0,3})?"
    r"(?:主要)?(?:参考文献|参考资料|引用文献|资料来源|References|Bibliography|Works Cited|Reference List"
    r"|Citations)\**[:：]?\**[^\S\n]{0,3}$",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"(?m)^[^\S\n]{0,4}(?:[\[［(]?\d{1,3}[\]］).、]|[-*•])?[^\S\n]{0,3}(\S[^\n]{12,600})$")
_LIKE_AN_ENTRY = re.compile(rf"\b{_YEAR}|《|\[[JMDCRNZPS]\b|\[EB/OL\]|https?:|doi", re.IGNORECASE)
_TYPED = re.compile(r"(?m)^[^\S\n]{0,4}(\S[^\n]{6,400}\[(?:[JMDCRNZPS]|EB/OL|J/OL|N/OL)\][^\n]{0,300})$")
_PLACEHOLDER = re.compile(
    r"[XxＸ×]{2,}|_{2,}|某|example\.(?:com|org)|yourname|your-|\[.{0,20}(?:name|year|title).{0,20}\]", re.IGNORECASE
)
_ADDRESSLESS = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)
_TITLE_WORD = re.compile(r"[a-z]{4,30}")


class Source:
    """A text that was given, made ready to be searched for what another text says it says."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.low = text.lower()
        self.squeezed = squeezed(text)
        self.words = frozenset(re.findall(r"[a-zà-ɏ][a-zà-ɏ'’\-]{0,30}|[a-z]{1,6}", normalize("NFKC", text).lower()))
        self.years = frozenset(re.findall(r"(?<!\d)(?:1[0-9]|20)\d\d(?!\d)", text))
        self.articles = frozenset(
            value[0] for one in re.findall(rf"第\s?({_NUMERAL})\s?条", text) if (value := _value(one))
        ) | frozenset(
            float(one) for one in re.findall(r"(?i)(?:articles?|sections?|art\.|sec\.|§|rule) ?(\d{1,5})", text)
        )

    def has_author(self, name: str, year: str) -> bool:
        """Whether the source has the author and the year."""
        surname = name.split()[0 if HAN.search(name) else -1].strip(".,").lower().removesuffix("'s").removesuffix("’s")
        known = surname in self.low if HAN.search(surname) else surname in self.words
        return known and year in self.years

    def has_title(self, title: str) -> bool:
        """Whether the source has the title, without the country before it or a version behind it."""
        small = squeezed(re.sub(r"[（(].{0,40}[)）]", "", title)).removeprefix("中华人民共和国")
        return small in self.squeezed or (small.startswith("最高人民法院") and small[6:] in self.squeezed)

    def has_work(self, entry: str) -> bool:
        """Whether nearly all of a bibliography's entry stands in the source, in whatever order."""
        words = _TITLE_WORD.findall(entry.lower())
        signs = HAN.findall(entry)
        pairs = [a + b for a, b in pairwise(signs)]
        all_of_it = [*(word in self.words for word in words), *(pair in self.low for pair in pairs)]
        return bool(all_of_it) and sum(all_of_it) >= 0.85 * len(all_of_it)


def _value(numeral: str) -> tuple[float, float] | None:
    return (float(numeral), 1.0) if numeral.isascii() and numeral.isdigit() else number_of(numeral)


def citations(text: str, source: Source) -> list[Citation]:
    """The works, laws, cases and addresses that a text refers to, each once where they overlap, in order."""
    found = [one for one in _citations(text, source) if not _PLACEHOLDER.search(text[slice(*one.span)])]
    found.sort(key=lambda one: (one.span[0], -one.span[1]))
    kept: list[Citation] = []
    for one in found:
        if not kept or one.span[0] >= kept[-1].span[1]:
            kept.append(one)
    return kept


def _citations(text: str, source: Source) -> Iterator[Citation]:
    yield from _bibliography(text, source)
    yield from _authors(text, source)
    if "《" in text:
        yield from _titles(text, source)
    if "号" in text:
        yield from _numbers(text, source)
    yield from _laws(text, source)
    if any(sign in text for sign in ("http", "www.", "10.", "rXiv", "PMID", "ISBN")):
        for match in _ADDRESS.finditer(text):
            shown = match.group().rstrip(".,;:!?*_`")
            known = _ADDRESSLESS.sub("", shown).rstrip("/").lower() in source.low
            yield Citation((match.start(), match.start() + len(shown)), known)


def _authors(text: str, source: Source) -> Iterator[Citation]:
    """(Smith, 2020), Smith and Lee (2020), Smith et al. 2020, （张三等，2020）."""
    for paren in _PAREN.finditer(text):
        for match in _AUTHOR_YEAR.finditer(text, *paren.span(1)):
            if not _MONTH.match(match.group(1)):
                yield Citation(match.span(), source.has_author(match.group(1), match.group(2)))
    for bare in _BARE.finditer(text):
        name = _BEFORE_BARE.search(text, max(0, bare.start() - 60), bare.start())
        if name and not _MONTH.match(name.group()) and _an_author(text, name, bare.end()):
            yield Citation((name.start(), bare.end()), source.has_author(name["en"] or name["zh"], bare.group(1)))
    if " et al" in text:
        for match in _ET_AL.finditer(text):
            yield Citation(match.span(), source.has_author(match.group(1), match.group(2)))


def _numbers(text: str, source: Source) -> Iterator[Citation]:
    """（2021）京01民终123号 and 国发〔2024〕15号."""
    for year in _BRACKETED_YEAR.finditer(text):
        if number := _CASE.match(text, year.end()):
            office = _OFFICE.search(text, max(0, year.start() - 8), year.start())
            of_an_office = number.group()[0].isascii() or number.group()[0] == "第"
            start = office.start() if office and of_an_office else year.start()
            yield Citation((start, number.end()), squeezed(text[year.start() : number.end()]) in source.squeezed)


def _laws(text: str, source: Source) -> Iterator[Citation]:
    """Article 5 of the Civil Code, Smith v. Jones, 18 U.S.C. § 1030."""
    for match in _STATUTE.finditer(text):
        words = [word.lower() for word in match.group(2).split() if word[0].isupper()]
        if words:
            given = float(match.group(1)) in source.articles and all(word in source.words for word in words)
            end = match.end() - len(match.group()) + len(re.sub(r"(?: (?:of|and|on|the|for))+$", "", match.group()))
            yield Citation((match.start(), end), given)
    if " v. " in text or " vs. " in text:
        for match in _VERSUS.finditer(text):
            sides = (match.group(1).split()[-1], match.group(2).split()[0])
            yield Citation(match.span(), all(side.strip(".,").lower() in source.words for side in sides))
    if "U.S" in text or " F." in text or "Ct." in text:
        for match in _CODE.finditer(text):
            yield Citation(match.span(), squeezed(match.group()) in source.squeezed)


def _an_author(text: str, match: re.Match[str], end: int) -> bool:
    """Whether a name before a year in brackets is an author's, not the end of a film's or an event's name."""
    if match["zh"] or " " in match.group().strip():
        return True
    return bool(_WORKS.match(text, end) or _REFERRED.search(text, max(0, match.start() - 12), match.start()))


def _titles(text: str, source: Source) -> Iterator[Citation]:
    """《劳动合同法》第三十九条, and works that are named as a source: 《…白皮书》显示."""
    for match in _LAW.finditer(text):
        article = _value(match.group(2))
        known = source.has_title(match.group(1)) and article is not None and article[0] in source.articles
        yield Citation(match.span(), known)
    for match in _TITLE.finditer(text):
        if len(match.group(1)) > 3 and (
            match.group(2) or _REFERS.search(text, max(0, match.start() - 6), match.start())
        ):
            end = text.index("》", match.start()) + 1
            yield Citation((match.start(), end), source.has_title(match.group(1)))


def _bibliography(text: str, source: Source) -> Iterator[Citation]:
    done = 0
    for heading in _BIBLIOGRAPHY.finditer(text):
        if heading.start() < done:
            continue
        end = text.find("\n#", heading.end())
        done = end if end >= 0 else len(text)
        for entry in _ENTRY.finditer(text, heading.end(), done):
            if _LIKE_AN_ENTRY.search(entry.group(1)):
                yield Citation(entry.span(1), source.has_work(entry.group(1)))
    for entry in (
        _TYPED.finditer(text) if any(sign in text for sign in ("[J]", "[M]", "[D]", "[C]", "[N]", "[R]", "OL]")) else ()
    ):
        yield Citation(entry.span(1), source.has_work(entry.group(1)))
