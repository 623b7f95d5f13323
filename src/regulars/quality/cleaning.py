"""The plan of cleaning: what is done with each column, why, and the transformers that do it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from regulars.errors import DefinitionError, UnknownColumnError
from regulars.quality.numbers import format_amount, format_share
from regulars.quality.state import ColumnState, TableState
from regulars.schema.contract import Role
from regulars.schema.definition_files import parse_toml
from regulars.schema.foreign_words import say_value_error
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from sklearn.pipeline import Pipeline

__all__ = ["CleaningPlan", "ColumnCleaning", "propose_cleaning"]

Missing = Literal[
    "keep", "drop_rows", "drop_column", "mean", "median", "mode", "constant", "knn", "pattern"
]

# From this share on, a column is more guess than knowledge.
_MOSTLY_MISSING = 0.6
# From this share on, one number for everybody would bend the distribution.
_OFTEN_MISSING = 0.05
_FEWEST_ROWS_FOR_MODEL = 200
_UNKNOWN = "(unknown)"


class ColumnCleaning(BaseModel):
    """What is done with one column.

    Attributes
    ----------
    column
        Its name.
    missing
        What stands in for a missing value; `pattern` is a model per missingness pattern.
    constant
        The value of `missing = "constant"`.
    has_indicator
        Whether a column `missing_<name>` says where values were missing.
    outliers
        `keep`, `cap` (to `low` … `high`) or `drop` the row.
    low, high
        The limits; None for those that Tukey's rule learns from the training rows.
    reason
        Why, in both languages.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    missing: Missing = "median"
    constant: float | str | None = None
    has_indicator: bool = False
    outliers: Literal["keep", "cap", "drop"] = "keep"
    low: float | None = None
    high: float | None = None
    reason: Wording = Wording(en="Chosen by hand.", ru="Выбрано вручную.")

    @model_validator(mode="after")
    def _check_fields(self) -> "ColumnCleaning":
        if (self.missing == "constant") != (self.constant is not None):
            raise ValueError("'constant' and missing = \"constant\" belong together")
        if self.outliers == "drop" and (self.low is None or self.high is None):
            raise ValueError("outliers = \"drop\" needs 'low' and 'high'")
        return self


class CleaningPlan(BaseModel):
    """What is done with the columns of a table, recorded with the run that used it.

    Examples
    --------
    >>> plan = CleaningPlan(columns=[{"column": "income", "missing": "mean"}])
    >>> CleaningPlan.from_toml(plan.to_toml(), where="cleaning.toml") == plan
    True
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: tuple[ColumnCleaning, ...] = Field(default=())

    @model_validator(mode="after")
    def _check_names(self) -> "CleaningPlan":
        names = [each.column for each in self.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"column '{twice[0]}' is planned twice")
        return self

    def replace(self, *changes: ColumnCleaning) -> "CleaningPlan":
        """The plan with some columns planned anew."""
        by_name = {each.column: each for each in (*self.columns, *changes)}
        return CleaningPlan(columns=tuple(by_name.values()))

    def keep_rows(self, table: "ir.Table") -> "ir.Table":
        """The rows that the plan does not drop: a transformer may not do that."""
        kept = table
        for each in self.columns:
            self._require(each.column, table.columns)
            if each.missing == "drop_rows":
                kept = kept.filter(kept[each.column].notnull())
            if each.outliers == "drop":
                column = kept[each.column]
                kept = kept.filter(column.isnull() | column.between(each.low, each.high))
        return kept

    def build(self, columns: Sequence[str]) -> "Pipeline":
        """The transformer for a matrix whose columns are `columns`, in that order.

        Its columns: those that stay, in their order, then the indicators. Fit it on training
        rows only. Columns that the plan does not name get the median.
        """
        from sklearn.pipeline import Pipeline

        from regulars.quality.outliers import OutlierCapper
        from regulars.quality.planned_imputer import PlannedImputer

        for each in self.columns:
            self._require(each.column, columns)
        place = {name: index for index, name in enumerate(columns)}
        capped = [each for each in self.columns if each.outliers == "cap"]
        capper = OutlierCapper(
            columns=[place[each.column] for each in capped],
            bounds={
                place[each.column]: (each.low, each.high)
                for each in capped
                if each.low is not None and each.high is not None
            },
        )
        imputer = PlannedImputer(
            # Rows to drop are gone before; a stray gap in new rows still needs a value.
            {
                place[each.column]: "median" if each.missing == "drop_rows" else each.missing
                for each in self.columns
            },
            constants={
                place[each.column]: each.constant
                for each in self.columns
                if each.missing == "constant"
            },
            indicators=[place[each.column] for each in self.columns if each.has_indicator],
        )
        steps: list[tuple[str, Any]] = [("outliers", capper)] if capped else []
        return Pipeline([*steps, ("missing", imputer)])

    def to_toml(self) -> str:
        """The plan as text for a file."""
        import tomlkit

        entries = [each.model_dump(exclude_none=True) for each in self.columns]
        return tomlkit.dumps({"columns": entries})

    @classmethod
    def from_toml(cls, text: str, *, where: str) -> "CleaningPlan":
        """The plan that a file holds; raises `DefinitionError` naming `where`."""
        try:
            return cls.model_validate(parse_toml(text, where=where))
        except ValidationError as error:
            problem = error.errors()[0]
            place = ".".join(str(part) for part in problem["loc"])
            said = say_value_error(problem)
            raise DefinitionError(
                en=f"{where}: '{place}': {said.en}.",
                ru=f"{where}: значение «{place}» не подходит: {said.ru}.",
            ) from error

    def _require(self, column: str, available: Sequence[str]) -> None:
        if column not in available:
            raise UnknownColumnError(
                column, available, where="The table to clean", ru="В очищаемой таблице"
            )


def propose_cleaning(state: TableState) -> CleaningPlan:
    """A plan for the columns of a table, each with its reason.

    Few gaps are filled with one number. From 5 % on a model per missingness pattern (or, in
    small tables, the nearest neighbors) keeps the distribution, and an indicator keeps what
    the gap itself says. From 60 % on only the indicator stays. A category gets a value of its own.
    Outliers are kept: that somebody is unusual is no reason to change them.

    Parameters
    ----------
    state
        From `describe_table`.

    Returns
    -------
    CleaningPlan
        For every column but ids, texts, dates, personal and ignored ones.
    """
    left_out = {Role.ID, Role.TEXT, Role.DATE, Role.PERSONAL, Role.IGNORED}
    quantities = sum(column.role is Role.NUMERIC for column in state.columns)
    return CleaningPlan(
        columns=tuple(
            _propose(column, quantities) for column in state.columns if column.role not in left_out
        )
    )


def _propose(column: ColumnState, quantities: int) -> ColumnCleaning:
    share = 1 - column.completeness
    if column.role is Role.OUTCOME:
        return _plan(
            column,
            "drop_rows",
            Wording(
                en="A row without its outcome teaches nothing.",
                ru="Строка без исхода ничему не учит.",
            ),
        )
    if share >= _MOSTLY_MISSING:
        return _plan(
            column,
            "drop_column",
            _word(share, "filling it in would be guessing", "заполнение было бы догадкой"),
            has_indicator=True,
        )
    if column.role is Role.NUMERIC:
        return _propose_number(column, share, quantities)
    if share >= _OFTEN_MISSING:
        return _plan(
            column,
            "constant",
            _word(share, "a value of its own", "отдельное значение"),
            constant=_UNKNOWN,
        )
    return _plan(column, "mode", _word(share, "the most frequent value", "самое частое значение"))


def _propose_number(column: ColumnState, share: float, quantities: int) -> ColumnCleaning:
    if share < _OFTEN_MISSING:
        if _is_symmetric(column):
            return _plan(column, "mean", _word(share, "the mean", "среднее", column.mean))
        words = ("the median, as the values are skewed", "медиана: значения скошены")
        return _plan(column, "median", _word(share, *words, column.median))
    if quantities > 1 and column.row_count >= _FEWEST_ROWS_FOR_MODEL:
        words = ("a model per missingness pattern", "модель для каждого набора пропусков")
        return _plan(column, "pattern", _word(share, *words), has_indicator=True)
    words = ("the mean of the nearest neighbors", "среднее по ближайшим соседям")
    strategy: Missing = "knn" if quantities > 1 else "median"
    if strategy == "median":
        words = ("the median", "медиана")
    return _plan(column, strategy, _word(share, *words), has_indicator=True)


def _is_symmetric(column: ColumnState) -> bool:
    """Whether mean and median are close, measured by the spread of the middle half."""
    figures = (column.mean, column.median, column.first_quartile, column.third_quartile)
    mean, median, first, third = figures
    if mean is None or median is None or first is None or third is None or third <= first:
        return False
    return abs(mean - median) < 0.1 * (third - first)


def _plan(
    column: ColumnState,
    missing: Missing,
    reason: Wording,
    *,
    has_indicator: bool = False,
    constant: str | None = None,
) -> ColumnCleaning:
    return ColumnCleaning(
        column=column.name,
        missing=missing,
        reason=reason,
        has_indicator=has_indicator,
        constant=constant,
    )


def _word(share: float, en: str, ru: str, value: float | None = None) -> Wording:
    start_en, start_ru = "Nothing is missing; a later gap gets", "Пропусков нет; будущим достанется"
    if share:
        start_en = f"{format_share(share, 'en')} missing:"
        start_ru = f"Пропущено {format_share(share, 'ru')}:"
    figure_en = "" if value is None else f" ({format_amount(value, 'en')})"
    figure_ru = "" if value is None else f" ({format_amount(value, 'ru')})"
    return Wording(en=f"{start_en} {en}{figure_en}.", ru=f"{start_ru} {ru}{figure_ru}.")
