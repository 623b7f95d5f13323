"""What a column is when no contract knows it: number, category, date, text, personal, unused."""

import re
from collections.abc import Mapping
from itertools import pairwise

from regulars.schema.column_names import split_words
from regulars.schema.contract import ColumnType, Role
from regulars.schema.measured import Measured, describe_distinct
from regulars.schema.name_matching import ID_WORDS, build_index
from regulars.schema.personal_shapes import (
    LOOSE_SHAPES,
    find_personal_shape,
    may_name_people,
    measure_personal,
)
from regulars.schema.personal_text import holds_personal
from regulars.schema.shapes import Shape
from regulars.schema.wording import Wording, format_share

__all__ = [
    "POST_WORDS",
    "Classified",
    "classify_column",
    "find_personal_field",
    "is_row_number",
    "is_sure_of_people",
    "needs_company",
]

Classified = tuple[Role, ColumnType, float, Wording]

_MOST_CATEGORIES = 50
_LONG_TEXT = 40
_DIGITS_OF_A_KEY = 17  # Sixteen are a moment in microseconds.
# The rest is what people write beside numbers and dates; it is counted in all rows afterwards.
_MOSTLY = 0.8

_DATE_WORDS = frozenset(
    {"date", "day", "at", "on", "time", "timestamp", "datetime", "ts", "since", "until", "birthday"}
    | {"дата", "день", "время", "момент", "срок"}
)
# Whole numbers under such a name say which one, not how much.
_CODE_WORDS = ID_WORDS | {
    "type", "region", "channel", "class", "segment", "group", "category", "browser", "system",
    "status", "store", "branch", "cluster", "kind", "department", "city", "state", "country",
    "тип", "регион", "канал", "группа", "сегмент", "класс", "статус", "категория", "магазин",
    "филиал", "кластер", "вид", "отдел", "город",
}  # fmt: skip
_ARTICLE_WORDS = frozenset({"upc", "ean", "sku", "barcode", "isbn", "артикул", "штрихкод"})
POST_WORDS = frozenset({"zip", "zipcode", "postal", "postcode", "индекс"})
"""Words of a postal code, which is a place and not an identifier."""

# 10:15 under such a name lasts ten minutes and is no time of the day.
_DURATION_WORDS = frozenset(
    {"duration", "length", "wait", "waiting", "talk", "hold", "handle", "elapsed", "long"}
    | {"длительность", "продолжительность", "ожидания", "ожидание", "разговора", "обслуживания"}
)
_AMOUNT_WORDS = frozenset({"number", "no", "num", "номер", "key"})  # "number of calls" is a count
_ROW_NAMES = frozenset({"", "index", "row", "row number", "rownumber", "row id", "n", "nn", "no"})
_SURE_ROW_NAMES = frozenset({"rowname", "row name", "unnamed 0"})
"""What programs call the numbers of rows: they are those of another order where rows were sorted since."""
_ROW_NAMES |= _SURE_ROW_NAMES | {"row num", "row index", "rowid"}
_EVEN_ROW_NAMES = frozenset({"x", "1", "obs", "seq"})
"""Under such a name, which says little, only numbers without a gap are those of rows."""
_ROW_NAMES |= {"unnamed 0", "п п", "n п п", "no п п", "номер строки", "column0", "level 0"}

# A word in the name that, with values that may be so, settles it.
_TELLING_WORDS = {
    "surname": "surname", "фамилия": "surname", "отчество": "patronymic", "patronymic": "patronymic",
    "фио": "full_name", "fio": "full_name", "email": "email", "почта": "email", "имейл": "email",
    "phone": "phone", "telephone": "phone", "mobile": "phone", "msisdn": "phone",
    "телефон": "phone", "телефона": "phone", "мобильный": "phone",
    "passport": "passport", "паспорт": "passport", "паспорта": "passport",
    "снилс": "tax_number", "ssn": "tax_number", "address": "address", "адрес": "address",
}  # fmt: skip
_BIRTH_WORDS = frozenset({"birth", "birthday", "birthdate", "born", "dob", "рождения", "рожд"})

# These mean a person only when the values are people's names: a firm's and a product's are not.
_WEAK_NAMES = frozenset({("name",), ("имя",), ("user", "name"), ("address",), ("адрес",)})
_NAMES_OF_PEOPLE = frozenset({("name",), ("имя",), ("user", "name"), ("client",), ("клиент",)})
_SURE_OF_PEOPLE = frozenset(
    {"surname", "patronymic", "phone", "email", "birth_on", "passport", "tax_number", "card_number"}
)
_NEVER_OTHERWISE = ("surname", "patronymic", "passport", "email")
"""What columns of these names hold is personal even where it does not look so. A full name is, where it is
called ФИО: a "customer name" may be a firm's."""
_KNOWN_TABLES = ("products", "purchase_items", "tariffs", "subscriptions", "deals", "events")


def find_personal_field(
    measured: Measured, *, is_of_people: bool = False
) -> tuple[str, float, Wording] | None:
    """The field of the vault the column belongs to, how sure, and why; None when not personal.

    Parameters
    ----------
    measured
        The column.
    is_of_people
        Other columns of the file are surnames, phones and the like: then a column that is called
        "name" names people, however rare their names are.
    """
    words = split_words(measured.name)
    by_name = _find_by_name(measured, words) or _find_rare_names(measured, words, is_of_people)
    if by_name:
        field, score, share = by_name
        meaning = build_index("customers", roles=(Role.PERSONAL,)).columns[field].meaning
        said = Wording(
            en=f"the name means {meaning.en.lower()}; {share:.0%} of the values fit",
            ru=f"название означает «{meaning.ru.lower()}»; подходит {format_share(share, 'ru')} значений",
        )
        return field, score, said
    if _names_a_thing(measured.name) or not _may_hold_people(measured):
        return None
    found = find_personal_shape(measured.shape.present)
    if found is None:
        return None
    share, _ = measure_personal(measured.shape.present, found)
    meaning = build_index("customers", roles=(Role.PERSONAL,)).columns[found].meaning
    said = Wording(
        en=f"{share:.0%} of the values look like: {meaning.en.lower()}",
        ru=f"{format_share(share, 'ru')} значений похожи на: {meaning.ru.lower()}",
    )
    return found, min(0.95, 0.5 + share / 2), said


def _find_by_name(measured: Measured, words: tuple[str, ...]) -> tuple[str, float, float] | None:
    index = build_index("customers", roles=(Role.PERSONAL,))
    matches = {name: score for name, score in index.match(measured.name).items() if score >= 0.9}
    for word in words:
        if word in _TELLING_WORDS:
            matches.setdefault(_TELLING_WORDS[word], 0.8)
    if _BIRTH_WORDS & set(words):
        matches.setdefault("birth_on", 0.9)
    for field, score in sorted(matches.items(), key=lambda item: -item[1]):
        share, fits = _measure_named(measured, field, is_weak=words in _WEAK_NAMES or score < 0.9)
        if fits:
            return field, score, share
    return _find_of_other_looks(measured, words, matches)


def _find_of_other_looks(
    measured: Measured, words: tuple[str, ...], matches: Mapping[str, float]
) -> tuple[str, float, float] | None:
    """Texts of one's own under a name that leaves no doubt, whatever they look like.

    "Иванов Иван 2, дубль" is no name as names are written, and still nobody's business.
    """
    shape = measured.shape
    is_of_own = shape.distinct_count > _MOST_CATEGORIES or shape.is_unique
    if words in _WEAK_NAMES or not is_of_own or shape.is_number or shape.is_date:
        return None
    for field, score in matches.items():
        is_sure = field in _NEVER_OTHERWISE or bool({"фио", "fio"} & set(words))
        if is_sure and score >= 0.9:
            return field, 0.7, measure_personal(shape.present, field, by_name=True)[0]
    return None


def _find_rare_names(
    measured: Measured,
    words: tuple[str, ...],
    is_of_people: bool,  # noqa: FBT001 - a private word
) -> tuple[str, float, float] | None:
    """Names that no dictionary has, under a name that means one."""
    # "Имя" is what a person is called; what a thing is called is "название".
    if words not in _NAMES_OF_PEOPLE or not (is_of_people or words == ("имя",)):
        return None
    if measured.shape.is_number or not may_name_people(measured.shape.present):
        return None
    return ("given_name" if words == ("имя",) else "full_name"), 0.7, 1.0


def is_sure_of_people(measured: Measured) -> bool:
    """Whether the column can belong to nothing but a person: a surname, a phone, an e-mail."""
    found = find_personal_field(measured)
    return found is not None and found[0] in _SURE_OF_PEOPLE


def needs_company(measured: Measured) -> bool:
    """Whether other columns decide what this one is."""
    return split_words(measured.name) in _NAMES_OF_PEOPLE


def _measure_named(measured: Measured, field: str, *, is_weak: bool) -> tuple[float, bool]:
    shape = measured.shape
    if field == "birth_on":
        # A year of birth, or a month, is not the full date.
        is_serial = shape.date.format in ("excel_serial", "%Y%m%d")
        return shape.date.share, shape.is_date or (shape.date.share > 0.9 and is_serial)
    if field not in LOOSE_SHAPES or shape.boolean or shape.is_date:
        return 0.0, False
    share, fits = measure_personal(shape.present, field, by_name=True)
    if is_weak and fits and field in ("phone", "full_name", "given_name", "address"):
        return measure_personal(shape.present, field)
    return share, fits


def _names_a_thing(name: str) -> bool:
    """The name is that of a product, a page, a stage: its values are not people."""
    if split_words(name) in _WEAK_NAMES:
        return False
    things = (Role.CATEGORY, Role.NUMERIC, Role.DATE, Role.TEXT)
    scores = build_index("customers", *_KNOWN_TABLES, roles=things).match(name)
    return any(score >= 0.9 for score in scores.values())


def _may_hold_people(measured: Measured) -> bool:
    """Few distinct values, or a source that has types, cannot hold what is one's own."""
    shape = measured.shape
    is_text = measured.column.type in ("string", "integer", "float")
    return is_text and shape.distinct_count > 2 and not shape.is_date


def is_row_number(measured: Measured) -> bool:
    """1, 2, 3 … or 0, 1, 2 … under the name of an index, or under none."""
    words = " ".join(split_words(measured.name.replace("№", " n ")))
    values = measured.shape.present[:50]
    if words not in _ROW_NAMES | _EVEN_ROW_NAMES or not measured.shape.is_unique:
        return False
    if not all(re.fullmatch(r"\d{1,15}(?:\.0)?", value) for value in values):
        return False
    numbers = [int(float(value)) for value in values]
    steps = {after - before for before, after in pairwise(numbers)}
    if words in _EVEN_ROW_NAMES and (len(steps) != 1 or numbers[0] > 1):
        return False
    return words in _SURE_ROW_NAMES or all(step > 0 for step in steps)


def classify_column(measured: Measured) -> Classified:
    """Role, type, confidence and evidence of a column that no contract knows."""
    for attempt in (_classify_useless, _classify_date, _classify_pair, _classify_number):
        found = attempt(measured)
        if found:
            return found
    return _classify_text(measured)


def _classify_useless(measured: Measured) -> Classified | None:
    if measured.shape.row_count == 0 and measured.column.distinct_count is None:
        return Role.TEXT, "string", 0.1, Wording(en="there are no rows", ru="строк нет")
    if measured.is_empty:
        said = Wording(en="every value is missing", ru="все значения пропущены")
        return Role.IGNORED, "string", 0.99, said
    if measured.is_constant:
        said = Wording(en="the same value in every row", ru="одно и то же значение во всех строках")
        return Role.IGNORED, "string", 0.95, said
    if is_row_number(measured):
        said = Wording(en="the number of the row", ru="номер строки")
        return Role.IGNORED, "integer", 0.9, said
    return None


def _classify_date(measured: Measured) -> Classified | None:
    date = measured.shape.date
    is_named = bool(_DATE_WORDS & set(split_words(measured.name)))
    # Epochs and serials are ordinary numbers unless the name says otherwise.
    if date.share < _MOSTLY or (date.needs_name and not (is_named and date.share >= 0.9)):
        return None
    said = Wording(
        en=f"{date.share:.0%} of the values are dates ({date.format or 'typed'})",
        ru=f"{format_share(date.share, 'ru')} значений — даты ({date.format or 'тип источника'})",
    )
    return Role.DATE, "instant" if date.has_time else "date", 0.95, said


def _classify_pair(measured: Measured) -> Classified | None:
    is_amount = measured.shape.is_number and not measured.is_whole
    if measured.shape.distinct_count != 2 or is_amount:
        return None
    values = ", ".join(sorted(_shorten(value) for value in measured.shape.distinct[:2]))
    said = Wording(en=f"two values: {values}", ru=f"два значения: {values}")
    return Role.CATEGORY, "boolean" if measured.column.type == "boolean" else "string", 0.95, said


def _shorten(value: str) -> str:
    return value if len(value) <= _LONG_TEXT else value[: _LONG_TEXT - 1] + "…"


def _classify_number(measured: Measured) -> Classified | None:
    shape = measured.shape
    if shape.number.share < _MOSTLY or shape.number.is_code:
        return None
    words = set(split_words(measured.name))
    if shape.number.needs_name and not words & _DURATION_WORDS:
        return None
    distinct = describe_distinct(measured)
    code = _classify_code(measured, words) if shape.number.is_whole else None
    if code is not None:
        return code
    if shape.number.is_clock:
        said = Wording(
            en=f"clock readings of how long, kept as seconds; {distinct.en}",
            ru=f"длительность по часам, хранится в секундах; {distinct.ru}",
        )
        return Role.NUMERIC, "integer", 0.8, said
    type_name: ColumnType = "integer" if shape.number.is_whole else "float"
    unit = shape.number.choose_format()[1]
    said = Wording(
        en=f"{shape.number.share:.0%} of the values are numbers{f' in {unit}' if unit else ''};"
        f" {distinct.en}",
        ru=f"{format_share(shape.number.share, 'ru')} значений — числа{f' ({unit})' if unit else ''};"
        f" {distinct.ru}",
    )
    return Role.NUMERIC, type_name, 0.9 if shape.number.share == 1.0 else 0.8, said


def _classify_code(measured: Measured, words: set[str]) -> Classified | None:
    """What a column of whole numbers names, where it does not count or measure."""
    shape = measured.shape
    distinct = describe_distinct(measured)
    if words & POST_WORDS:
        said = Wording(en="a postal code", ru="почтовый индекс")
        return Role.CATEGORY, "string", 0.85, said
    if words & (_CODE_WORDS | _ARTICLE_WORDS) and not _is_count(words):
        if shape.distinct_count <= _MOST_CATEGORIES:
            said = Wording(
                en=f"the name means a code; {distinct.en}",
                ru=f"название означает код; {distinct.ru}",
            )
            return Role.CATEGORY, "string", 0.8, said
        if words & (ID_WORDS | _ARTICLE_WORDS):
            said = Wording(
                en=f"the name means an identifier; {distinct.en}",
                ru=f"название означает идентификатор; {distinct.ru}",
            )
            return Role.ID, "string", 0.8, said
    if _is_beyond_measure(shape):
        said = Wording(
            en=f"whole numbers of {_DIGITS_OF_A_KEY} digits or more name, and do not measure;"
            f" {distinct.en}",
            ru=f"целые числа из {_DIGITS_OF_A_KEY} и более цифр называют, а не измеряют;"
            f" {distinct.ru}",
        )
        return Role.ID, "string", 0.8, said
    return None


def _is_beyond_measure(shape: Shape) -> bool:
    """Numbers so long that nothing about a customer is counted in them."""
    return bool(shape.present) and all(
        value.isdigit() and len(value) >= _DIGITS_OF_A_KEY for value in shape.present
    )


def _is_count(words: set[str]) -> bool:
    """A number "of calls" counts; an account number names."""
    return bool(words & _AMOUNT_WORDS) and "of" in words


def _classify_text(measured: Measured) -> Classified:
    shape = measured.shape
    distinct = describe_distinct(measured)
    share = shape.distinct_count / max(shape.present_count, shape.distinct_count, 1)
    length = sum(map(len, shape.present)) / max(len(shape.present), 1)
    is_named_id = bool(set(split_words(measured.name)) & ID_WORDS)
    is_code = not any(" " in value.strip() for value in shape.present)
    if is_code and is_named_id and shape.distinct_count > _MOST_CATEGORIES:
        said = Wording(
            en=f"the name means an identifier; {distinct.en}",
            ru=f"название означает идентификатор; {distinct.ru}",
        )
        return Role.ID, "string", 0.8, said
    if any(map(holds_personal, shape.distinct)):
        said = Wording(
            en="words, with phones, e-mails or names in some: these are masked",
            ru="слова, в некоторых телефоны, почта или имена: они скрываются",
        )
        return Role.TEXT, "string", 0.8, said
    many = shape.distinct_count > _MOST_CATEGORIES and share > 0.5
    if many or (length > _LONG_TEXT and share > 0.2):
        return (
            Role.TEXT,
            "string",
            0.8,
            Wording(en=f"words; {distinct.en}", ru=f"слова; {distinct.ru}"),
        )
    return Role.CATEGORY, "string", 0.85, distinct
