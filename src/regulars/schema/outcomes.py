"""The column that says what happened to each customer: never guessed, only read from its name."""

from collections.abc import Sequence

from regulars.errors import InvalidParameterError, UnknownColumnError
from regulars.schema.column_mapping import ColumnMapping, Outcome
from regulars.schema.column_names import split_words
from regulars.schema.contract import Role
from regulars.schema.measured import Measured
from regulars.schema.shapes import parse_boolean
from regulars.schema.wording import Language, Wording

__all__ = [
    "check_outcome_is_told",
    "find_outcome",
    "find_positive",
    "is_outcome_name",
    "take_outcome",
]

_MOST_VALUES_SHOWN = 10

_NAMES = frozenset(
    {"churn", "churned", "churner", "exited", "left", "attrition", "attrited", "cancelled"}
    | {"canceled", "y", "target", "отток", "уход", "ушел", "ушла", "ушли", "ушедший", "отвал"}
    | {"расторг", "расторгнут", "отключился", "отключен", "чарн"}
)
_FILLERS = frozenset(
    {"is", "has", "flag", "label", "status", "value", "client", "customer", "indicator"}
    | {"user", "ind", "yn", "признак", "флаг", "клиент", "клиента", "клиентов", "факт", "статус"}
)
_POSITIVE_WORDS = _NAMES - {"y", "target"} | {"gone", "lost", "leave", "leaved"}
_POSITIVE_WORDS |= {"ушедший", "потерян", "расторгнут", "churning", "attrited"}
_NEGATIONS = frozenset({"not", "no", "non", "never", "не", "нет", "без"})
_TELLS_WHO = {
    Role.PERSONAL: Wording(en="is personal", ru="личный"),
    Role.ID: Wording(en="says who the customer is", ru="говорит, какой это клиент"),
}


def is_outcome_name(name: str) -> bool:
    """Whether the dictionary of outcomes knows the name.

    Examples
    --------
    >>> [is_outcome_name(name) for name in ("Churn", "Attrition_Flag", "Ушёл", "visit", "y")]
    [True, True, True, False, True]
    """
    words = set(split_words(name)) - _FILLERS
    return len(words) == 1 and words <= _NAMES


def find_positive(values: Sequence[str]) -> str | None:
    """The one of two values that means "it happened", or None when the words do not tell.

    Examples
    --------
    >>> find_positive(["No", "Yes"]), find_positive(["Existing Customer", "Attrited Customer"])
    ('Yes', 'Attrited Customer')
    >>> find_positive(["1", "2"])
    """
    if len(values) != 2:
        return None
    said = [parse_boolean(value) for value in values]
    if set(said) == {True, False}:
        return values[said.index(True)]
    told = [value for value in values if _tells_loss(value)]
    return told[0] if len(told) == 1 else None


def _tells_loss(value: str) -> bool:
    words = set(split_words(value))
    return bool(words & _POSITIVE_WORDS) and not words & _NEGATIONS


def _is_status(measured: Measured) -> bool:
    words = set(split_words(measured.name))
    losses = [value for value in measured.shape.distinct if _tells_loss(value)]
    return bool(words) and words <= _FILLERS and len(losses) == 1


def find_outcome(measured: Sequence[Measured]) -> tuple[Outcome | None, Wording | None]:
    """The outcome by the rule, and what a person should know about it.

    Taken only if exactly one two-valued column bears a name of the dictionary, and its values
    tell which of them means "it happened". A column that is called a status only is taken for the
    word of a loss among its values: "left" beside "active".
    """
    pairs = [m for m in measured if m.shape.distinct_count == 2]
    named = [m for m in pairs if is_outcome_name(m.name)] or [m for m in pairs if _is_status(m)]
    if len(named) > 1:
        names = ", ".join(f"'{m.name}'" for m in named)
        return None, Wording(
            en=f"No outcome taken: {names} all may be it. Say which: --outcome '{named[0].name}'.",
            ru=f"Исход не выбран: подходят {names}. Укажите, какой: --outcome '{named[0].name}'.",
        )
    if not named:
        return None, None
    column = named[0]
    positive = find_positive(column.shape.distinct)
    if positive is None:
        shown = " / ".join(sorted(column.shape.distinct))
        return None, Wording(
            en=f"No outcome taken: which value of '{column.name}' ({shown}) means it happened?"
            f" Say --outcome '{column.name}=VALUE'.",
            ru=f"Исход не выбран: какое значение «{column.name}» ({shown}) значит, что это"
            f" случилось? Укажите --outcome '{column.name}=ЗНАЧЕНИЕ'.",
        )
    said = Wording(
        en=f"'{column.name}' has two values and the name of an outcome;"
        f" '{positive}' means it happened",
        ru=f"«{column.name}»: два значения и название исхода; «{positive}» значит, что это случилось",
    )
    outcome = Outcome(column=column.name, positive=positive, is_given=False, evidence=said)
    return outcome, Wording(en=f"Outcome: {said.en}.", ru=f"Исход: {said.ru}.")


def take_outcome(measured: Sequence[Measured], wish: str) -> Outcome:
    """The outcome a person named: a column, or `column=value`.

    Of a column of several classes none need be named: they are told apart. One value for all, or
    hundreds of them, are found out about when models are made, and the rest is made even so.

    Raises
    ------
    UnknownColumnError
        The file has no such column.
    InvalidParameterError
        The value is not there, or has to be said of two.
    """
    by_name = {m.name: m for m in measured}
    name, _, value = (wish, "", "") if wish in by_name else wish.rpartition("=")
    if name not in by_name:
        asked = name or wish
        raise UnknownColumnError(asked, by_name, where="The source", ru="В источнике")
    column = by_name[name]
    positive = _choose_value(column, value) if value else find_positive(column.shape.distinct)
    if positive is None and column.shape.distinct_count == 2:
        raise InvalidParameterError(
            en=f"Column '{name}' does not tell which value means that it happened."
            f" It holds: {_list_values(column)}. Say --outcome '{name}=VALUE'.",
            ru=f"По столбцу «{name}» не понять, какое значение означает, что это случилось. В нём: "
            f"{_list_values(column, 'ru')}. Скажите: --outcome '{name}=ЗНАЧЕНИЕ'.",
        )
    said = Wording(en="you said so", ru="указано вами")
    if positive is not None:
        said = Wording(
            en=f"you said so; '{positive}' means it happened",
            ru=f"указано вами; «{positive}» значит, что это случилось",
        )
    return Outcome(column=name, positive=positive, is_given=True, evidence=said)


def check_outcome_is_told(column: ColumnMapping, distinct_count: int) -> None:
    """Refuse ids, names, phones and e-mails as an outcome: the lake would hold what is personal.

    Raises
    ------
    InvalidParameterError
        The column was taken for an id or a personal one, and it has many values.
    """
    said = _TELLS_WHO.get(column.role)
    if said is not None and distinct_count > _MOST_VALUES_SHOWN:
        raise InvalidParameterError(
            en=f"Column '{column.source}' {said.en} and has {distinct_count:,} distinct values: it does"
            " not say who left. Name another column: --outcome COLUMN.",
            ru=f"Столбец «{column.source}» {said.ru}, разных значений в нём {distinct_count}: кто ушёл,"
            " он не говорит. Назовите другой столбец: --outcome СТОЛБЕЦ.",
        )


def _choose_value(column: Measured, value: str) -> str:
    """The value as the column writes it."""
    distinct = column.shape.distinct
    if value in distinct:
        return value
    for known in distinct:
        if _fold_value(known) == _fold_value(value):
            return known
    if column.shape.distinct_count > len(distinct):
        return value  # the sample does not show them all
    raise InvalidParameterError(
        en=f"Column '{column.name}' has no value '{value}'. It holds: {_list_values(column)}.",
        ru=f"В столбце «{column.name}» нет значения «{value}». В нём: "
        f"{_list_values(column, 'ru')}.",
    )


def _fold_value(value: str) -> str:
    return value.strip().casefold().removesuffix(".0")


def _list_values(column: Measured, language: Language = "en") -> str:
    # Many values may be names of people, and an error never holds those.
    if column.shape.distinct_count > _MOST_VALUES_SHOWN:
        count = f"{column.shape.distinct_count:,}"
        return f"{count} distinct values" if language == "en" else f"разных значений: {count}"
    return ", ".join(column.shape.distinct) or ("no values" if language == "en" else "пусто")
