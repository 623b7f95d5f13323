"""Names for the columns of a file without a header, to be typed after `--columns`."""

from collections.abc import Sequence

from regulars.schema.column_names import make_unique
from regulars.schema.measured import Measured, measure_columns
from regulars.schema.personal_shapes import find_personal_shape
from regulars.schema.shapes import SourceColumn

__all__ = ["suggest_columns"]


def suggest_columns(columns: Sequence[SourceColumn]) -> tuple[str, ...]:
    """A name for each column from the shape of its values, in order, none twice.

    The first column of codes is taken for the customer's id, the first of dates for the date, a
    whole number for a quantity and one with decimals for an amount.

    Examples
    --------
    >>> rows = [("00004", "19970101", "2", "29.33"), ("00021", "19970118", "1", "14.96")]
    >>> columns = [SourceColumn(f"c{n}", values=values) for n, values in enumerate(zip(*rows))]
    >>> ",".join(suggest_columns(columns))
    'customer_id,date,quantity,amount'
    """
    measured, _, _ = measure_columns(columns)
    shapes = [_name_by_shape(one) for one in measured]
    has_date = any(name.startswith("date") for name in shapes)
    names: list[str] = []
    for one, shape in zip(measured, shapes, strict=True):
        may_identify = one.shape.is_unique or (has_date and one.shape.distinct_count > 2)
        is_first = shape == "code" and "customer_id" not in names
        names.append("customer_id" if is_first and may_identify else shape)
    if "customer_id" not in names and "quantity" in names and _is_repeated(names, measured):
        names[names.index("quantity")] = "customer_id"
    return make_unique(names)


def _name_by_shape(measured: Measured) -> str:
    shape = measured.shape
    date = shape.date
    personal = find_personal_shape(shape.present)
    if shape.is_date or date.format == "%Y%m%d":
        name = "datetime" if date.has_time else "date"
    elif personal:
        name = personal
    elif shape.is_number:
        name = "quantity" if shape.number.is_whole else "amount"
    elif shape.number.is_code or _is_codes(shape.present):
        name = "code"
    else:
        name = "text"
    return name


def _is_codes(values: Sequence[str]) -> bool:
    return bool(values) and all(
        " " not in value and any(letter.isdigit() for letter in value) for value in values
    )


def _is_repeated(names: Sequence[str], measured: Sequence[Measured]) -> bool:
    """There is a date, and the first whole number takes many values: it tells who."""
    shape = measured[names.index("quantity")].shape
    has_date = any(name.startswith("date") for name in names)
    return has_date and shape.distinct_count > 0.3 * max(shape.present_count, 1)
