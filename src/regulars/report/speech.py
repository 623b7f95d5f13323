"""Words, numbers, shares, days and money as a reader of either language expects them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from regulars.errors import UnknownNameError
from regulars.schema.numerals import choose_tag, group_digits
from regulars.schema.wording import Language, Wording, check_language

__all__ = ["Speech", "list_words"]


@cache
def list_words() -> Mapping[str, Any]:
    """Everything that reports say, as words.toml has it."""
    text = (resources.files("regulars.report") / "words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@dataclass(frozen=True, slots=True)
class Speech:
    r"""One language: its words, its plurals and its way to write figures.

    Examples
    --------
    >>> speech = Speech("ru")
    >>> speech.count(3, "customers"), speech.percent(0.265)
    ('3 клиента', '26,5\xa0%')
    >>> Speech("en").count(7043, "customers")
    '7,043 customers'
    """

    language: Language
    is_churn: bool = True
    """Whether the outcome is leaving; of any other one nobody is said to leave."""

    def __post_init__(self) -> None:
        check_language(self.language)

    def say(self, key: str, **values: object) -> str:
        """The words under `key` ("churn.heading") with `values` filled in."""
        section, _, name = key.partition(".")
        words = list_words().get(section, {})
        if name not in words:
            raise UnknownNameError("word", key, [f"{section}.{word}" for word in words], ru="слова")
        entry = words[name]
        if not self.is_churn:
            entry = list_words()["any_outcome"].get(f"{section}_{name}", entry)
        text: str = entry[self.language]
        return text.format(**values) if values else text

    def quotable(self, wording: Wording) -> str:
        """The wording for use between quotation marks: its own become inner ones."""
        inner = str.maketrans("«»", "„“") if self.language == "ru" else str.maketrans("“”", "‘’")
        return self.read(wording).translate(inner)

    def reason(self, code: str) -> str:
        """Why rows were set aside; a company's own check says it by its name.

        Examples
        --------
        >>> Speech("ru").reason("total_row"), Speech("ru").reason("odd_orders")
        ('итог по остальным строкам', 'odd orders')
        """
        return self.name("reasons", code).replace("_", " ")

    def name(self, section: str, name: str) -> str:
        """The words for `name` if `section` knows it, otherwise `name` itself."""
        words = list_words()[section].get(name)
        return name if words is None else str(words[self.language])

    def read(self, wording: Wording | None) -> str:
        """The wording in this language; nothing for None."""
        return "" if wording is None else wording.to(self.language)

    def count(self, count: int, noun: str) -> str:
        """The number with the right form of its noun."""
        return f"{self.number(count)} {self.noun(count, noun)}"

    def noun(self, count: int, noun: str) -> str:
        """The form of a noun that goes with the number."""
        forms = self.forms(noun)
        return forms.get(choose_tag(count, self.language), forms["other"])

    def forms(self, noun: str) -> dict[str, str]:
        """The forms of a noun by CLDR's plural categories."""
        said: list[str] = list_words()["nouns"][noun][self.language]
        tags = ("one", "other") if self.language == "en" else ("one", "few", "many")
        return {"other": said[-1], **dict(zip(tags, said, strict=True))}

    def number(self, number: float | None, digits: int = 0) -> str:
        """A number with at most so many decimals; a dash for None."""
        return "—" if number is None else group_digits(number, self.language, digits)

    def figure(self, number: float | None) -> str:
        """A number with as many decimals as its size calls for."""
        if number is None:
            return "—"
        size = abs(number)
        return self.number(number, 0 if size >= 1_000 else 1 if size >= 10 else 2)

    def fixed(self, number: float | None, digits: int = 3) -> str:
        """A number with exactly so many decimals; a dash for None."""
        from babel.numbers import format_decimal

        if number is None:
            return "—"
        return format_decimal(number, format="0." + "0" * digits, locale=self.language)

    def signed(self, number: float | None, digits: int = 1) -> str:
        """A number with its sign, a true minus included; a dash for None."""
        if number is None:
            return "—"
        if round(number, digits) == 0:
            return self.fixed(0, digits)
        sign = "+" if number > 0 else "−"
        return sign + self.fixed(abs(number), digits)

    def percent(self, share: float | None, digits: int = 1) -> str:
        """A share as per cent; never rounded to a whole that it is not."""
        if share is None:
            return "—"
        shown = round(share, digits + 2)
        if shown in (0.0, 1.0) and share not in (0.0, 1.0):
            least = 10.0 ** -(digits + 2)
            bound = self.percent(least if shown == 0 else 1 - least, digits)
            return f"{'<' if shown == 0 else '>'} {bound}"
        # CLDR's Russian sets the sign apart by a no-break space; its English does not.
        tail = "\N{NO-BREAK SPACE}%" if self.language == "ru" else "%"
        return group_digits(Decimal(str(share)) * 100, self.language, digits) + tail

    def span(self, low: float, high: float) -> str:
        """Two shares as per cent, from one to the other."""
        # Two thresholds may lie closer than one per cent.
        digits = 0 if round(low, 2) == low and round(high, 2) == high else 1
        start = self.number(low * 100, digits)
        return f"{start}–{self.percent(high, digits)}"

    def money(self, amount: float | None, currency: str | None) -> str:
        """An amount in its currency, in whole units from a hundred on; a bare number without one."""
        from babel.numbers import format_currency, get_currency_symbol

        if amount is None:
            return "—"
        digits = 0 if abs(amount) >= 100 else 2
        if currency is None:
            return self.number(amount, digits)
        figure = "#,##0" + (".00" if digits else "")
        symbol = get_currency_symbol(currency, self.language)
        # A sign stands next to the number, letters stand apart; Russian puts both behind it.
        gap = "\N{NO-BREAK SPACE}" if symbol.isalpha() or self.language == "ru" else ""
        pattern = f"{figure}{gap}¤" if self.language == "ru" else f"¤{gap}{figure}"
        return format_currency(
            amount, currency, format=pattern, locale=self.language, currency_digits=False
        )

    def day(self, moment: str) -> str:
        """A day, or the day of a moment, given in ISO 8601; the text itself if it is neither."""
        from babel.dates import format_date

        try:
            found = date.fromisoformat(moment[:10])
        except ValueError:
            return moment
        return format_date(found, format="long", locale=self.language)

    def short_day(self, moment: str) -> str:
        """The same in figures."""
        from babel.dates import format_date

        try:
            found = date.fromisoformat(moment[:10])
        except ValueError:
            return moment
        pattern = "yyyy-MM-dd" if self.language == "en" else "dd.MM.yyyy"
        return format_date(found, format=pattern, locale=self.language)

    def moment(self, moment: str) -> str:
        """A moment given in ISO 8601, to the minute and with its zone's offset."""
        try:
            found = datetime.fromisoformat(moment)
        except ValueError:
            return moment
        if found.tzinfo is None:
            return f"{self.day(moment)}, {found:%H:%M}"
        # "UTC+03:00" is for programs; a person writes UTC+3.
        zone = f"{found:%Z}".replace("+0", "+").replace("-0", "−").removesuffix(":00")
        return f"{self.day(moment)}, {found:%H:%M} {zone}"
