"""Every file of the data sets: loaded without a loss, and its state told in both languages."""

import io
import re

import pytest
from rich.console import Console

from regulars.report.state_text import render_data_state
from regulars.report.text import render_load, render_mapping
from regulars.schema.column_labels import label_column
from regulars.workspace import Workspace
from regulars.workspace.check import write_data_state
from regulars.workspace.load import FileReading

pytestmark = [pytest.mark.data, pytest.mark.slow]

GERMAN = (
    "checking_status,duration,credit_history,purpose,credit_amount,savings_status,employment,"
    "installment_commitment,personal_status,other_parties,residence_since,property_magnitude,age,"
    "other_payment_plans,housing,existing_credits,job,num_dependents,own_telephone,foreign_worker,"
    "class"
)
NAMES = {
    "cdnow/CDNOW_sample.txt": ("master_id", "customer_id", "order_date", "cds", "dollars"),
    "german_credit/german.data": tuple(GERMAN.split(",")),
}
BANK = "bank_marketing/bank-additional.zip::bank-additional"
FILES = {
    f"{BANK}/bank-additional-full.csv": 41_188,
    f"{BANK}/bank-additional.csv": 4_119,
    f"{BANK}/bank-full.csv": 45_211,
    f"{BANK}/bank.csv": 4_521,
    "cdnow/CDNOW_master.txt": 69_659,
    "cdnow/CDNOW_sample.txt": 6_919,
    "cdnow/cdnow_customers_summary_with_transactions.csv": 2_357,
    "complete_journey/complete_journey_campaign_descriptions.csv.gz": 27,
    "complete_journey/complete_journey_campaigns.csv.gz": 6_589,
    "complete_journey/complete_journey_coupon_redemptions.csv.gz": 2_102,
    "complete_journey/complete_journey_demographics.csv.gz": 801,
    "complete_journey/complete_journey_transactions_sample.csv.gz": 75_000,
    "copenhagen_calls/calls.csv": 3_600,
    "copenhagen_calls/fb_friends.csv": 6_429,
    "copenhagen_calls/genders.csv": 787,
    "copenhagen_calls/sms.csv": 24_333,
    "german_credit/german.data": 1_000,
    "groceries/groceries.csv": 43_367,
    "hillstrom/hillstrom_email_data.csv": 64_000,
    "online_retail/online_retail.parquet": 541_909,
    "online_shoppers/online_shoppers_intention.csv": 12_330,
    "shop_events/simple-onlineshop.csv": 32_283,
    "telco/Telco-Customer-Churn.csv": 7_043,
    "telecom_tweets_ru/Results_SentiRueval_2016.xlsx": 59,
    "telecom_tweets_ru/test_2015.xml": 3_845,
    "telecom_tweets_ru/test_2016.xml": 2_247,
    "telecom_tweets_ru/train_2015.xml": 5_000,
    "tv_churn/churn_tv_subscriptions.csv.gz": 9_379,
    "wholesale/Wholesale customers data.csv": 440,
}
ENGLISH = re.compile(r"\b[A-Za-z]{2,}(?:[,:;]? [A-Za-z]{2,})+")

# What is typed on a command line is the same in both languages.
TYPED = {"layout table", "purchases, events"}


def as_text(*parts):
    """What a person would read on the terminal, as lines."""
    console = Console(file=io.StringIO(), width=200, highlight=False)
    for part in parts:
        console.print(part)
    return console.file.getvalue()


def read_page(state, folder, language):
    """The visible words of the page of a data state."""
    file = folder / f"{language}.html"
    write_data_state(state, file, title="shop", language=language)
    page = file.read_text(encoding="utf-8")
    body = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", page)
    return re.sub(r"<[^>]+>", "\n", body)


def list_untranslated(russian, english, *, of_the_source):
    """Runs of English words that both languages show and the source does not hold."""
    own = (set(ENGLISH.findall(russian)) & set(ENGLISH.findall(english))) - TYPED
    return sorted(run for run in own if run.casefold() not in of_the_source)


def list_words(state, result):
    """Everything that came with the source: names and values."""
    columns = [column for table in state.tables for column in table.columns]
    words = [column.name for column in columns] + [one.source for one in result.mapping.columns]
    words += [label_column(name).en for name in words]
    words += [str(value.value) for column in columns for value in column.values]
    words += [str(example) for finding in state.findings for example in finding.examples]
    return "\n".join([result.source, *words]).casefold()


@pytest.mark.parametrize("name", FILES)
def test_a_file_loses_no_row_and_is_told_in_both_languages(name, dataset, tmp_path):
    path, mark, member = name.partition("::")
    workspace = Workspace.create(tmp_path / "ws")

    result = workspace.load(
        f"{dataset(path)}{mark}{member}", reading=FileReading(columns=NAMES.get(name))
    )
    state = workspace.check()

    rows = result.rows
    assert rows.rows_in == FILES[name]
    assert rows.rows_in == rows.inserted + rows.updated + rows.unchanged + rows.quarantined
    assert sum(result.quarantine_reasons.values()) == rows.quarantined
    told = {
        language: as_text(
            render_mapping(result.mapping, language),
            render_load(result, language),
            render_data_state(state, language),
        )
        + read_page(state, tmp_path, language)
        for language in ("en", "ru")
    }
    source = list_words(state, result)
    assert list_untranslated(told["ru"], told["en"], of_the_source=source) == []
