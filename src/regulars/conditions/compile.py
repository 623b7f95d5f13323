"""Conditions as Ibis expressions: True or False for every row, never NULL."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import ibis  # noqa: TID253 - the module is about nothing else, and nothing light imports it
import ibis.expr.types as ir  # noqa: TID253 - as above

from regulars.conditions.behavior import RuleLeaf
from regulars.conditions.literals import (
    OPERATORS,
    Fitted,
    Kind,
    check_order,
    check_same_kind,
    check_text,
    check_whole,
    fit,
    fold_case,
)
from regulars.conditions.patterns import translate_pattern
from regulars.conditions.tree import (
    All,
    Any,
    Between,
    Bound,
    Compare,
    Condition,
    In,
    IsMissing,
    Not,
    TextMatch,
    refuse_leaf,
)
from regulars.errors import InvalidParameterError, UnknownColumnError

__all__ = ["compile_condition"]

_FALSE = ibis.literal(False)  # noqa: FBT003 - the value itself
_WIDEST = 38
_EXACT_DIGITS = 15


def compile_condition(
    condition: Condition,
    table: ir.Table,
    *,
    as_of: datetime | None = None,
    may_be_null: bool = False,
) -> ir.BooleanValue:
    """`condition` over the rows of `table`.

    Logic has two values: a comparison with a missing value is False, and `not` of it is True.

    Parameters
    ----------
    condition
        What to ask of each row.
    table
        Any Ibis table; columns without a time zone are read as UTC.
    as_of
        The instant at which the first unseen day begins, in the time zone of the company; needed
        only where `as_of_plus_days` is used.
    may_be_null
        For a filter, which takes NULL for False anyway: what is unknown may stay so, which is
        cheaper. Of the opposite of a condition it never does.

    Returns
    -------
    BooleanValue
        One value per row of `table`, never NULL unless it may be.

    Raises
    ------
    UnknownColumnError
        The table has no such column.
    InvalidParameterError
        A value does not fit the type of its column, or `as_of` is needed and not given.

    Examples
    --------
    >>> import ibis, pyarrow
    >>> from regulars.conditions import Compare
    >>> people = ibis.memtable(pyarrow.table({"age": [35, 131, None]}))
    >>> aged = compile_condition(Compare(column="age", op=">", value=120), people)
    >>> ibis.duckdb.connect().to_pyarrow(aged).to_pylist()
    [False, True, False]
    """
    return _Compiler(table, as_of, may_be_null=may_be_null).compile(condition)


def _kind_of_type(dtype: ibis.expr.datatypes.DataType) -> Kind:
    checks: tuple[tuple[bool, Kind], ...] = (
        (dtype.is_null(), "missing"),
        (dtype.is_boolean(), "boolean"),
        (dtype.is_integer(), "integer"),
        (dtype.is_floating(), "float"),
        (dtype.is_decimal(), "decimal"),
        (dtype.is_string(), "string"),
        (dtype.is_timestamp(), "instant"),
        (dtype.is_date(), "date"),
    )
    return next((kind for holds, kind in checks if holds), "other")


class _Compiler:
    """Compiles every node over one table."""

    def __init__(
        self, table: ir.Table, as_of: datetime | None, *, may_be_null: bool = False
    ) -> None:
        self._table = table
        self._as_of = as_of
        self._may_be_null = may_be_null

    def compile(self, condition: Condition) -> ir.BooleanValue:
        if isinstance(condition, All):
            return ibis.and_(*(self.compile(part) for part in condition.conditions))
        if isinstance(condition, Any):
            return ibis.or_(*(self.compile(part) for part in condition.conditions))
        if isinstance(condition, Not):
            return ~_Compiler(self._table, self._as_of).compile(condition.condition)
        if isinstance(condition, RuleLeaf):
            raise refuse_leaf(condition)
        if isinstance(condition, IsMissing):
            missing = _is_missing(self._column(condition.column))
            return missing if condition.is_missing else ~missing
        return self._compile_comparison(condition)

    def _compile_comparison(self, condition: Compare | Between | In | TextMatch) -> ir.BooleanValue:
        column = self._column(condition.column)
        if isinstance(condition, TextMatch):
            return _match(condition, column)
        if isinstance(condition, In):
            return self._compile_in(condition, column)
        if isinstance(condition, Between):
            return self._compile_bounds(condition, column)
        if condition.other is not None:
            return _compare_columns(condition, column, self._column(condition.other))
        if condition.value is None:  # the model demands one of the two
            raise InvalidParameterError(
                en=f"Column '{condition.column}' is compared with nothing.",
                ru=f"Столбец «{condition.column}» ни с чем не сравнивается.",
            )
        return self._compare(condition.column, column, [(condition.op, condition.value)])

    def _compile_bounds(self, condition: Between, column: ir.Value) -> ir.BooleanValue:
        low, high = condition.between
        return self._compare(condition.column, column, [(">=", low), ("<=", high)])

    def _compile_in(self, condition: In, column: ir.Value) -> ir.BooleanValue:
        kind = _kind_of_type(column.type())
        if kind == "missing":
            return _FALSE
        fitted = [
            fit(value, kind, column=condition.column, as_of=self._as_of)
            for value in condition.values
        ]
        check_whole(fitted, kind, condition.column)
        aligned, literals = _align(column, fitted)
        return self._settle(aligned.isin(literals), column)

    def _compare(
        self, name: str, column: ir.Value, sides: Sequence[tuple[str, Bound]]
    ) -> ir.BooleanValue:
        kind = _kind_of_type(column.type())
        if kind == "missing":
            return _FALSE
        tests = []
        for op, value in sides:
            check_order(op, name, kind)
            fitted = fit(value, kind, column=name, as_of=self._as_of)
            aligned, literals = _align(column, [fitted])
            tests.append(OPERATORS[op](aligned, literals[0]))
        return self._settle(ibis.and_(*tests), column)

    def _settle(self, test: ir.BooleanValue, column: ir.Value) -> ir.BooleanValue:
        if self._may_be_null and not column.type().is_floating():
            return test
        return _known(test, column)

    def _column(self, name: str) -> ir.Value:
        if name not in self._table.columns:
            raise UnknownColumnError(name, self._table.columns, **_call_table(self._table))
        return self._table[name]


def _call_table(table: ir.Table) -> dict[str, str]:
    name = getattr(table.op(), "name", None)
    if not name or name.startswith("ibis_"):
        return {"where": "The table", "ru": "В таблице"}
    return {"where": f"Table '{name}'", "ru": f"В таблице «{name}»"}


def _is_missing(column: ir.Value) -> ir.BooleanValue:
    if column.type().is_floating():
        return column.isnull() | _is_nan(column)
    return column.isnull()


def _is_nan(column: ir.Value) -> ir.BooleanValue:
    return column.isnan().fill_null(_FALSE)


def _known(test: ir.BooleanValue, *columns: ir.Value) -> ir.BooleanValue:
    """`test` where every column has a value, False elsewhere."""
    numbers = [~_is_nan(column) for column in columns if column.type().is_floating()]
    return ibis.and_(test.fill_null(_FALSE), *numbers)


def _match(condition: TextMatch, column: ir.Value) -> ir.BooleanValue:
    kind = _kind_of_type(column.type())
    check_text(kind, condition.column, condition.text)
    if kind == "missing":
        return _FALSE
    if condition.text == "matches":
        prefix = "(?i)" if condition.ignore_case else ""
        return _known(column.re_search(prefix + translate_pattern(condition.value)))
    text, wanted = column, condition.value
    if condition.ignore_case:
        text, wanted = column.lower(), fold_case(condition.value)
    methods = {"contains": "contains", "starts_with": "startswith", "ends_with": "endswith"}
    return _known(getattr(text, methods[condition.text])(wanted))


def _compare_columns(condition: Compare, left: ir.Value, right: ir.Value) -> ir.BooleanValue:
    kinds = _kind_of_type(left.type()), _kind_of_type(right.type())
    check_same_kind((condition.column, kinds[0]), (str(condition.other), kinds[1]))
    check_order(condition.op, condition.column, kinds[0])
    if "missing" in kinds:
        return _FALSE
    sides = _align_columns(left, right, kinds)
    return _known(OPERATORS[condition.op](*sides), left, right)


def _align_columns(
    left: ir.Value, right: ir.Value, kinds: tuple[Kind, Kind]
) -> tuple[ir.Value, ir.Value]:
    if kinds[0] == kinds[1]:
        return left, right
    if "float" in kinds:
        return left.cast("float64"), right.cast("float64")
    # Whole numbers beside decimals: exactly, where a float would round.
    scale = (left if kinds[0] == "decimal" else right).type().scale
    wide = f"decimal({_WIDEST}, {scale})"
    return left.cast(wide), right.cast(wide)


def _align(column: ir.Value, values: Sequence[Fitted]) -> tuple[ir.Value, list[ir.Value]]:
    """The column and the literals, in one type in which they compare exactly."""
    dtype = column.type()
    if dtype.is_decimal():
        return _align_decimals(column, [value for value in values if isinstance(value, Decimal)])
    if dtype.is_integer() and any(isinstance(value, float) for value in values):
        return column.cast("float64"), [_exact_float(value) for value in values]
    if dtype.is_floating():
        return column, [_exact_float(value) for value in values]
    if dtype.is_timestamp() and dtype.timezone is None:
        moments = [value for value in values if isinstance(value, datetime)]
        return column, [ibis.literal(moment.replace(tzinfo=None)) for moment in moments]
    if dtype.is_timestamp():
        return column, [ibis.literal(value, type="timestamp('UTC')") for value in values]
    return column, [ibis.literal(value) for value in values]


def _exact_float(value: Fitted) -> ir.Value:
    # Engines read a long fraction as a decimal first and then round once more; a text they
    # turn into the nearest float.
    if len(repr(value)) > _EXACT_DIGITS:
        return ibis.literal(repr(value)).cast("float64")
    return ibis.literal(value, type="float64")


def _align_decimals(column: ir.Value, values: Sequence[Decimal]) -> tuple[ir.Value, list[ir.Value]]:
    dtype = column.type()
    scale = max(dtype.scale, *(_count_decimals(value) for value in values))
    digits = scale + max(value.adjusted() + 1 for value in values)
    if scale == dtype.scale and digits <= dtype.precision:
        return column, [ibis.literal(value, type=dtype) for value in values]
    wide = f"decimal({_WIDEST}, {scale})"
    return column.cast(wide), [ibis.literal(value, type=wide) for value in values]


def _count_decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -int(exponent))
