import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "ext" / "report_json.py"


@pytest.fixture
def generator():
    spec = importlib.util.spec_from_file_location("report_json", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_report_json_says_what_the_model_says(generator):
    written = generator.PAGE.read_text(encoding="utf-8")

    assert written == generator.describe_report_json(), (
        "after a change made on purpose: python docs/ext/report_json.py"
    )


@pytest.mark.parametrize(
    "key",
    ["rows_quarantined", "silhouette", "roc_auc", "base_rate", "confusion", "excluded", "seed"],
)
def test_every_key_of_the_contract_is_on_the_page(generator, key):
    assert f"| `{key}` |" in generator.describe_report_json()


def test_no_key_goes_without_a_meaning(generator):
    rows = [line for line in generator.describe_report_json().splitlines() if line[:3] == "| `"]

    assert [row for row in rows if row.endswith("|  |")] == []
