"""What customers bring is said in words and in the one currency of the files."""

import pytest

from regulars.quality.state import ColumnState, TableState, ValueCount
from regulars.schema.contract import Role
from regulars.workspace.money import find_currency


def _state(table: str, *currencies: str, missing: int = 0) -> TableState:
    column = ColumnState(
        name="currency",
        type="string",
        role=Role.CATEGORY,
        meaning=None,
        row_count=10,
        missing_count=missing,
        completeness=1 - missing / 10,
        distinct_count=len(currencies),
        is_distinct_approximate=False,
        uniqueness=0.1,
        values=tuple(ValueCount(code, 1, 0.1) for code in currencies),
    )
    return TableState(table, 10, 10, None, None, None, 1.0, None, None, (column,))


@pytest.mark.parametrize(
    ("tables", "default", "currency"),
    [
        ([_state("purchases", "RUB")], None, "RUB"),
        ([_state("purchases", "RUB"), _state("payments", "RUB")], "EUR", "RUB"),
        ([_state("purchases", "RUB", missing=2)], "EUR", None),
        ([_state("purchases", "RUB", missing=2)], "RUB", "RUB"),
        ([_state("purchases", "RUB", "EUR")], None, None),
        ([_state("subscriptions", "RUB"), _state("payments", "EUR")], None, None),
        ([_state("deals", "EUR"), _state("purchases", "RUB")], None, "RUB"),
        ([_state("purchases", missing=10)], "KZT", "KZT"),
        ([], None, None),
    ],
)
def test_amounts_have_a_currency_when_all_have_the_same(tables, default, currency):
    assert find_currency(tables, default=default) == currency


@pytest.mark.slow
def test_an_analysis_says_what_customers_bring_and_in_which_currency(desk):
    lines = [
        f"{n},{n * 7 % 61},2026-0{1 + n % 4}-{1 + n % 27:02d},{10 + n % 90},RUB" for n in range(400)
    ]
    desk.write(
        "orders.csv", "\n".join(["order_id,customer_id,purchase_date,amount,currency", *lines])
    )

    ran = desk.run("analyze", "orders.csv", "--lang", "ru", "--out", "found", "--format", "json")

    assert ran.json["currency"] == "RUB"
    assert ran.json["money"]["ru"] == "все покупки до даты отсчёта"
    assert "Приносит: все покупки до даты отсчёта." in (
        desk.folder / "found/report.html"
    ).read_text("utf-8")
