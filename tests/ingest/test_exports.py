"""What programs of companies export, each recognized for what it is and loaded without a loss."""

import pytest
from desk import sums
from exports import EXPORTS, ROWS

from regulars.schema.mapping import Mapping

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_taken_for_what_it_is(desk, name):
    export = EXPORTS[name]

    told = desk.load_text(export.text)

    (saved,) = (desk.workspace / "mappings").iterdir()
    mapping = Mapping.from_toml(saved.read_text("utf-8"), where=saved.name)
    targets = {source: mapping.get_source(source).target for source in export.targets}
    assert (told["kind"], targets) == (export.kind, export.targets)
    assert (told["rows_in"], told["rows_quarantined"]) == (ROWS, export.quarantined)


# One row a region and client: neither customers nor anything that has a moment.
REPORT = "Регион;Менеджер;Код клиента;Сумма\n" + "".join(
    f"{('Уфа', 'Омск', 'Казань')[n % 3]};{('Иванов', 'Петров')[n % 2]};K{n % 6:03};{n * 100},50\n"
    for n in range(41)
)


@pytest.mark.parametrize("name", ["Код клиента", "Клиент"])
def test_a_report_that_is_of_no_kind_is_refused_with_the_kinds_it_may_be(desk, name):
    path = desk.write("отчёт.csv", REPORT.replace("Код клиента", name))

    told = desk.load(path)

    assert told.code == 1
    assert f"'{name}' does not tell its rows apart: 35 rows of 41 contradict" in told.complaint
    assert "--kind with one of carts, deals, events" in told.complaint
    assert desk.lake.list_loads() == []


def test_a_report_that_is_said_to_be_of_customers_keeps_the_last_row_of_each(desk):
    told = desk.load_text(REPORT, "--kind", "customers", "--id", "Код клиента")

    assert sums(told) == (41, 6, 0, 0, 35)


def test_a_report_that_is_said_to_be_of_links_is_kept_whole(desk):
    told = desk.load_text(REPORT, "--kind", "relations")

    assert (told["kind"], sums(told)) == ("relations", (41, 41, 0, 0, 0))


def test_in_half_of_the_rows_a_contradiction_is_still_dirt(desk):
    rows = "".join(f"{n // 2:03},{n}\n" for n in range(20))

    told = desk.load_text("client_id,balance\n" + rows)

    assert sums(told) == (20, 10, 0, 0, 10)
