"""Invented people: names, phones and e-mails that look real and belong to nobody."""

from dataclasses import dataclass

from numpy.random import Generator

__all__ = ["Person", "invent_people"]

_MEN = ("Александр", "Дмитрий", "Сергей", "Андрей", "Иван", "Михаил", "Павел", "Рустам", "Егор")
_WOMEN = ("Анна", "Елена", "Ольга", "Мария", "Наталья", "Ирина", "Татьяна", "Гульнара", "Дарья")
_FATHERS = ("Александр", "Иван", "Владимир", "Николай", "Виктор", "Борис", "Степан", "Олег")
_SURNAMES = (
    "Иванов", "Смирнов", "Кузнецов", "Попов", "Соколов", "Лебедев", "Козлов", "Новиков", "Морозов",
    "Волков", "Зайцев", "Павлов", "Голубев", "Никитин", "Гусев", "Тихонов", "Шубин", "Ларин",
)  # fmt: skip
_ENGLISH_FIRST = (
    "Emma", "Oliver", "Amelia", "George", "Isla", "Harry", "Ava", "Noah", "Mia", "Jack", "Grace",
)  # fmt: skip
_ENGLISH_LAST = (
    "Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Davies", "Evans", "Walker", "O'Hara",
)  # fmt: skip
_RUSSIAN_CITIES = ("Самара", "Тольятти", "Казань", "Саратов", "Ульяновск", "Пенза", "Москва")
_ENGLISH_CITIES = ("Leeds", "York", "Bristol")
_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
    "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
_RUSSIAN_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    full_name: str
    phone: str
    email: str
    city: str


def invent_people(count: int, generator: Generator) -> list[Person]:
    """`count` people, most of them Russian, the rest English.

    Examples
    --------
    >>> import numpy as np
    >>> person = invent_people(1, np.random.default_rng(3))[0]
    >>> person.email.endswith((".example", "@example.com"))
    True
    """
    return [_invent(number, generator) for number in range(count)]


def _invent(number: int, generator: Generator) -> Person:
    if generator.random() < _RUSSIAN_SHARE:
        return _invent_russian(number, generator)
    first, last = _pick(_ENGLISH_FIRST, generator), _pick(_ENGLISH_LAST, generator)
    # 07700 900xxx is what Ofcom sets aside for invented numbers.
    phone = f"+44 7700 900{generator.integers(1000):03d}"
    email = f"{first}.{last}{number}@example.com".lower().replace("'", "")
    return Person(f"{first} {last}", phone, email, _pick(_ENGLISH_CITIES, generator))


def _invent_russian(number: int, generator: Generator) -> Person:
    is_woman = generator.random() < 0.5
    first = _pick(_WOMEN if is_woman else _MEN, generator)
    father = _pick(_FATHERS, generator)
    surname = _pick(_SURNAMES, generator)
    full_name = f"{_female(surname) if is_woman else surname} {first} {_patronymic(father, is_woman=is_woman)}"
    digits = f"{generator.integers(10**7):07d}"
    phone = _pick(("+7 (999) 00{}-{}-{}", "8 999 00{} {} {}", "+799900{}{}{}"), generator).format(
        digits[0], digits[1:3], digits[3:5]
    )
    email = f"{_transliterate(surname)}{number}@pochta.example"
    return Person(full_name, phone, email, _pick(_RUSSIAN_CITIES, generator))


def _pick(words: tuple[str, ...], generator: Generator) -> str:
    return words[int(generator.integers(len(words)))]


def _female(surname: str) -> str:
    return f"{surname}а"


def _patronymic(father: str, *, is_woman: bool) -> str:
    stem = f"{father[:-1]}е" if father.endswith("й") else f"{father}о"
    return f"{stem}вна" if is_woman else f"{stem}вич"


def _transliterate(word: str) -> str:
    return "".join(_LATIN[letter] for letter in word.lower())
