"""Find telephone numbers: those of known forms, and any that is called one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from writingbench.construct.mask.around import alone, before, dated, free
from writingbench.construct.mask.text import Span, data, digits, in_zones

_SEP = r"(?:[ ]?[-·][ ]?|[ .])?"  # between digits; a full stop ends what stands before it
_WIDE = r"(?:[ ]?[-/()][ (-]{0,2}|[ .])?"  # the same with brackets and strokes
_EXT = r"(?:[ ]?(?:,?[ ]?(?:转|分机|ext(?:ension)?\.?|x|#)[ ]?:?[ ]?[0-9]{1,6}|-[0-9]{1,5}(?![0-9-])))?"  # an extension
_CODE = r"(?:\(?(?:\+|00)?86\)?[ ]?-?[ ]?)"
_NO = r"(?<![0-9])(?<![0-9]\.)"  # no number goes on from before
_NOR = rf"{_NO}(?<![A-Za-z])(?<![0-9]-)"
_END = r"(?![0-9]|-[0-9]|\.[0-9])"

_SERVICE = re.compile(
    r"(?:86)?(?:[48]00[0-9]{7}|95[0-9]{3,4}|950[0-9]{5})|1?8(?:00|33|44|55|66|77|88)[0-9]{7}|0?80[08][0-9]{6,7}|03[0-9]{9}"
    r"|(?:1800|1300)[0-9]{6}|1010[0-9]{4}"
)
_MORE = re.compile(  # 电话：010-62781234/5678
    r"[ ]?(?:[/、,;]|或|和|及|or|and)[ ]?(?P<n>[0-9]{3,4}[ -]?[0-9]{4}|[0-9]{4})(?![0-9]|-[0-9]|[.,][0-9]|[年月日元])"
)


def phones(text: str) -> Iterator[Span]:
    """Telephone and fax numbers, but not those of services (400-, 800-, 95511, 12345)."""
    rules = (_mobiles, _spoken, _cities, _nationals, _international, _announced)
    for found in sorted((span for rule in rules for span in rule(text)), key=lambda span: (span.start, -span.end)):
        yield found
        at = found.end
        while more := _MORE.match(text, at):
            at = more.end()
            yield Span(*more.span("n"), digits(more["n"]))


_MOBILE = re.compile(rf"{_NO}{_CODE}?(?P<n>1{_SEP}[3-9](?:{_SEP}[0-9]){{9}})(?![0-9]|\.[0-9])")
_SHAPES = {  # sizes of the groups that a mobile number is written in
    (11,), (3, 4, 4), (4, 3, 4), (3, 8), (7, 4), (3, 3, 5), (3, 5, 3), (5, 3, 3), (5, 6), (1,) * 11,
    (3, 2, 2, 2, 2), (3, 2, 3, 3),
}  # fmt: skip
_GLUED = re.compile(
    r"(?<![A-Za-z])(?:tel|phone|mobile|mob|cell|call|fax|whatsapp|vx?|wx|wechat|[tmphn]|qq|\\n)\Z", re.I
)


def _mobiles(text: str) -> Iterator[Span]:
    """Mobile numbers of mainland China."""
    for match in in_zones(_MOBILE, text):
        start, end = match.span()
        lead = text[max(0, start - 8) : start]
        if lead[-1:].isascii() and lead[-1:].isalpha() and not _GLUED.search(lead):
            continue  # a part of some code
        sizes = tuple(map(len, re.findall("[0-9]+", match["n"])))
        table = len(sizes) == 11 and re.search(r"[0-9] \Z", lead)  # figures in columns
        said = before("phone", text, start) and sizes != (1, 3, 3, 4)  # 1-800-555-0123
        if said or (sizes in _SHAPES and not table and free(text, start, end)):
            yield Span(start, end, digits(match["n"]))


_SAID = "零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_FIGURE = str.maketrans(_SAID, "001223456789" + "1123456789")
_SPOKEN = re.compile(rf"[一幺壹1](?<![{_SAID}十百千万].)(?:[ -]?[{_SAID}0-9]){{10}}(?![{_SAID}0-9十百千万])")
_WORD = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_SPELLED = re.compile(rf"(?<![A-Za-z])(?:{_WORD}[ ,-]{{1,2}}){{6,18}}{_WORD}(?![A-Za-z])", re.IGNORECASE)


def _spoken(text: str) -> Iterator[Span]:
    """Numbers in words: 一三八零零一三八零零零, five five five oh one two three after a word for a telephone."""
    for match in _SPOKEN.finditer(text):
        number = digits(match[0].translate(_FIGURE))
        if number[1] in "3456789" and not match[0].isascii():
            yield Span(*match.span(), number)
    for match in _SPELLED.finditer(text):
        if before("phone", text, match.start()):
            yield Span(*match.span(), " ".join(re.findall("[a-z]+", match[0].lower())))


_CITY = re.compile(
    rf"{_NOR}(?P<code>{_CODE})?(?P<open>\()?(?P<area>0?(?:10|2[0-9]|[3-9][0-9]{{2}}))(?P<by>\)?[ ]?-?[ ]?)"
    rf"(?P<n>[2-9][0-9]{{2,3}}[ -]?[0-9]{{4}})(?![0-9]|\.[0-9]){_EXT}"
)


def _cities(text: str) -> Iterator[Span]:
    """Landlines of mainland China with their area code."""
    for match in in_zones(_CITY, text):
        code, area, said = match["code"], match["area"], before("phone", text, match.start())
        parted = match["open"] or match["by"] or code
        if not (parted or said) or not (code or area.startswith("0")) or (dated(match["n"]) and not said):
            continue
        if free(text, *match.span()):
            yield Span(*match.span(), area.lstrip("0") + digits(text[match.start("n") : match.end()]))


_AMERICAN = re.compile(
    rf"{_NOR}(?P<code>\+?1[ .-]?)?(?P<open>\()?[2-9][0-9]{{2}}(?P<by>\)[ ]?-?|[ ./-])[2-9][0-9]{{2}}"
    rf"(?P<last>[ .-])[0-9]{{4}}{_END}{_EXT}"
)
_ELSEWHERE = re.compile(
    rf"{_NOR}(?:"
    r"\(?0(?:7[0-9]{3}\)?[ -]?[0-9]{3}[ -]?[0-9]{3}|2[0-9]\)?[ -][0-9]{4}[ -]?[0-9]{4}|1[0-9]{2,3}\)?[ -][0-9]{3}"
    r"[ -]?[0-9]{3,4}|1[0-9]{3}\)?[ -][0-9]{5,6})"  # British
    r"|04[0-9]{2}[ -][0-9]{3}[ -][0-9]{3}"  # Australian
    r"|0[67](?:[ .-][0-9]{2}){4}"  # French
    r"|0[789]0-[0-9]{4}-[0-9]{4}"  # Japanese
    r"|09[0-9]{2}[ -][0-9]{3}[ -]?[0-9]{3}|(?:\(0[2-8]\)[ ]?|0[2-8][ -])[0-9]{3,4}-[0-9]{4}"  # Taiwan's
    r"|\(?(?:852|853)\)?[ -][2-9][0-9]{3}[ -]?[0-9]{4}"  # Hong Kong's and Macau's
    rf"){_END}{_EXT}"
)


def _nationals(text: str) -> Iterator[Span]:
    """Numbers as people write them in some other places."""
    for match in in_zones(_AMERICAN, text):
        value, by, last = digits(match[0]), match["by"], match["last"]
        alike = by in {last, "/"} and last != " "  # 212-555-0123; three numbers with spaces may be anything
        sure = match["open"] or match["code"] or alike or before("phone", text, match.start())
        if sure and not _SERVICE.fullmatch(value) and free(text, *match.span()):
            yield Span(*match.span(), value.removeprefix("1"))
    for match in in_zones(_ELSEWHERE, text):
        value = digits(match[0])
        if not _SERVICE.fullmatch(value) and free(text, *match.span()):
            yield Span(*match.span(), value)


_ABROAD = re.compile(rf"(?<![\w)+])(?<![0-9]-)(?:\+|00)\(?[1-9](?:{_WIDE}[0-9]){{6,16}}(?![0-9])", re.ASCII)


def _international(text: str) -> Iterator[Span]:
    """Numbers with + or 00 and the dialling code of a country."""
    for match in in_zones(_ABROAD, text):
        size, value = _country(match[0])
        end = match.start() + size
        if value and not _SERVICE.fullmatch(value) and free(text, match.start(), end):
            yield Span(match.start(), end, value)


def _country(written: str) -> tuple[int, str]:
    """How much of +49 30 1234567 2023 is a number, and which; "" where none is."""
    plain = written.replace("(0)", "   ")
    if plain.count(".") == 1 and not re.search("[ ()-]", plain):
        return 0, ""  # +1.4142135
    number = digits(plain).removeprefix("00")
    code = next((number[:size] for size in (3, 2, 1) if number[:size] in data()["countries"]), "")
    if not code:
        return (len(plain), number) if 8 <= len(number) <= 15 else (0, "")
    fewest, most = data()["countries"][code]
    for end in reversed([match.end() for match in re.finditer("[0-9](?![0-9])", plain)]):
        rest = digits(plain[:end]).removeprefix("00")[len(code) :]
        rest = rest.lstrip("0") if len(code) > 1 else rest  # the 0 of +44 (0)20
        if fewest <= len(rest) <= most:
            return end, rest if code in {"86", "1"} else code + rest
    return 0, ""


_ANY = re.compile(rf"(?<![0-9])(?<![0-9][.-])[+(]{{0,2}}[0-9](?:{_WIDE}[0-9]){{5,18}}(?![0-9])(?P<ext>{_EXT})")
_INITIAL = re.compile(r"(?<![A-Za-z])[MTFPC]: ?\Z")


def _announced(text: str) -> Iterator[Span]:
    """Whatever has enough digits behind a word for a telephone."""
    for match in in_zones(_ANY, text):
        start = match.start()
        if before("phone", text, start) or _INITIAL.search(text, max(0, start - 4), start):
            end = alone(text, start, match.end(), 7)
            value = digits(text[start:end])
            service = _SERVICE.fullmatch(digits(text[start : min(end, match.start("ext"))]))
            if 7 <= len(value) <= 19 and not service:
                yield Span(start, end, value)
