from datetime import date, datetime, timedelta

import duckdb
import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from regulars.errors import InvalidParameterError
from regulars.rehearsal import make_telecom_company

MOMENTS = {
    "payments": "paid_at",
    "usage": "occurred_at",
    "sessions": "occurred_at",
    "contacts": "occurred_at",
    "reviews": "occurred_at",
    "referrals": "occurred_at",
}
DAYS = [
    ("customers", "registered_on"),
    ("subscriptions", "started_on"),
    ("subscriptions", "ended_on"),
]


@pytest.fixture(scope="module")
def con(telecom):
    connection = duckdb.connect()
    for name, table in telecom.tables.items():
        connection.register(name, table)
    connection.register("truth", telecom.truth)
    yield connection
    connection.close()


def find_one(con, sql):
    (found,) = con.execute(sql).fetchone()
    return found


def test_the_same_seed_gives_the_same_company(telecom):
    again = make_telecom_company(customers=1_500, months=10, seed=5)

    assert again.tables == telecom.tables
    assert again.truth == telecom.truth
    assert again.dirt == telecom.dirt


def test_another_seed_gives_another_company(telecom):
    other = make_telecom_company(customers=1_500, months=10, seed=6)

    assert other.tables["payments"] != telecom.tables["payments"]
    assert other.truth != telecom.truth


@pytest.mark.parametrize("table", MOMENTS)
def test_nothing_happens_after_the_last_day(telecom, table):
    assert pc.max(telecom.tables[table][MOMENTS[table]]).as_py() < datetime(2026, 1, 1)


@pytest.mark.parametrize(("table", "column"), DAYS)
def test_no_day_lies_after_the_last(telecom, table, column):
    assert pc.max(telecom.tables[table][column]).as_py() < date(2026, 1, 1)


@pytest.mark.parametrize("table", MOMENTS)
def test_nothing_happens_to_a_customer_before_the_first_day_or_after_the_last(con, table):
    outside = f"""
        SELECT count(*) FROM {table} JOIN (
            SELECT customer_id, min(started_on) AS came,
                CASE WHEN bool_and(status <> 'active') THEN max(ended_on) END AS went
            FROM subscriptions GROUP BY customer_id
        ) USING (customer_id)
        WHERE {MOMENTS[table]} >= coalesce(went, DATE '2026-01-01') + INTERVAL 1 DAY
            OR ({MOMENTS[table]} < came AND {MOMENTS[table]} >= DATE '1990-01-01')
    """

    assert find_one(con, outside) == 0


@pytest.mark.parametrize("table", ["subscriptions", *MOMENTS])
def test_whoever_is_named_is_a_customer_except_for_the_dirt(telecom, con, table):
    strangers = find_one(
        con,
        f"SELECT count(*) FROM {table} WHERE customer_id IS NULL"
        " OR customer_id NOT IN (SELECT customer_id FROM customers)",
    )
    planted = telecom.dirt["events_of_unknown_customers"] + telecom.dirt["events_without_customer"]

    assert strangers == {"usage": planted}.get(table, 0)


def test_payments_are_for_subscriptions_of_the_same_customer_except_for_the_dirt(telecom, con):
    unknown = """
        SELECT count(*) FROM payments
        ANTI JOIN subscriptions USING (subscription_id, customer_id)
    """

    assert find_one(con, unknown) == telecom.dirt["payments_of_unknown_subscriptions"]


def test_every_subscription_is_to_a_tariff_of_the_list(con):
    unknown = "SELECT count(*) FROM subscriptions ANTI JOIN tariffs USING (tariff_id)"

    assert find_one(con, unknown) == 0


def test_a_contract_of_a_year_is_renewed_on_the_day_after_its_end(telecom, con):
    broken = """
        SELECT count(*) FROM subscriptions AS old ANTI JOIN subscriptions AS new
            ON new.customer_id = old.customer_id AND new.started_on = old.ended_on + 1
        WHERE old.status = 'renewed'
    """

    assert find_one(con, broken) == telecom.dirt["subscriptions_end_before_start"]


def test_the_truth_and_the_contracts_agree_on_who_leaves_when(con):
    differing = """
        SELECT count(*) FROM truth LEFT JOIN (
            SELECT customer_id, ended_on FROM subscriptions WHERE status = 'ended'
        ) USING (customer_id)
        WHERE as_of < DATE '2026-01-01' AND churned
            <> coalesce(ended_on BETWEEN as_of + 7 AND as_of + 29, false)
    """

    assert find_one(con, differing) == 0


def test_nobody_leaves_within_the_first_seven_days_of_a_month(con):
    first_days = "SELECT min(day(ended_on)) FROM subscriptions WHERE status = 'ended'"

    assert find_one(con, first_days) == 8


def test_the_truth_tells_of_the_month_after_the_history_too(telecom):
    days = pc.unique(telecom.truth["as_of"]).to_pylist()

    assert days[0] == date(2025, 3, 1)
    assert days[-1] == date(2026, 1, 1)
    assert len(days) == 11


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.02), (0.02, 0.2), (0.2, 1.0)])
def test_the_hazard_tells_how_many_leave(telecom, low, high):
    hazard = telecom.truth["churn_probability"].to_numpy()
    churned = telecom.truth["churned"].to_numpy()
    band = (hazard >= low) & (hazard < high)
    spread = np.sqrt((hazard[band] * (1 - hazard[band])).sum())

    assert abs(churned[band].sum() - hazard[band].sum()) < 4 * spread


def test_an_offer_keeps_the_young_and_reminds_the_old_of_leaving(con):
    effects = con.execute(
        "SELECT type, avg(churn_probability_if_offered - churn_probability) FROM truth"
        " WHERE NOT was_offered GROUP BY type"
    ).fetchall()
    effect = dict(effects)

    assert effect["young"] < -0.02
    assert effect["young"] < effect["family"] < effect["business"] < effect["senior"]
    assert effect["senior"] > 0


def test_the_hazard_follows_from_what_the_files_say_of_the_months_before(con):
    # Acquaintances are to be seen in calls only as far as people called, so they are left open.
    stated = con.execute(LOG_ODDS).fetchnumpy()
    hazard = stated["hazard"]
    left_over = np.log(hazard / (1 - hazard)) - stated["log_odds"]
    of_contacts = left_over / 0.7

    # The dirt and the calls of the last weeks before the history make a few differ.
    explained = np.abs(of_contacts - np.round(np.clip(of_contacts, 0, 3))) < 1e-6
    assert len(hazard) > 4_000
    assert explained.mean() > 0.97


LOG_ODDS = """
    WITH months AS (
        SELECT DISTINCT as_of, as_of - INTERVAL 1 MONTH AS one, as_of - INTERVAL 3 MONTH AS three
        FROM truth WHERE as_of >= DATE '2025-06-01'
    ),
    seen AS (
        SELECT customer_id, occurred_at, NULL AS page FROM usage
        UNION ALL SELECT customer_id, occurred_at, page FROM sessions
    ),
    used AS (
        SELECT customer_id, as_of,
            count(*) FILTER (WHERE occurred_at >= one) AS last,
            count(*) FILTER (WHERE occurred_at < one) AS before,
            count(*) FILTER (WHERE occurred_at >= one AND page = 'cancel subscription') AS looks
        FROM seen JOIN months ON occurred_at >= three AND occurred_at < as_of
        GROUP BY customer_id, as_of
    ),
    told AS (
        SELECT customer_id, as_of,
            count(*) FILTER (WHERE topic = 'complaint') AS complaints,
            count(*) FILTER (WHERE topic = 'complaint' AND NOT is_resolved) AS unresolved,
            count(*) FILTER (WHERE topic = 'price change') AS notices
        FROM contacts JOIN months ON occurred_at >= three AND occurred_at < as_of
        GROUP BY customer_id, as_of
    ),
    paid AS (
        SELECT customer_id, as_of, count(*) AS failed
        FROM payments JOIN months ON paid_at >= three AND paid_at < as_of
        WHERE status = 'failed' GROUP BY customer_id, as_of
    ),
    card AS (SELECT DISTINCT customer_id FROM payments WHERE payment_method = 'card'),
    base AS (
        SELECT DISTINCT truth.customer_id, truth.as_of, one, three,
            churn_probability AS hazard, registered_on AS came,
            is_renewed_automatically AS is_one_year, card.customer_id IS NOT NULL AS is_autopay
        FROM truth JOIN months USING (as_of) JOIN customers USING (customer_id)
            JOIN (SELECT DISTINCT customer_id, is_renewed_automatically FROM subscriptions)
                USING (customer_id)
            LEFT JOIN card USING (customer_id)
        WHERE NOT was_offered
    ),
    rates AS (
        SELECT *,
            30.0 * coalesce(last, 0) / (as_of - greatest(one::DATE, came)) AS now,
            30.0 * coalesce(before, 0)
                / greatest(date_diff('day', greatest(three::DATE, came), one::DATE), 1) AS earlier,
            date_diff('day', greatest(three::DATE, came), one::DATE) AS days_before
        FROM base LEFT JOIN used USING (customer_id, as_of)
            LEFT JOIN told USING (customer_id, as_of) LEFT JOIN paid USING (customer_id, as_of)
    )
    SELECT hazard, -6.45
        + 0.2 * cos(2 * pi() * (month(as_of) - 1) / 12)
        + CASE WHEN is_one_year THEN 0 ELSE 1.1 END
        + CASE WHEN is_one_year AND (as_of - came) % 365 > 334 THEN 1.3 ELSE 0 END
        + 1.2 * exp(-(as_of - came) / 30.4 / 6)
        + CASE WHEN days_before >= 15
            THEN 7.3 * greatest(0, least(1, 1 - (now + 4) / (earlier + 4))) ELSE 0 END
        + 0.9 * least(coalesce(complaints, 0), 3) + 0.6 * least(coalesce(unresolved, 0), 3)
        + 1.1 * least(coalesce(failed, 0), 3)
        + CASE WHEN notices > 0 THEN 0.6 ELSE 0 END
        + CASE WHEN looks > 0 THEN 1.6 ELSE 0 END
        - CASE WHEN is_autopay THEN 0.6 ELSE 0 END AS log_odds
    FROM rates
"""


@pytest.fixture(scope="module")
def default_company():
    return make_telecom_company()


@pytest.mark.slow
def test_the_pilot_shows_the_true_effect_of_an_offer(default_company):
    company = default_company
    con = duckdb.connect()
    con.register("truth", company.truth)
    pilot = "as_of IN (SELECT as_of FROM truth WHERE was_offered)"
    (seen, spread, true), *_ = con.execute(f"""
        SELECT avg(churned::INT) FILTER (was_offered) - avg(churned::INT) FILTER (NOT was_offered),
            sqrt(var_samp(churned::INT) FILTER (was_offered) / count(*) FILTER (was_offered)
                + var_samp(churned::INT) FILTER (NOT was_offered)
                / count(*) FILTER (NOT was_offered)),
            avg(churn_probability_if_offered - churn_probability) FILTER (NOT was_offered)
        FROM truth WHERE {pilot}
    """).fetchall()

    assert true < -0.005
    assert seen == pytest.approx(true, abs=3 * spread)


@pytest.mark.slow
def test_the_default_company_keeps_what_is_promised_of_it(default_company):
    company = default_company
    months = np.unique(company.truth["as_of"].to_numpy())
    churned, hazard = (company.truth[name].to_numpy() for name in ("churned", "churn_probability"))
    rates = [churned[company.truth["as_of"].to_numpy() == month].mean() for month in months]

    assert company.tables["customers"].num_rows == 20_010
    assert company.tables["usage"].num_rows + company.tables["sessions"].num_rows < 5_000_000
    assert 0.03 <= np.mean(rates) <= 0.05
    assert 0.88 <= roc_auc_score(churned, hazard) <= 0.92


@settings(max_examples=15)
@given(
    customers=st.integers(1, 40),
    months=st.integers(6, 9),
    seed=st.integers(0, 2**31),
    year=st.integers(2000, 2030),
)
def test_a_company_of_any_size_and_time_can_be_made(customers, months, seed, year):
    company = make_telecom_company(
        customers=customers, months=months, seed=seed, as_of=date(year, 3, 1)
    )

    assert len(set(company.tables["customers"]["customer_id"].to_pylist())) == customers
    latest = [pc.max(company.tables[table][column]).as_py() for table, column in MOMENTS.items()]
    assert max(filter(None, latest), default=datetime(1970, 1, 1)) < datetime(year, 3, 1)


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"customers": 0}, "found 0"),
        ({"months": 5}, "found 5"),
        ({"as_of": date(2026, 1, 2)}, "found 2026-01-02. Give 2026-01-01"),
    ],
)
def test_an_impossible_company_is_refused(wrong, found):
    with pytest.raises(InvalidParameterError, match=found):
        make_telecom_company(**wrong)


def test_usage_falls_before_customers_leave(con):
    # The last whole month before the leave against the third before it.
    ratio = """
        WITH leavers AS (SELECT customer_id, as_of FROM truth WHERE churned
            AND as_of >= DATE '2025-06-01')
        SELECT count(*) FILTER (WHERE occurred_at >= as_of - INTERVAL 1 MONTH)
            / count(*) FILTER (WHERE occurred_at < as_of - INTERVAL 2 MONTH)
        FROM usage JOIN leavers USING (customer_id) JOIN customers USING (customer_id)
        WHERE occurred_at >= as_of - INTERVAL 3 MONTH AND occurred_at < as_of
            AND registered_on < as_of - INTERVAL 3 MONTH
    """

    assert find_one(con, ratio) < 0.6


def test_charging_twice_happens_a_minute_later(telecom):
    payments = telecom.tables["payments"]
    twice = payments.filter(pc.starts_with(payments["payment_id"], "P9"))
    moments = set(payments["paid_at"].to_pylist())

    assert twice.num_rows == telecom.dirt["payments_repeated"] == 15
    assert {at - timedelta(minutes=1) for at in twice["paid_at"].to_pylist()} <= moments
