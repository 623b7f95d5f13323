import io
from dataclasses import dataclass, field, replace

import pytest
from rich.console import Console

from regulars.quality import Finding, Reconciliation
from regulars.quality.state import Bar, ColumnState, TableState, ValueCount
from regulars.report.state_text import draw_bars, render_data_state, render_findings
from regulars.report.text import (
    render_analysis,
    render_load,
    render_mapping,
)
from regulars.schema.contract import Role
from regulars.schema.mapping import ColumnMapping, Mapping
from regulars.schema.mapping import Outcome as MappedOutcome
from regulars.schema.wording import Wording


def words(en, ru):
    return Wording(en=en, ru=ru)


MAPPING = Mapping(
    kind="customers",
    columns=(
        ColumnMapping(source="Код [red]", target="customer_id", role=Role.ID, type="string"),
        ColumnMapping(source="Ушёл", target="churn", role=Role.OUTCOME, type="boolean"),
    ),
    outcome=MappedOutcome(
        column="Ушёл", positive="да", is_given=False, evidence=words("its name", "имя")
    ),
)
FINDING = Finding(
    check="impossible_age",
    table="profiles",
    column="age",
    severity="error",
    count=6,
    share=0.003,
    examples=(),
    sentence=words("Impossible age (age): 6 rows (0.3%).", "Невозможный возраст: 6 строк (0,3 %)."),
    action="quarantine",
)


@dataclass
class Load:
    load_id: str = "7f3c"
    source: str = "клиенты.csv"
    mapping: Mapping = MAPPING
    rows: Reconciliation = field(
        default_factory=lambda: Reconciliation(
            10, inserted=7, updated=1, unchanged=0, quarantined=2
        )
    )
    findings: tuple = (FINDING,)
    quarantine_reasons: dict = field(default_factory=lambda: {"impossible_age": 2})
    notes: tuple = (words("delimiter semicolon", "разделитель — точка с запятой"),)
    rows_without_customer: int = 3
    is_repeat: bool = False


@dataclass
class State:
    tables: tuple = ()
    findings: tuple = ()


def _print(renderable, width=100):
    console = Console(file=io.StringIO(), width=width, highlight=False)
    console.print(renderable)
    return console.file.getvalue()


def _lines(renderable, width=100):
    return [line.rstrip() for line in _print(renderable, width).splitlines()]


def test_a_load_is_told_with_its_sum():
    lines = _lines(render_load(Load(), "en"))

    assert lines[:6] == [
        "клиенты.csv (customers)",
        "  delimiter semicolon",
        "Outcome: Ушёл = да means that the customer left.",
        "10 rows = 7 inserted + 1 updated + 0 unchanged + 2 quarantined.",
        "  Set aside: impossible age: 2 rows",
        "3 rows without a known customer; they are kept.",
    ]
    assert lines[-1] == "Load 7f3c"


def test_a_load_is_told_in_russian():
    text = _print(render_load(Load(is_repeat=True), "ru"))

    assert "Отложено: impossible age: 2 строки" in text
    assert "Этот источник уже загружен: ничего не изменилось." in text


def test_the_reasons_of_loading_are_said_in_words():
    text = _print(render_load(Load(quarantine_reasons={"total_row": 1}), "ru"))

    assert "Отложено: итог по остальным строкам: 1 строка" in text


def test_the_outcome_is_said_before_the_columns():
    lines = _lines(render_mapping(MAPPING, "ru"))

    assert lines[0] == "Исход: Ушёл = да значит, что клиент ушёл."
    assert lines[1].split() == ["Столбец", "Понят", "как", "Роль", "Увер.", "Почему"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_narrow_terminal_has_the_reason_beneath_and_the_correction_last(language):
    column = ColumnMapping(
        source="Способ оплаты заказа",
        target="способ_оплаты_заказа",
        role="category",
        type="string",
        confidence=0.85,
        evidence=words("4 distinct values", "разных значений: 4"),
    )
    mapping = Mapping(kind="customers", columns=(column,), evidence=words("it seems", "похоже"))

    lines = _lines(render_mapping(mapping, language), width=80)

    assert max(map(len, lines)) <= 80
    assert {
        "en": "Способ оплаты заказа  способ_оплаты_заказа · category · 85%",
        "ru": "Способ оплаты заказа  способ_оплаты_заказа · категория · 85\xa0%",
    }[language] in lines
    assert '--map "Способ оплаты заказа=' in " ".join(lines[-2:])


def test_years_are_not_grouped():
    column = _column(
        "birth_year",
        Role.NUMERIC,
        minimum=1960.0,
        maximum=1999.0,
        bars=tuple(Bar(n, n + 1, 5) for n in range(20)),
    )

    text = _print(
        render_data_state(State(tables=(replace(_table(), columns=(column,)),)), "ru"), 80
    )

    assert "1960 … 1999" in text


def test_what_came_with_the_data_is_no_markup():
    assert "Код [red]" in _print(render_mapping(MAPPING, "en"))


def test_what_came_with_the_data_cannot_steer_the_terminal():
    text = _print(render_load(Load(source="a\x1b[2J\x07\u202eb.csv"), "en"))

    assert text.splitlines()[0] == "a[2Jb.csv (customers)"


def test_findings_name_severity_in_words():
    lines = _lines(render_findings([FINDING], "en"))

    assert lines[-1] == "✕ Error   Impossible age (age): 6 rows (0.3%). profiles.age [set aside]"


def test_no_findings_is_a_sentence():
    assert _lines(render_findings([], "ru")) == ["Проверки ничего не нашли."]


def _column(name, role, **facts):
    return ColumnState(
        name=name,
        type="int64",
        role=role,
        meaning=None,
        row_count=10,
        missing_count=1,
        completeness=0.9,
        distinct_count=5,
        is_distinct_approximate=False,
        uniqueness=0.5,
        **facts,
    )


def _table():
    return TableState(
        name="profiles",
        row_count=10,
        customer_count=10,
        oldest="2025-01-01T00:00:00+00:00",
        newest="2025-12-31T00:00:00+00:00",
        lag_days=1.0,
        completeness=0.9,
        validity=None,
        consistency=None,
        columns=(
            _column("customer_id", Role.ID, minimum="0001", maximum="0010"),
            _column(
                "age",
                Role.NUMERIC,
                minimum=18.0,
                maximum=90.0,
                bars=(Bar(18, 54, 8), Bar(54, 90, 1)),
            ),
            _column("город", Role.CATEGORY, values=(ValueCount("Самара", 6, 0.67),)),
        ),
    )


def test_the_data_state_shows_every_column():
    lines = _lines(render_data_state(State(tables=(_table(),)), "en"))

    assert "Table profiles · 10 rows · 10 customers · from 2025-01-01 to 2025-12-31" in lines
    assert lines[-3].split() == ["customer_id", "identifier", "90%", "5", "—"]
    assert lines[-2].split() == ["age", "number", "90%", "5", "█▂", "18", "…", "90"]
    assert lines[-1].split() == ["город", "category", "90%", "5", "Самара", "67%"]


def test_in_eighty_columns_each_column_has_one_line():
    long = _column(
        "способ_оплаты_услуг",
        Role.CATEGORY,
        values=tuple(ValueCount(f"Банковский перевод {n}", 3, 0.3) for n in range(3)),
    )
    table = replace(_table(), columns=(*_table().columns, long))

    lines = _lines(render_data_state(State(tables=(table,)), "ru"), 80)

    first = [line.split()[0] for line in lines[-4:]]
    assert first == ["customer_id", "age", "город", "способ_оплаты_услуг"]
    assert lines[-1].endswith("…")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_table_fits_the_width_of_the_terminal(width):
    lines = _lines(render_data_state(State(tables=(_table(),)), "ru"), width)

    assert max(map(len, lines)) <= width


def test_a_small_bar_is_still_seen():
    assert draw_bars([1, 0, 10_000]) == "▁ █"
    assert draw_bars([]) == ""


def test_the_analysis_is_told_in_short(report):
    files = {"report.html": words("open it in a browser", "откройте в браузере")}

    lines = _lines(render_analysis(report, "ru", folder="out", files=files))

    assert lines[0] == "Предсказываем: churn = yes. Так было у 386 из 2 000 клиентов (19,3 %)."
    assert lines[1] == " B  Пользоваться можно, помня об оговорках ниже."
    assert lines[2] == (
        "  Прочитано: 2\xa0010 строк; загружено 2\xa0004, отложено с указанием причины 6."
    )
    assert lines[-2:] == ["Записано в out:", "  report.html  откройте в браузере"]


def test_what_could_not_be_made_is_said_once(report):
    why = words("No column says who left.", "Ни один столбец не говорит, кто ушёл.")
    bare = report.model_copy(
        update={"churn": None, "why_absent": {"churn": why, "contact_list": why}}
    )

    text = _print(render_analysis(bare, "en"))

    assert text.count("Not made: No column says who left.") == 1
