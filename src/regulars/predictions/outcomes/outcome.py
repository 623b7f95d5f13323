"""What is to be predicted, of whom it is known, and how often it was seen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError, QualityError
from regulars.features.sentences import format_number, format_share
from regulars.predictions.outcomes.definitions import ColumnOutcome, OutcomeDefinition
from regulars.predictions.outcomes.phrases import Phrases
from regulars.schema.wording import Language, Wording, pluralize

__all__ = [
    "FEWEST_OF_EACH",
    "MOST_CLASSES",
    "Outcome",
    "as_boolean",
    "check_enough",
    "count_classes",
    "label_values",
    "read_outcome",
    "say_customers",
]

FEWEST_OF_EACH = 20
"""Fewer customers with or without the outcome cannot be held out and measured."""

MOST_CLASSES = 12
"""More values are no classes that anybody would tell apart one by one."""

_MOST_VALUES_SHOWN = 5
_POSITIVE_WORDS = frozenset(
    [
        "1",
        "yes",
        "y",
        "true",
        "t",
        "churn",
        "churned",
        "left",
        "leaver",
        "exited",
        "attrited",
        "да",
        "истина",
        "ушел",
        "ушёл",
        "отток",
    ]
)
_NEGATIVE_WORDS = frozenset(
    [
        "0",
        "no",
        "n",
        "false",
        "f",
        "stayed",
        "existing",
        "active",
        "retained",
        "нет",
        "ложь",
        "остался",
    ]
)
_CUSTOMERS: dict[Language, tuple[str, ...]] = {
    "en": ("customer", "customers"),
    "ru": ("клиент", "клиента", "клиентов"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What is to be predicted.

    Attributes
    ----------
    definition
        What counts as yes.
    labels
        1.0 yes, 0.0 no, NaN not known; in the order of the feature table, shape (n_customers,).
    dates
        How many cut-off dates the labels are of.
    customers
        How many customers have a known label at one of several dates; None where that was not counted.
    """

    definition: OutcomeDefinition
    labels: NDArray[np.float64]
    dates: int = 1
    customers: int | None = None

    @classmethod
    def gather(
        cls, outcomes: Sequence["Outcome"], customer_ids: Sequence[pa.Array] | None = None
    ) -> "Outcome":
        """The same outcome at several dates as one, its labels one after the other.

        Parameters
        ----------
        outcomes
            One per date.
        customer_ids
            Whose labels they are, to count the customers.
        """
        labels = np.concatenate([outcome.labels for outcome in outcomes])
        dates = sum(outcome.dates for outcome in outcomes)
        customers = None
        if customer_ids is not None:
            owners = pa.chunked_array(customer_ids).filter(pa.array(~np.isnan(labels)))
            customers = len(owners.unique())
        return cls(outcomes[0].definition, labels, dates, customers)

    @property
    def column(self) -> str:
        """The column it was read from, or the kind of the definition."""
        definition = self.definition
        return definition.column if isinstance(definition, ColumnOutcome) else definition.kind

    @property
    def positive_value(self) -> str:
        """The value that counts as yes."""
        definition = self.definition
        return definition.positive if isinstance(definition, ColumnOutcome) else "yes"

    @property
    def days_until_known(self) -> int:
        """Days from the cut-off until it is known."""
        return self.definition.days_until_known

    @property
    def horizon_days(self) -> int | None:
        """Within how many days of the cut-off it is seen; None where a column tells it."""
        definition = self.definition
        return None if isinstance(definition, ColumnOutcome) else definition.horizon_days

    @property
    def gap_days(self) -> int | None:
        """Days left empty before them; None where a column tells it."""
        definition = self.definition
        return None if isinstance(definition, ColumnOutcome) else definition.gap_days

    @property
    def positives(self) -> int:
        """Customers with the outcome."""
        return int((self.labels == 1).sum())

    @property
    def negatives(self) -> int:
        """Customers without the outcome."""
        return int((self.labels == 0).sum())

    @property
    def unknown(self) -> int:
        """Customers of whom it is not known."""
        return int(np.isnan(self.labels).sum())

    @property
    def base_rate(self) -> float:
        """Share of the outcome among customers of whom it is known; NaN when of none."""
        known = self.positives + self.negatives
        return self.positives / known if known else float("nan")

    @property
    def is_churn(self) -> bool:
        """Whether the outcome is a way of leaving."""
        return self.definition.is_churn

    @property
    def phrases(self) -> Phrases:
        """How sentences speak of it."""
        return self.definition.phrases

    @property
    def sentence(self) -> Wording:
        """What is predicted and how often it was seen."""
        return Wording(en=self._say("en"), ru=self._say("ru"))

    def _say(self, language: Language) -> str:
        known = self.positives + self.negatives
        share = format_share(self.base_rate, language)
        yes, of = format_number(self.positives, language), format_number(known, language)
        unknown = format_number(self.unknown, language)
        text = self.definition.sentence.to(language)
        if self.dates > 1 and self.customers is not None:
            text += self._say_tests(yes, of, share, language)
        elif language == "en":
            text += f": {yes} of {say_customers(known, 'en')} ({share})"
            if self.dates > 1:
                text += f", counted at {self.dates} dates"
        else:
            text += f"; он есть у {yes} из {of} клиентов ({share})"
            if self.dates > 1:
                text += f", считая по всем датам отсчёта ({self.dates})"
        if not self.unknown:
            return text + "."
        more = {
            "en": f"For {unknown} more it is not known.",
            "ru": f"Ещё для {unknown} он не известен.",
        }
        return f"{text}. {more[language]}"

    def _say_tests(self, yes: str, of: str, share: str, language: Language) -> str:
        """How often among customers each of whom is looked at on several dates."""
        customers = say_customers(self.customers or 0, language)
        if language == "en":
            return f": {yes} of {of} tests of {customers} at {self.dates} dates ({share})"
        dates = pluralize(self.dates, "ru", "дату отсчёта", "даты отсчёта", "дат отсчёта")
        return f"; он есть в {yes} из {of} проверок ({share}): {customers} на {dates}"


def say_customers(count: int, language: Language) -> str:
    """So many customers, in words.

    Examples
    --------
    >>> say_customers(1552, "en"), say_customers(1, "ru")
    ('1,552 customers', '1 клиент')
    """
    noun = pluralize(count, language, *_CUSTOMERS[language]).split()[-1]
    return f"{format_number(count, language)} {noun}"


def read_outcome(
    values: Sequence[object] | pa.ChunkedArray | pa.Array,
    *,
    column: str,
    positive_value: str | None = None,
    fewest_without: int = FEWEST_OF_EACH,
) -> Outcome:
    """The outcome that a column tells, checked for being learnable.

    Parameters
    ----------
    values
        One per customer, in the order of the feature table; missing means not known.
    column
        What the column is called.
    positive_value
        The value that counts as yes; every other one then counts as no. Not needed for a column
        of two values one of which is a word for yes (yes, true, 1, churned, да …).
    fewest_without
        So many customers without the outcome are needed; 0 where durations tell them apart.

    Raises
    ------
    QualityError
        When the column has one value only, more than two and no `positive_value`, or too few
        customers with the outcome, or without it.
    InvalidParameterError
        When no customer has `positive_value`.

    Examples
    --------
    >>> outcome = read_outcome(["Yes", "No"] * 20 + [None], column="Churn")
    >>> print(outcome.sentence.en)
    The outcome is “Churn” = “Yes”: 20 of 40 customers (50%). For 1 more it is not known.
    """
    texts = [_as_text(value) for value in _as_list(values)]
    counts = _count(texts)
    if fewest_without or not _is_yes_for_all(counts, positive_value):
        _check_varies(counts, column)
    positive = _find_positive(counts, column, positive_value)
    outcome = Outcome(ColumnOutcome(column=column, positive=positive), _label(texts, positive))
    check_enough(outcome, fewest_without)
    return outcome


def label_values(
    values: Sequence[object] | pa.ChunkedArray | pa.Array, definition: ColumnOutcome
) -> NDArray[np.float64]:
    """Who has an outcome that was defined earlier: 1.0, 0.0, NaN where not known; shape (n,).

    Parameters
    ----------
    values
        Of the column, one per customer.
    definition
        With the value that counts as yes, whatever its case and spaces.

    Examples
    --------
    >>> label_values([" YES", "no", None], ColumnOutcome(column="churn", positive="yes")).tolist()
    [1.0, 0.0, nan]
    """
    return _label([_as_text(value) for value in _as_list(values)], definition.positive)


def _label(texts: Sequence[str | None], positive: str) -> NDArray[np.float64]:
    wanted = _fold(positive)
    return np.array([np.nan if text is None else float(_fold(text) == wanted) for text in texts])


def count_classes(values: Sequence[object] | pa.ChunkedArray | pa.Array) -> dict[str, int]:
    """The different values of an outcome and how many have each, most frequent first.

    Upper and lower case are one, written as most of them are.

    Examples
    --------
    >>> count_classes(["stays", "leaves", "Stays", "stays", None])
    {'stays': 3, 'leaves': 1}
    """
    counts = _count([_as_text(value) for value in _as_list(values)])
    written: dict[str, str] = {}
    together: dict[str, int] = {}
    for text in sorted(counts, key=lambda text: (-counts[text], text)):
        name = written.setdefault(_fold(text), text)
        together[name] = together.get(name, 0) + counts[text]
    return dict(sorted(together.items(), key=lambda pair: (-pair[1], pair[0])))


def _count(texts: Sequence[str | None]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for text in texts:
        if text is not None:
            counts[text] = counts.get(text, 0) + 1
    return counts


def _as_list(values: Sequence[object] | pa.ChunkedArray | pa.Array) -> list[object]:
    if isinstance(values, pa.ChunkedArray | pa.Array):
        return list(values.to_pylist())
    return list(values)


def _as_text(value: object) -> str | None:
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or None


def _fold(text: str) -> str:
    folded = text.strip().casefold()
    # "1.0" and "1" are one value: a column of whole numbers with gaps is often stored as floats.
    return re.sub(r"^(-?\d+)\.0+$", r"\1", folded)


def _check_varies(counts: dict[str, int], column: str) -> None:
    if len(counts) == 1:
        (only, count) = next(iter(counts.items()))
        raise QualityError(
            en=f"The outcome '{column}' is '{only}' for all {count} customers: there is nothing to "
            "learn from. Load customers of both kinds or choose another outcome.",
            ru=f"Исход «{column}» у всех {count} клиентов равен «{only}»: учиться не на чем. "
            "Загрузите клиентов обоих видов или выберите другой исход.",
        )
    if not counts:
        raise QualityError(
            en=f"The outcome '{column}' has no value for any customer. Choose another outcome.",
            ru=f"Исход «{column}» не заполнен ни у одного клиента. Выберите другой исход.",
        )


def _is_yes_for_all(counts: dict[str, int], wanted: str | None) -> bool:
    """Whether the only value there is counts as yes, by its own word or as a person said."""
    return len(counts) == 1 and (wanted is not None or _fold(next(iter(counts))) in _POSITIVE_WORDS)


def _find_positive(counts: dict[str, int], column: str, wanted: str | None) -> str:
    if wanted is not None:
        matching = [text for text in counts if _fold(text) == _fold(wanted)]
        if not matching and set(counts) <= {"true", "false"}:
            matching = [text for text in counts if text == as_boolean(wanted)]
        if not matching:
            raise InvalidParameterError(
                en=f"No customer has '{wanted}' as the outcome '{column}'. "
                f"Found: {_list_values(counts)}. Name one of them.",
                ru=f"Ни у кого из клиентов исход «{column}» не равен «{wanted}». Встречаются: "
                f"{_list_values(counts, 'ru')}. Назовите одно из этих значений.",
            )
        return matching[0]
    if len(counts) > MOST_CLASSES:
        # Many values may be names of people, and a report never holds those.
        raise QualityError(
            en=f"The outcome '{column}' has {len(counts)} different values; an outcome is yes or no, "
            f"or of at most {MOST_CLASSES} classes. Say which value counts as yes: {column}=VALUE, or "
            "choose another outcome.",
            ru=f"У исхода «{column}» разных значений {len(counts)}, а исход — это да или нет, или не "
            f"больше {MOST_CLASSES} классов. Скажите, какое значение считать за «да»: "
            f"{column}=ЗНАЧЕНИЕ, — или выберите другой исход.",
        )
    if len(counts) > 2:
        raise QualityError(
            en=f"The outcome '{column}' has {len(counts)} different values "
            f"({_list_values(counts)}); an outcome is yes or no. "
            f"Say which value counts as yes: {column}=VALUE.",
            ru=f"У исхода «{column}» разных значений {len(counts)} ({_list_values(counts, 'ru')}), "
            "а исход — это да или нет. Скажите, какое значение считать за «да»: "
            f"{column}=ЗНАЧЕНИЕ.",
        )
    positive = [text for text in counts if _fold(text) in _POSITIVE_WORDS]
    negative = [text for text in counts if _fold(text) in _NEGATIVE_WORDS]
    if len(positive) == 1:
        return positive[0]
    if len(negative) == 1:
        return next(text for text in counts if text != negative[0])
    raise QualityError(
        en=f"The outcome '{column}' has the values {_list_values(counts)}, and none of them is a word "
        f"for yes. Say which one counts as yes: {column}=VALUE.",
        ru=f"Исход «{column}» принимает значения {_list_values(counts, 'ru')}, и ни одно из "
        f"них не похоже на «да». Скажите, какое считать за «да»: {column}=ЗНАЧЕНИЕ.",
    )


def as_boolean(wanted: str) -> str | None:
    """The value of a boolean column that `wanted` is a word for: Yes and No are stored as booleans."""
    if _fold(wanted) in _POSITIVE_WORDS:
        return "true"
    return "false" if _fold(wanted) in _NEGATIVE_WORDS else None


def _list_values(counts: dict[str, int], language: Language = "en") -> str:
    ordered = sorted(counts, key=lambda text: (-counts[text], text))
    shown = ", ".join(f"'{text}'" for text in ordered[:_MOST_VALUES_SHOWN])
    rest = len(ordered) - _MOST_VALUES_SHOWN
    more = "и ещё {rest}" if language == "ru" else "and {rest} more"
    return f"{shown} {more.format(rest=rest)}" if rest > 0 else shown


def check_enough(outcome: Outcome, fewest_without: int = FEWEST_OF_EACH) -> None:
    """Refuse an outcome that too few customers have, or have not, with `QualityError`."""
    if outcome.positives >= FEWEST_OF_EACH and outcome.negatives >= fewest_without:
        return
    needed = Wording(
        en=f"at least {FEWEST_OF_EACH} of each are needed",
        ru=f"нужно хотя бы по {FEWEST_OF_EACH} тех и других",
    )
    if not fewest_without:
        needed = Wording(
            en=f"at least {FEWEST_OF_EACH} who have it are needed",
            ru=f"нужно хотя бы {FEWEST_OF_EACH} тех, у кого был",
        )
    raise QualityError(
        en=f"The outcome '{outcome.column}' = '{outcome.positive_value}' was seen for "
        f"{outcome.positives} customers and not for {outcome.negatives}; {needed.en} to learn and to"
        " check what was learnt. Load more customers or a longer period.",
        ru=f"Исход «{outcome.column}» = «{outcome.positive_value}» был у {outcome.positives} "
        f"клиентов, не был у {outcome.negatives}; чтобы учиться и проверять выученное, "
        f"{needed.ru}. Загрузите больше клиентов или больший период.",
    )
