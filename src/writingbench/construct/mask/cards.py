"""Find numbers of payment cards and of bank accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from writingbench.construct.mask.around import alone, before, free
from writingbench.construct.mask.text import Span, data, digits, in_zones, words

_CARD = re.compile(r"(?<![\w.])(?<![0-9]-)[0-9](?:(?: {0,2}-? ?|\.)[0-9]){12,24}(?!\w|\.[0-9])", re.ASCII)
_ISSUED = re.compile(  # Visa, Mastercard, American Express, Diners Club, JCB, UnionPay and Discover
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|5[1-5][0-9]{14}|2(?:2[2-9]|[3-6][0-9]|7[01]|720)[0-9]{12,13}"
    r"|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|35[0-9]{14}|6[0-9]{15,18}"
)
_PRINTED = {  # sizes of the groups that a card's number is written in
    (4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (6, 13), (4, 4, 4, 4, 2), (4, 4, 4, 4, 1), (6, 4, 4, 4), (4, 6, 4),
    (8, 8), (6, 10), (6, 12),
}  # fmt: skip
_IBAN = re.compile(r"(?<![\w-])[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){10,30}", re.ASCII | re.IGNORECASE)
_ACCOUNT = re.compile(r"(?<![\w.])[0-9](?:[ -]?[0-9]){5,29}(?!\w|\.[0-9])", re.ASCII)


def cards(text: str) -> Iterator[Span]:
    """Numbers of payment cards: issuer, length and check digit, or a word before; and the code on the back."""
    for match in in_zones(_CARD, text):
        start, said = match.start(), before("card", text, match.start())
        ends = [start + part.end() for part in re.finditer("[0-9](?![0-9])", match[0])]
        end = next((end for end in reversed(ends) if _right(text[start:end]) and (said or free(text, start, end))), 0)
        if not end and said:  # who mistypes a number has it masked all the same
            end = alone(text, *match.span(), 15)
            end = end if 15 <= len(digits(text[start:end])) <= 19 and len(text[start:end].split()) <= 6 else 0
        if end:
            yield Span(start, end, digits(text[start:end]))
    for code in _codes().finditer(text):
        yield Span(*code.span(1), code[1])


def _right(written: str) -> bool:
    """Whether this is the number of a card, and its digits are in groups as on one, or in none."""
    number, sizes = digits(written), tuple(map(len, re.findall("[0-9]+", written)))
    return (len(sizes) == 1 or sizes in _PRINTED) and bool(_ISSUED.fullmatch(number)) and luhn(number)


@cache
def _codes() -> re.Pattern[str]:
    said = r"[ ]?(?:码)?[ ]?(?:是|为|is|[:=])?[ ]?"
    return re.compile(rf"{words('before', 'code')}{said}([0-9]{{3,4}})(?![0-9])", re.IGNORECASE)


def luhn(number: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    doubled = "0246813579"  # the sum of the digits of twice each digit
    total = sum(int(doubled[int(digit)] if at % 2 else digit) for at, digit in enumerate(reversed(number)))
    return total % 10 == 0


def ibans(text: str) -> Iterator[Span]:
    """International account numbers whose length and check digits are right."""
    for match in _IBAN.finditer(text):
        size = data()["iban"].get(match[0][:2].upper())
        signs = [at for at, sign in enumerate(match[0], start=1) if sign not in " -"]
        if size and len(signs) >= size:
            end = match.start() + signs[size - 1]
            number = re.sub("[ -]", "", text[match.start() : end]).upper()
            if mod97(number) == 1 and not re.match(r"\w", text[end : end + 1], re.ASCII):
                yield Span(match.start(), end, number)


def mod97(number: str) -> int:
    """The remainder of an IBAN that is 1 where its check digits are right (ISO 13616, ISO 7064 MOD 97-10)."""
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97


def accounts(text: str) -> Iterator[Span]:
    """Digits after a word for a bank account."""
    for match in in_zones(_ACCOUNT, text):
        if before("account", text, match.start()) and (end := alone(text, *match.span(), 8)):
            yield Span(match.start(), end, digits(text[match.start() : end]))
