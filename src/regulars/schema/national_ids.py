"""Numbers that states give to people, told from other numbers by their check digits."""

import re
from collections.abc import Sequence

__all__ = ["is_national_id"]

_SOCIAL_NUMBER = re.compile(r"\d{3}-\d{3}-\d{3}[ \-]\d{2}|\d{3}-\d{2}-\d{4}")
# National Insurance number: letters that are not used are left out.
_BRITISH = re.compile(
    r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]"
)
_BRAZILIAN = re.compile(r"\d{3}\.\d{3}\.\d{3}-\d{2}")
_SPANISH = re.compile(r"([XYZ]?)(\d{7,8})-?([A-Z])")
_ITALIAN = re.compile(r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]")
_SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def is_national_id(text: str) -> bool:
    """Whether `text` can hardly be anything but a person's tax, insurance or identity number.

    Known: ИНН and СНИЛС (Russia), ИИН (Kazakhstan), SSN (United States), National Insurance
    (United Kingdom), PESEL (Poland), CPF (Brazil), DNI and NIE (Spain), codice fiscale (Italy),
    kimlik no (Turkey).

    Examples
    --------
    >>> [is_national_id(text) for text in ("500100732259", "112-233-445 95", "500100732258")]
    [True, True, False]
    """
    bare = text.strip().upper()
    if _SOCIAL_NUMBER.fullmatch(bare) or _BRAZILIAN.fullmatch(bare) or _BRITISH.fullmatch(bare):
        return True
    if bare.isascii() and bare.isdigit():
        digits = [int(letter) for letter in bare]
        return any(check(digits) for check in _CHECKS.get(len(digits), ()))
    return _ITALIAN.fullmatch(bare) is not None or _is_spanish(bare)


def _is_spanish(text: str) -> bool:
    match = _SPANISH.fullmatch(text)
    if match is None:
        return False
    lead = {"": "", "X": "0", "Y": "1", "Z": "2"}[match[1]]
    number = lead + match[2]
    return len(number) == 8 and _SPANISH_LETTERS[int(number) % 23] == match[3]


def _weigh(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def _is_russian_tax(digits: Sequence[int]) -> bool:
    # ИНН of a person: two check digits. That of a firm has ten digits and is no secret.
    first = _weigh(digits, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    second = _weigh(digits, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    return [first, second] == list(digits[10:]) and any(digits)


def _is_kazakh(digits: Sequence[int]) -> bool:
    if not _is_day(digits[2:4], digits[4:6]):
        return False
    check = _weigh(digits, range(1, 12)) % 11
    if check == 10:
        check = _weigh(digits, (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    return check == digits[11]


def _is_snils(digits: Sequence[int]) -> bool:
    total = _weigh(digits, range(9, 0, -1)) % 101 % 100
    return total == digits[9] * 10 + digits[10] and any(digits)


def _is_polish(digits: Sequence[int]) -> bool:
    month = digits[2] % 2 * 10 + digits[3]
    is_day = _is_day((month // 10, month % 10), digits[4:6])
    return is_day and _weigh(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def _is_turkish(digits: Sequence[int]) -> bool:
    tenth = (7 * sum(digits[0:9:2]) - sum(digits[1:8:2])) % 10
    return digits[0] != 0 and tenth == digits[9] and sum(digits[:10]) % 10 == digits[10]


def _is_brazilian(digits: Sequence[int]) -> bool:
    first = _weigh(digits, range(10, 1, -1)) * 10 % 11 % 10
    second = _weigh(digits, range(11, 1, -1)) * 10 % 11 % 10
    return [first, second] == list(digits[9:]) and len(set(digits)) > 1


def _is_day(month: Sequence[int], day: Sequence[int]) -> bool:
    return 1 <= month[0] * 10 + month[1] <= 12 and 1 <= day[0] * 10 + day[1] <= 31


_CHECKS = {
    11: (_is_snils, _is_polish, _is_turkish, _is_brazilian),
    12: (_is_russian_tax, _is_kazakh),
}
