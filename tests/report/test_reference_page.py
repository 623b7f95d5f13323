import importlib.util
import json
from pathlib import Path

import pytest

from regulars.report.model import Report

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


def test_the_schema_is_that_of_the_model(generator):
    assert generator.SCHEMA.read_text(encoding="utf-8") == Report.to_schema(), (
        "after a change made on purpose: python docs/ext/report_json.py"
    )


@pytest.mark.parametrize(
    ("part", "keys"),
    [
        ("Report", "version data leakage segments churn contact_list lineage seconds"),
        (
            "DataPart",
            "rows_in rows_loaded rows_inserted rows_updated rows_unchanged rows_quarantined findings",
        ),
        ("SegmentsPart", "chosen methods"),
        ("MethodPart", "name k silhouette stability sizes"),
        ("ChurnPart", "outcome base_rate split models chosen threshold holdout"),
        ("ModelPart", "name roc_auc pr_auc brier"),
        ("Interval", "mean low high"),
        ("Holdout", "n roc_auc precision recall f1 confusion"),
        ("ContactListPart", "requested kept excluded"),
        ("LineagePart", "data code seed versions"),
    ],
)
def test_what_was_promised_to_programs_is_there(part, keys):
    schema = json.loads(Report.to_schema())
    known = schema if part == "Report" else schema["$defs"][part]

    assert set(keys.split()) <= set(known["properties"])


@pytest.mark.parametrize(
    "key",
    ["rows_quarantined", "silhouette", "roc_auc", "base_rate", "confusion", "excluded", "seed"],
)
def test_every_key_of_the_contract_is_on_the_page(generator, key):
    assert f"| `{key}` |" in generator.describe_report_json()


def test_no_key_goes_without_a_meaning(generator):
    rows = [line for line in generator.describe_report_json().splitlines() if line[:3] == "| `"]

    assert [row for row in rows if row.endswith("|  |")] == []
