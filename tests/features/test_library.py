"""Definitions of features: the library, a user's own, and what is said of a slip."""

import pytest

from regulars.errors import DefinitionError
from regulars.features import load_features, read_features
from regulars.features.definition import FeatureDefinition
from regulars.schema.contract import list_contracts
from regulars.schema.wording import Wording

LIBRARY = load_features()
OWN = """
[[features]]
name = "night_calls"
table = "events"
aggregate = "count"
where = { column = "occurred_hour", op = "<", value = 6 }
windows = [30]
meaning = { en = "calls at night", ru = "ночных звонков" }

[[features]]
name = "big_spender"
table = "purchases"
aggregate = "sum"
column = "amount"
windows = [30, 90]
meaning = { en = "money spent", ru = "потрачено денег" }
"""


def _refuse(text: str) -> str:
    with pytest.raises(DefinitionError) as caught:
        read_features(text, file="own.toml")
    return str(caught.value)


def test_the_library_has_more_than_sixty_meanings_in_both_languages():
    english = {feature.meaning.en for feature in LIBRARY}
    russian = {feature.meaning.ru for feature in LIBRARY}

    assert len(english) > 60
    assert len(russian) > 60


def test_the_library_covers_the_tables_that_describe_customers():
    tables = {feature.table for feature in LIBRARY}

    assert tables >= {
        "customers",
        "purchases",
        "purchase_items",
        "payments",
        "events",
        "interactions",
        "feedback",
        "subscriptions",
        "relations",
    }
    assert "tariffs" in {feature.lookup for feature in LIBRARY}


@pytest.mark.parametrize("feature", LIBRARY, ids=lambda feature: feature.name)
def test_a_built_in_feature_says_what_it_is_and_in_which_unit(feature: FeatureDefinition):
    is_text = feature.aggregate in ("value", "last", "first")

    assert feature.meaning.en != feature.meaning.ru
    assert feature.unit or is_text
    assert feature.meaning.en[0].islower()


def test_every_column_of_the_library_has_a_name_of_its_own():
    names = [name for feature in LIBRARY for name in feature.feature_names]

    assert len(names) == len(set(names))


def test_no_feature_reads_why_a_subscription_was_ended():
    told_at_the_end = {"cancel_reason", "status"}
    columns = {
        column
        for feature in LIBRARY
        if feature.table == "subscriptions"
        for column in feature.list_columns()
    }

    assert columns.isdisjoint(told_at_the_end)


@pytest.mark.parametrize(
    ("days", "english", "russian"),
    [
        (1, "purchases in the last day", "покупок за последний день"),
        (2, "purchases in the last 2 days", "покупок за последние 2 дня"),
        (21, "purchases in the last 21 days", "покупок за последний 21 день"),
        (90, "purchases in the last 90 days", "покупок за последние 90 дней"),
    ],
)
def test_a_window_is_said_in_words(days, english, russian):
    feature = FeatureDefinition(
        name="purchases",
        table="purchases",
        aggregate="count",
        windows=(days,),
        meaning=Wording(en="purchases", ru="покупок"),
    )

    assert feature.meaning_of(days) == Wording(en=english, ru=russian)


def test_a_trend_says_both_windows():
    (trend,) = [feature for feature in LIBRARY if feature.name == "call_trend"]

    assert trend.meaning_of(30) == Wording(
        en="change in calls, the last 30 days against the 30 before",
        ru="изменение числа звонков, последние 30 дней против 30 предыдущих",
    )


def test_a_users_feature_stands_beside_the_library():
    found = load_features({"own.toml": OWN})

    assert [feature.name for feature in found[-2:]] == ["night_calls", "big_spender"]
    assert found[: len(LIBRARY)] == LIBRARY


def test_a_users_feature_replaces_the_built_in_one_of_its_name():
    text = OWN.replace("big_spender", "spend")

    found = {feature.name: feature for feature in load_features({"own.toml": text})}

    assert found["spend"].where is None
    assert len(found) == len(LIBRARY) + 1


def test_a_built_in_feature_can_be_switched_off_with_what_is_made_of_it():
    text = """
    name = "sessions"
    table = "events"
    aggregate = "distinct"
    column = "session_id"
    is_enabled = false
    meaning = { en = "sessions", ru = "сеансов" }
    """

    names = {feature.name for feature in load_features({"off.toml": text})}

    assert "sessions" not in names
    assert "events_a_session" not in names
    assert "events_an_active_day" in names


def test_a_feature_defined_twice_is_refused():
    with pytest.raises(DefinitionError, match=r"already defined in a\.toml"):
        load_features({"a.toml": OWN, "b.toml": OWN})


def test_two_features_with_one_column_name_are_refused():
    text = """
    name = "purchases_30d"
    table = "purchases"
    aggregate = "count"
    meaning = { en = "orders", ru = "заказов" }
    """

    with pytest.raises(DefinitionError, match="makes a column 'purchases_30d', and so does"):
        load_features({"own.toml": text})


def test_a_ratio_of_nothing_known_is_refused():
    text = """
    name = "calls_a_day"
    aggregate = "ratio"
    of = ["calls_30d", "active_dais_30d"]
    meaning = { en = "calls a day", ru = "звонков в день" }
    """

    with pytest.raises(DefinitionError, match=r"'active_dais_30d'.*Did you mean 'active_days_30d'"):
        load_features({"own.toml": text})


def test_a_misspelled_key_is_named_with_file_line_and_nearest():
    said = _refuse(OWN.replace('column = "amount"', 'colum = "amount"'))

    assert said.startswith("own.toml, line 14, feature 'big_spender': 'colum' is not a key")
    assert "Did you mean 'column'?" in said


@pytest.mark.parametrize(
    ("key", "written", "line"),
    [("aggregate", "agregate", 5), ("name", "nmae", 3), ("meaning", "meanin", 8)],
)
def test_a_misspelled_key_that_is_needed_is_named_and_not_the_one_it_leaves_missing(
    key, written, line
):
    said = _refuse(OWN.replace(f"{key} = ", f"{written} = ", 1))

    assert said.startswith(f"own.toml, line {line}, feature")
    assert f"'{written}' is not a key of a feature. Did you mean '{key}'?" in said


def test_a_misspelled_aggregate_is_named_with_the_choices():
    said = _refuse(OWN.replace('aggregate = "sum"', 'aggregate = "summ"'))

    assert said.startswith(
        "own.toml, line 13, feature 'big_spender': there is no aggregate 'summ'."
    )
    assert "Did you mean 'sum'?" in said
    assert "days_since_last" in said


def test_a_misspelled_table_is_named_with_the_choices():
    said = _refuse(OWN.replace('table = "purchases"', 'table = "purchase"'))

    assert said.startswith(
        "own.toml, line 12, feature 'big_spender': there is no table 'purchase'."
    )
    assert "Did you mean 'purchases'?" in said


def test_a_column_that_the_table_does_not_have_is_named():
    said = _refuse(OWN.replace('column = "amount"', 'column = "ammount"'))

    assert said.startswith("own.toml, line 14, feature 'big_spender': table 'purchases' has no")
    assert "Did you mean 'amount'?" in said


def test_a_misspelled_condition_is_named_with_its_line():
    said = _refuse(OWN.replace('op = "<"', 'op = "<<"'))

    assert said.startswith("own.toml, line 6, feature 'night_calls', where: op:")


def test_a_column_in_a_condition_is_checked_too():
    said = _refuse(OWN.replace("occurred_hour", "occured_hour"))

    assert said.startswith("own.toml, line 6, feature 'night_calls': table 'events' has no column")
    assert "Did you mean 'occurred_hour'?" in said


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ('table = "events"\naggregate = "sum"', "aggregate 'sum' needs 'column'"),
        ('aggregate = "count"', "aggregate 'count' needs 'table'"),
        ('table = "events"\naggregate = "share"', "aggregate 'share' needs 'where'"),
        ('table = "events"\naggregate = "trend"', "aggregate 'trend' needs 'windows'"),
        ('aggregate = "ratio"', "aggregate 'ratio' needs 'of'"),
        ('table = "events"\naggregate = "count"\nwindows = [0]', "a window is 1 to 36500 days"),
        ('table = "customers"\naggregate = "value"\ncolumn = "city"\nwindows = [7]',
         "aggregate 'value' has no 'windows'"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(lines, problem):
    text = f'name = "mine"\nmeaning = {{ en = "mine", ru = "моё" }}\n{lines}\n'

    assert problem in _refuse(text)


def test_a_text_that_is_no_toml_is_refused_with_its_line():
    assert "line 2" in _refuse("name = 1\ntable == 2\n")


def test_the_library_names_only_tables_that_there_are():
    known = {contract.name for contract in list_contracts()}

    assert {feature.table for feature in LIBRARY if not feature.is_derived} <= known
