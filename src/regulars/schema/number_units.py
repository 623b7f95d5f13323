"""Numbers with a word behind them: 5 ГБ, 12 мес., 3.5k, 1,2 млн руб."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["UNITS_FORMAT", "Units", "convert_named", "find_units", "split_unit"]

UNITS_FORMAT = "units:"
"""Begins the format of numbers with units; behind it each word and what it multiplies by."""

_VALUE = re.compile(
    r"(?P<number>[-+−]?\s?[$€£¥₽]?\s?[\d \u00a0\u202f\u2009.,'’]*\d)"
    r"(?P<gap>[ \u00a0\u202f\u2009]*)(?P<word>[^\W\d_][^\d]{0,20})"
)
_NUMBER = re.compile(r"[-+−]?\s?[$€£¥₽]?\s?[\d \u00a0\u202f\u2009.,'’]*\d")
_MARKS = re.compile("[\\s.,=:\u00a0\u202f\u2009]")
_FIRST_VALUES = 20
_MOSTLY = 0.8
_LEAST_NUMBERS = 5
"""A word that no family has is a unit only if so many different numbers stand before it."""

# Words of money say what is counted and not how many times.
_MONEY = ("₽", "руб", "рублей", "рубля", "р", "rub", "usd", "eur", "€", "$", "тг", "₸", "kzt")
_MONEY_WORD = re.compile(rf"(?:{'|'.join(map(re.escape, sorted(_MONEY, key=len, reverse=True)))})$")


def _spell(**words: str) -> dict[str, int]:
    """Every spelling → how many of the smallest of the family it is."""
    return {
        word: int(size.removeprefix("x"))
        for size, spelled in words.items()
        for word in spelled.split()
    }


_FAMILIES: tuple[Mapping[str, int], ...] = (
    _spell(x1000="k к тыс тысяч тысячи", x1000000="млн mln million миллион миллионов")
    | _spell(x1000000000="млрд bn billion миллиард миллиардов"),
    _spell(x1="кб kb килобайт kilobyte", x1024="мб mb мбайт мегабайт megabyte megabytes")
    | _spell(x1048576="гб gb гбайт гигабайт gigabyte gigabytes", x1073741824="тб tb терабайт"),
    _spell(x1="с сек секунд секунды секунда s sec secs second seconds")
    | _spell(x60="мин минут минуты минута min mins minute minutes")
    | _spell(x3600="ч час часа часов h hr hrs hour hours"),
    _spell(x1="д дн день дня дней d day days", x7="нед неделя недели недель wk week weeks"),
    _spell(x1="мес месяц месяца месяцев mo mos month months")
    | _spell(x12="г год года лет y yr yrs year years"),
    _spell(x1="г гр g gr", x1000="кг kg kilo", x1000000="т тонн t"),
    _spell(x1="мл ml", x1000="л l литр литра литров liter liters"),
    _spell(x1="мм mm", x10="см cm", x1000="м m", x1000000="км km"),
    _spell(x1="шт штук штука штуки pcs pc pieces piece"),
    _spell(x1="чел человек человека people persons person"),
    _spell(x1="раз раза times"),
    _spell(x1="балл балла баллов pts pt point points"),
)


@dataclass(frozen=True, slots=True)
class Units:
    """The words behind the numbers of a column.

    Attributes
    ----------
    sizes
        Word, as `split_unit` gives it → how many of the smallest of its family it is.
    name
        The word whose number is kept, as it is written most often; empty for thousands and
        millions, which only multiply.
    family
        All words that could stand beside these.
    """

    sizes: Mapping[str, int]
    name: str
    family: Mapping[str, int]

    @property
    def is_whole(self) -> bool:
        """Whether whole numbers stay whole."""
        return all(size % min(self.sizes.values()) == 0 for size in self.sizes.values())

    def render(self, wanted: str | None = None) -> tuple[str, str | None] | None:
        """The format that reads such numbers, and the unit they are in afterwards.

        Parameters
        ----------
        wanted
            The unit that the table or an earlier file has; None to keep that of the column.

        Returns
        -------
        tuple or None
            None when these units cannot become the wanted one.

        Examples
        --------
        >>> find_units(["5 ГБ", "512 МБ", "1 ГБ"]).render()
        ('units:гб=1024,мб=1', 'МБ')
        >>> find_units(["5 ГБ", "1 ГБ"]).render("megabyte")
        ('units:гб=1024', 'megabyte')
        """
        base = min(self.sizes.values()) if self.name else 1
        if wanted is not None and self.name and any(_key(wanted) in one for one in _FAMILIES):
            # A count of points or of money says nothing of words; one of minutes does.
            if _key(wanted) not in self.family:
                return None
            base = self.family[_key(wanted)]
        words = ",".join(f"{word}={_write(size, base)}" for word, size in self.sizes.items())
        return UNITS_FORMAT + words, wanted or self.name or None


def _write(size: int, base: int) -> str:
    factor = Fraction(size, base)
    return str(factor) if factor.denominator == 1 else f"{float(factor):.8f}"


def _key(word: str) -> str:
    key = _MARKS.sub("", word.lower())
    short = _MONEY_WORD.sub("", key)
    return short or key


def convert_named(words: Collection[str], wanted: str | None) -> str | None:
    """The format that reads plain numbers in `wanted` although the name says another unit.

    Examples
    --------
    >>> convert_named(("duration", "min"), "second"), convert_named(("duration", "sec"), "second")
    ('units:=60', None)
    """
    family = next((one for one in _FAMILIES[1:] if wanted in one), None)
    if family is None or wanted is None:
        return None
    sizes = {family[word] for word in words if word in family}
    if len(sizes) != 1 or sizes == {family[wanted]}:
        return None
    return f"{UNITS_FORMAT}={_write(sizes.pop(), family[wanted])}"


def split_unit(text: str) -> tuple[str, str] | None:
    """The number and the word behind it, small and without points; None where there is no word.

    Examples
    --------
    >>> split_unit("12 мес."), split_unit("1,2 млн руб."), split_unit("12")
    (('12', 'мес'), ('1,2', 'млнруб'), None)
    """
    match = _VALUE.fullmatch(text.strip())
    return (match["number"], _MARKS.sub("", match["word"].lower())) if match else None


def find_units(values: Sequence[str]) -> Units | None:
    """The units of a column, or None when the words behind its numbers are no units.

    Words must be of one family (МБ and ГБ), or all the same word apart from the number by a
    space. Letters of other kinds behind digits ("12A", "14B") are codes.

    Examples
    --------
    >>> find_units(["3.5k", "1.2k", "800"]).sizes
    {'k': 1000}
    >>> find_units(["12A", "14B"]) is None
    True
    """
    first = values[:_FIRST_VALUES]
    if sum(map(_may_be, first)) < _MOSTLY * len(first):
        return None
    matches = [match for match in map(_VALUE.fullmatch, (v.strip() for v in values)) if match]
    if len(matches) < len(values) - sum(_is_bare(value) for value in values) - 0.1 * len(values):
        return None
    words = Counter(_MARKS.sub("", match["word"].lower()) for match in matches)
    if not words:
        return None
    family = next((one for one in _FAMILIES if all(_key(w) in one for w in words)), None)
    if family is None:
        return _find_other(matches, words)
    sizes = {word: family[_key(word)] for word in words}
    return Units(sizes, "" if family is _FAMILIES[0] else _name(matches, sizes), family)


def _may_be(value: str) -> bool:
    return _is_bare(value) or _VALUE.fullmatch(value.strip()) is not None


def _is_bare(value: str) -> bool:
    return _NUMBER.fullmatch(value.strip()) is not None


def _name(matches: Sequence[re.Match[str]], sizes: Mapping[str, int]) -> str:
    """The most frequent spelling of the smallest unit: nothing becomes a fraction that was none."""
    base = min(sizes.values())
    spelled = Counter(match["word"].strip() for match in matches)
    return max(
        (word for word in spelled if sizes[_MARKS.sub("", word.lower())] == base),
        key=lambda word: (spelled[word], word),
    )


def _find_other(matches: Sequence[re.Match[str]], words: Counter[str]) -> Units | None:
    """A unit of the trade: the same word behind every number."""
    numbers = {match["number"] for match in matches}
    is_apart = all(match["gap"] for match in matches)
    if len(words) != 1 or not is_apart or len(numbers) < _LEAST_NUMBERS:
        return None
    (word,) = words
    return Units({word: 1}, _name(matches, {word: 1}), {_key(word): 1})
