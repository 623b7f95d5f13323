"""What personal values look like: phones, e-mails, documents, cards, addresses, names of people."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources

from regulars.schema.column_names import transliterate
from regulars.schema.national_ids import is_national_id

__all__ = [
    "LOOSE_SHAPES",
    "STRICT_SHAPES",
    "find_personal_shape",
    "may_name_people",
    "measure_personal",
]

_LEAST_VALUES = 3

_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]{2,}")
_PHONE_MARKS = re.compile(r"\+?[\d\s().\-\u00a0]+")
_PHONE_GROUPS = re.compile(
    r"(?:\+?[78]|\+?1)?[ \-]?(?:\(\d{3,5}\) ?|\d{3}[ \-])\d{2,3}[ \-]\d{2}(?:[ \-]?\d{2})"
)
_PHONE_ABROAD = re.compile(
    r"(?:1[ .\-]?)?(?:\(\d{3}\) ?|\d{3}[ .\-])\d{3}[ .\-]\d{4}"  # North America
    r"|\(?0\d{2,4}\)? \d{3,4} \d{3,4}|\(?0\d{3,4}\)? \d{5,6}|07\d{9}"  # United Kingdom
    r"|0\d(?:[ .]\d{2}){4}|\(\d{2}\) ?\d{4,5}-\d{4}"  # France, Brazil
)
_EXTENSION = re.compile(r",? ?(?:x|ext\.?|доб\.?) ?\d{1,6}$", re.IGNORECASE)
_PASSPORT = re.compile(r"\d{2} ?\d{2} (?:№ ?|N ?)?\d{6}")
_DOCUMENT = re.compile(r"(?=(?:.*\d){4})[A-Za-zА-Яа-яЁё\d №\-]{5,40}")
# Postal codes of a street or a house; those of a town or a district are places like others.
_POSTCODE = re.compile(
    r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}"  # United Kingdom
    r"|[ABCEGHJ-NPRSTVXY]\d[A-Z] \d[A-Z]\d"  # Canada
)
_POSTCODE_LOOSE = re.compile(
    rf"{_POSTCODE.pattern.replace(' ', ' ?')}|\d{{4}} ?[A-Z]{{2}}|\d{{5}}-\d{{4}}"
)
_CARD = re.compile(r"\d{4}[ \-]?\d{4}[ \-]?\d{4}[ \-]?\d{1,7}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){3,7}(?: ?[A-Z\d]{1,4})?")
_IP = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?|[\da-fA-F]{0,4}(?::[\da-fA-F]{0,4}){3,7}")
_STREET_RU = re.compile(
    r"\b(?:ул|улица|пр-т|пр-кт|просп|проспект|пер|переулок|бул|бульвар|б-р|ш|шоссе|наб|набережная|пл|площадь|мкр)\b",
    re.IGNORECASE,
)
_STREET_EN = re.compile(
    r"\d+[A-Za-z]?,? +.*\b(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|terrace|parkway|pkwy)\b",
    re.IGNORECASE,
)
_WORD = r"(?:[А-ЯЁ][а-яё]+|[А-ЯЁ]{2,})(?:-[А-ЯЁ][а-яё]+)?"
_LATIN_WORD = r"(?:[A-ZÀ-Þ][a-zà-ÿ'’]+|[A-Z]{2,})(?:[-'’][A-Z][a-z]+)?"
_INITIALS = re.compile(rf"{_WORD} [А-ЯЁ]\. ?(?:[А-ЯЁ]\.)?|[А-ЯЁ]\. ?(?:[А-ЯЁ]\. ?)?{_WORD}")
_LATIN_INITIALS = re.compile(
    r"[A-Z][a-z]+,? [A-Z]\.(?: ?[A-Z]\.)?|[A-Z]\.(?: ?[A-Z]\.)? ?[A-Z][a-z]+"
)
_WORDS = re.compile(
    rf"{_WORD}(?: {_WORD}){{1,3}}|{_LATIN_WORD},?(?: (?:{_LATIN_WORD}|[A-Z]\.)){{1,3}}"
)
_ONE_WORD = re.compile(rf"{_WORD}|{_LATIN_WORD}")
_TITLES = re.compile(r"^(?:mr|mrs|ms|miss|dr|г-н|г-жа|ип)\.? ", re.IGNORECASE)
_FIRM = re.compile(
    r"\b(?:ооо|оао|зао|пао|ао|нко|фгуп|тоо|llc|ltd|inc|gmbh|corp|plc|company|co)\b", re.IGNORECASE
)
_PATRONYMIC = re.compile(
    r"(?:[оеё]вич|[иь]ич|мич|овна|евна|ёвна|ична|инична|оглы|кызы)$", re.IGNORECASE
)
_SURNAME = re.compile(
    r"(?:[оеё]в|[оеё]ва|[иы]н|[иы]на|[сц]кий|[сц]кая|[сц]кой|енко|чук|ян|швили|дзе|ых|их)$",
    re.IGNORECASE,
)
_MAY_NAME = re.compile(r"[^\W\d_a-zа-яё][^\W\d_]*(?:[ '’\-][^\W\d_]+){0,2}")
_MOSTLY_NAMES = 0.8
_LETTERS = re.compile(r"[^\W\d_]+(?:[ .'’,\-]+[^\W\d_]+)*\.?")


@cache
def _given_names() -> frozenset[str]:
    text = resources.files("regulars.schema").joinpath("given_names.txt").read_text("utf-8")
    names = [name.replace("ё", "е") for name in text.split()]
    return frozenset(names) | {transliterate(name) for name in names}


def _is_given_name(word: str) -> bool:
    return word.strip(",.").casefold().replace("ё", "е") in _given_names()


def _count_digits(text: str) -> int:
    return sum(letter.isdigit() for letter in text)


def _whole(text: str) -> str:
    """A phone or a card that a spreadsheet kept as a float, or marked as a text."""
    return text.removesuffix(".0").removeprefix("'")


def _is_phone(text: str) -> bool:
    bare = _EXTENSION.sub("", _whole(text))
    digits = _count_digits(bare)
    if not _PHONE_MARKS.fullmatch(bare) or not 10 <= digits <= 15:
        return False
    if bare.startswith("+"):
        return True
    if _PHONE_ABROAD.fullmatch(bare):
        return True
    if bare.isdigit():
        return digits == 11 and bare[0] in "78" and bare[1] == "9"
    return _PHONE_GROUPS.fullmatch(bare.replace("\u00a0", " ")) is not None


def _may_be_phone(text: str) -> bool:
    bare = _EXTENSION.sub("", _whole(text))
    return _PHONE_MARKS.fullmatch(bare) is not None and 5 <= _count_digits(bare) <= 16


def _is_card(text: str) -> bool:
    if not _CARD.fullmatch(_whole(text)):
        return False
    digits = [int(letter) for letter in _whole(text) if letter.isdigit()]
    if not 13 <= len(digits) <= 19:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_card_or_account(text: str) -> bool:
    return _IBAN.fullmatch(text) is not None or _is_card(text) or _count_digits(text) == 20


def _is_address(text: str) -> bool:
    if _STREET_EN.match(text):
        return True
    return _STREET_RU.search(text) is not None and _count_digits(text) > 0


def _is_full_name(text: str) -> bool:
    bare = _TITLES.sub("", text)
    if _INITIALS.fullmatch(bare):
        return True
    if not _WORDS.fullmatch(bare):
        return False
    words = bare.split()
    if any(_PATRONYMIC.search(word) for word in words[1:]):
        return True
    has_given_name = any(_is_given_name(word) for word in words)
    is_cyrillic = not words[0].isascii() and _SURNAME.search(words[0]) is not None
    return has_given_name and (
        words[0].isascii() or is_cyrillic or _SURNAME.search(words[-1]) is not None
    )


def _may_be_name(text: str) -> bool:
    return len(text) <= 80 and _LETTERS.fullmatch(text) is not None


def _may_be_full_name(text: str) -> bool:
    bare = _TITLES.sub("", text)
    known = _INITIALS.fullmatch(bare) or _LATIN_INITIALS.fullmatch(bare) or _WORDS.fullmatch(bare)
    return known is not None or _is_given_name(bare)


def _is_one_given_name(text: str) -> bool:
    return _is_given_name(text) and text[:1].isupper()


def may_name_people(values: Sequence[str]) -> bool:
    """Whether the values may be what people are called, rare names included.

    One to three words, the first with a capital, and no firms.

    Examples
    --------
    >>> may_name_people(["Зульфия", "Ким Ен Чер", "Aoife"]), may_name_people(["ООО Заря", "tea"])
    (True, False)
    """
    fitting = sum(
        _MAY_NAME.fullmatch(value.strip()) is not None and not _FIRM.search(value)
        for value in values
    )
    return bool(values) and fitting >= _MOSTLY_NAMES * len(values)


def _is_surname(text: str) -> bool:
    is_word = _ONE_WORD.fullmatch(text) is not None and not text.isascii() and len(text) > 3
    return is_word and _SURNAME.search(text) is not None


def _is_patronymic(text: str) -> bool:
    return _ONE_WORD.fullmatch(text) is not None and _PATRONYMIC.search(text) is not None


STRICT_SHAPES: dict[str, tuple[Callable[[str], bool], float]] = {
    "email": (lambda text: _EMAIL.fullmatch(text) is not None, 0.5),
    "phone": (_is_phone, 0.8),
    "passport": (lambda text: _PASSPORT.fullmatch(text) is not None, 0.8),
    "tax_number": (is_national_id, 0.8),
    "card_number": (_is_card, 0.9),
    "ip_address": (lambda text: _IP.fullmatch(text) is not None, 0.9),
    "postcode": (lambda text: _POSTCODE.fullmatch(text.upper()) is not None, 0.9),
    "address": (_is_address, 0.6),
    "patronymic": (_is_patronymic, 0.7),
    "full_name": (_is_full_name, 0.5),
    "given_name": (_is_one_given_name, 0.6),
    "surname": (_is_surname, 0.85),
}
"""Field of the vault → whether a value can be nothing else, and the share that must be so."""

LOOSE_SHAPES: dict[str, tuple[Callable[[str], bool], float]] = {
    "email": (lambda text: "@" in text, 0.3),
    "phone": (_may_be_phone, 0.5),
    "passport": (lambda text: _DOCUMENT.fullmatch(_whole(text)) is not None, 0.5),
    "tax_number": (lambda text: is_national_id(text) or 8 <= _count_digits(text) <= 14, 0.5),
    # A loyalty card is an id; a bank's card has a check digit.
    "card_number": (_is_card_or_account, 0.7),
    "ip_address": (lambda text: _IP.fullmatch(text) is not None, 0.5),
    "postcode": (lambda text: _POSTCODE_LOOSE.fullmatch(text.upper()) is not None, 0.5),
    "address": (lambda text: any(letter.isalpha() for letter in text) and len(text) > 5, 0.5),
    "patronymic": (_may_be_name, 0.7),
    "full_name": (_may_be_full_name, 0.5),
    "given_name": (_may_be_name, 0.7),
    "surname": (_may_be_name, 0.7),
}
"""Field of the vault → whether a value fits when the column is already called so."""


def measure_personal(
    values: Sequence[str], field: str, *, by_name: bool = False
) -> tuple[float, bool]:
    """The share of the values that look like `field`, and whether it is enough.

    Parameters
    ----------
    values
        Without missing ones.
    field
        A personal column of the table `customers`.
    by_name
        The column is called so; then a looser look is enough.

    Examples
    --------
    >>> measure_personal(["+7 (916) 123-45-67", "8-916-123-45-67"], "phone")
    (1.0, True)
    """
    shapes = LOOSE_SHAPES if by_name else STRICT_SHAPES
    if field not in shapes or not values:
        return 0.0, False
    fits, least = shapes[field]
    share = sum(fits(value.strip()) for value in values) / len(values)
    return share, share >= least


def find_personal_shape(values: Sequence[str], *, fields: Sequence[str] = ()) -> str | None:
    """The field of the vault that the values can only be, or None.

    Parameters
    ----------
    values
        Without missing ones; fewer than three decide nothing.
    fields
        Fields to look for; all when empty.

    Examples
    --------
    >>> find_personal_shape(["Иванов Пётр Ильич", "Кузнецова Анна Олеговна", "Ли Вера Павловна"])
    'full_name'
    >>> find_personal_shape(["WHITE METAL LANTERN", "RED WOOLLY HOTTIE", "Ivory Clock"])
    """
    if len(values) < _LEAST_VALUES:
        return None
    # Most columns are settled by a few values: nothing personal among them, nothing to measure.
    first = [value.strip() for value in values[:12]]
    for field in fields or STRICT_SHAPES:
        fits, _ = STRICT_SHAPES[field]
        if any(fits(value) for value in first) and measure_personal(values, field)[1]:
            return field
    return None
