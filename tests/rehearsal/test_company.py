import csv
from datetime import date

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from regulars.errors import InvalidParameterError
from regulars.rehearsal import make_company, write_company


@pytest.fixture(scope="module")
def company():
    return make_company(seed=7)


def test_the_same_seed_gives_the_same_company(company):
    again = make_company(seed=7)

    assert again == company
    assert make_company(seed=8).customers != company.customers


def test_the_truth_ranks_those_who_leave_about_as_well_as_promised():
    truth = make_company(customers=20_000, seed=1).truth
    churned, probability = (truth[name].to_numpy() for name in ("churned", "churn_probability"))

    assert roc_auc_score(churned, probability) == pytest.approx(0.86, abs=0.01)
    assert churned.mean() == pytest.approx(probability.mean(), abs=0.005)
    assert churned.mean() == pytest.approx(0.18, abs=0.01)


def test_the_flat_file_tells_the_outcome_that_was_drawn(company):
    told = company.customers["churn"].to_pylist()[:2_000]

    assert told == ["yes" if churned else "no" for churned in company.truth["churned"].to_pylist()]


def test_the_dirt_is_of_known_amounts(company):
    columns = company.customers.slice(0, 2_000).to_pydict()

    assert company.customers.num_rows == 2_010
    assert len(set(company.customers["customer_id"].to_pylist())) == 2_000
    assert sum(int(age) > 120 or int(age) < 1 for age in columns["age"]) == 6
    assert columns["csat"].count("") == 360
    assert sum("." in day for day in columns["signed_on"]) == 60
    assert columns["traffic_gb_30d"].count("n/a") == 60


def test_ids_keep_their_leading_zero(company):
    assert {customer[0] for customer in company.customers["customer_id"].to_pylist()} == {"0"}


def test_everything_happened_before_the_day_of_the_file():
    company = make_company(customers=50, seed=3, as_of=date(2025, 3, 1))

    assert max(company.purchases["purchased_at"].to_pylist()) < "2025-03-01"
    assert max(company.events["occurred_at"].to_pylist()) < "2025-03-01"


def test_every_event_and_purchase_belongs_to_a_customer(company):
    customers = set(company.truth["customer_id"].to_pylist())

    assert set(company.events["customer_id"].to_pylist()) <= customers
    assert set(company.purchases["customer_id"].to_pylist()) <= customers


def test_the_files_say_what_the_tables_say_and_hide_the_truth(company, tmp_path):
    paths = write_company(company, tmp_path / "Телеком 1")

    assert [path.name for path in paths] == ["customers.csv", "purchases.csv", "events.csv"]
    with paths[0].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == company.customers.to_pylist()
    assert "churn_probability" not in rows[0]


def test_a_company_of_one_customer_can_be_made():
    assert make_company(customers=1).customers.num_rows == 1


def test_a_company_of_nobody_is_refused():
    with pytest.raises(InvalidParameterError, match="found 0"):
        make_company(customers=0)


def test_probabilities_lie_between_nought_and_one(company):
    probability = company.truth["churn_probability"].to_numpy()

    assert np.all((probability > 0) & (probability < 1))
