"""Values of features as people write them, in both languages."""

from regulars.features.table import Feature
from regulars.schema import wording
from regulars.schema.wording import Language, Wording, pluralize

__all__ = [
    "Value",
    "capitalize",
    "format_level",
    "format_number",
    "format_share",
    "format_value",
    "name_level",
    "quote",
]

Value = float | str | bool | None
"""What one customer has in one feature."""

_NO_BREAK = "\u00a0"
_OPENING, _CLOSING = ("“", "«"), ("”", "»")
_INNER_EN = str.maketrans("“”", "‘’")
_INNER_RU = str.maketrans("«»", "„“")
_YES, _NO = Wording(en="yes", ru="да"), Wording(en="no", ru="нет")
_YES_AND_NO = {"true": _YES, "yes": _YES, "да": _YES, "false": _NO, "no": _NO, "нет": _NO}


def format_number(number: float, language: Language) -> str:
    """The number with as many digits as it deserves.

    Examples
    --------
    >>> format_number(1234.56, "en"), format_number(12.345, "en"), format_number(0.01234, "en")
    ('1,235', '12.3', '0.012')
    >>> format_number(12.5, "ru")
    '12,5'
    """
    size = abs(number)
    if size >= 1e15:
        text = f"{number:.2e}"
    elif size >= 100 or number == int(number):
        text = f"{number:,.0f}"
    elif size >= 1:
        text = f"{number:.1f}"
    else:
        text = f"{number:.2g}" if size >= 1e-4 else f"{number:.1e}"
    if language == "ru":
        return text.replace(",", _NO_BREAK).replace(".", ",")
    return text


def format_share(share: float, language: Language) -> str:
    """A share (0-1) as a percentage.

    Examples
    --------
    >>> format_share(0.2654, "en"), format_share(0.004, "en"), format_share(0.999, "en")
    ('27%', '0.4%', '99.9%')
    >>> format_share(1.0, "ru").replace(chr(160), " ")
    '100 %'
    """
    return wording.format_share(share, language)


def format_value(feature: Feature, value: Value, language: Language) -> str:
    """A value of `feature` in words: a number with its unit, a level in quotes, yes or no.

    Examples
    --------
    >>> trend = Feature(
    ...     "trend", Wording(en="change in visits", ru="изменение"), "change", "numeric"
    ... )
    >>> format_value(trend, -0.33, "en"), format_value(trend, 1.5, "en")
    ('-33%', '+150%')
    """
    if value is None:
        return "not known" if language == "en" else "нет данных"
    if isinstance(value, bool):
        return format_level(feature, "true" if value else "false", language)
    if isinstance(value, str):
        return format_level(feature, value, language)
    if feature.unit == "share" and 0 <= value <= 1:
        return format_share(value, language)
    if feature.unit == "change":
        sign = "+" if value > 0 else "-" * (value < 0)
        return sign + format_share(abs(value), language)
    if feature.unit == "day" and value == int(value):
        forms = ("day", "days") if language == "en" else ("день", "дня", "дней")
        noun = pluralize(int(abs(value)), language, *forms).split(" ", 1)[1]
        return f"{format_number(value, language)} {noun}"
    return format_number(value, language)


def format_level(feature: Feature, level: str, language: Language) -> str:
    """A level of a category in quotes; of a boolean, and of a category of yes and no, as such."""
    if feature.kind == "boolean":
        return _YES_AND_NO[level].to(language)
    known = _YES_AND_NO.get(level.casefold())
    return known.to(language) if known else quote(level, language)


def name_level(feature: Feature, level: str, language: Language) -> str:
    """A feature and its level together: a level in quotes needs no colon before it.

    Examples
    --------
    >>> plan = Feature("plan", Wording(en="plan", ru="тариф"), None, "category")
    >>> name_level(plan, "Max", "en"), name_level(plan, "No", "ru")
    ('plan “Max”', 'тариф: нет')
    """
    label, value = feature.meaning.to(language), format_level(feature, level, language)
    is_plain = value[:1] not in _OPENING or label[-1:] in _CLOSING
    return f"{label}: {value}" if is_plain else f"{label} {value}"


def quote(text: str, language: Language) -> str:
    """The text in the quotation marks of the language; as it is where it stands in them already."""
    if text[:1] in _OPENING and text[-1:] in _CLOSING:
        return text
    if language == "en":
        return f"“{text.translate(_INNER_EN)}”"
    return f"«{text.translate(_INNER_RU)}»"


def capitalize(text: str) -> str:
    """The text with its first letter large and the rest as it is."""
    return text[:1].upper() + text[1:]
