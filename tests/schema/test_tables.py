import re

import pytest

from regulars.errors import UnknownColumnError, UnknownNameError
from regulars.schema.column_names import split_words
from regulars.schema.contract import Role, get_contract, list_contracts
from regulars.schema.name_matching import is_cyrillic

TABLES = {contract.name: contract for contract in list_contracts()}
COLUMNS = [(table.name, column) for table in TABLES.values() for column in table.columns]

# Suffix → the types that a column called so may have (STYLE: the suffix tells the kind).
SUFFIX_TYPES = {
    "_id": {"string"},
    "_at": {"instant"},
    "_on": {"date"},
    "_count": {"integer"},
    "_amount": {"decimal"},
    "_share": {"float"},
    "_probability": {"float"},
    "_seconds": {"float", "integer"},
    "_minutes": {"float", "integer"},
    "_days": {"float", "integer"},
}


def test_every_table_of_the_model_is_there():
    assert set(TABLES) == {
        "carts",
        "customers",
        "deals",
        "events",
        "external_factors",
        "feedback",
        "interactions",
        "leads",
        "payments",
        "products",
        "profiles",
        "purchase_items",
        "purchases",
        "relations",
        "returns",
        "social_interactions",
        "subscriptions",
        "tariffs",
        "web_goals",
    }


def test_the_tables_that_keep_versions_are_those_of_state():
    state = {name for name, table in TABLES.items() if table.temporal == "state"}

    assert state == {
        "customers",
        "deals",
        "leads",
        "products",
        "profiles",
        "subscriptions",
        "tariffs",
    }


def test_the_tables_that_grow_with_each_customers_events_are_bucketed():
    bucketed = {name for name, table in TABLES.items() if table.is_bucketed}

    assert bucketed == {
        "carts",
        "events",
        "feedback",
        "interactions",
        "payments",
        "purchase_items",
        "purchases",
        "returns",
        "social_interactions",
        "web_goals",
    }
    assert all("customer_id" in TABLES[name].column_names for name in bucketed)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_fact_has_an_instant_and_a_state_a_key(table):
    by_time = {"fact": {"instant"}, "state": {"date", "instant"}}
    types = {column.name: column.type for column in table.columns}

    assert types[table.time_column] in by_time[table.temporal]
    assert table.temporal == "fact" or table.key


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda part: getattr(part, "name", part))
def test_the_suffix_of_a_name_tells_its_type(table, column):
    suffix = re.search(r"_[a-z]+$", column.name)
    allowed = SUFFIX_TYPES.get(suffix.group() if suffix else "", {column.type})

    assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
    assert column.type in allowed
    assert column.type != "instant" or column.name.endswith("_at")
    assert column.type != "date" or column.name.endswith("_on")
    assert column.type != "boolean" or column.name.startswith(("is_", "has_"))


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda part: getattr(part, "name", part))
def test_a_column_says_what_it_means_in_both_languages(table, column):
    assert len(column.meaning.en) > 2
    assert is_cyrillic(column.meaning.ru)
    assert not is_cyrillic(column.meaning.en)


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda part: getattr(part, "name", part))
def test_a_column_is_known_by_names_in_both_languages(table, column):
    assert any(is_cyrillic(alias) for alias in column.aliases)
    assert any(not is_cyrillic(alias) for alias in column.aliases)


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda part: getattr(part, "name", part))
def test_money_has_a_unit_and_a_currency_beside_it(table, column):
    is_money = column.type == "decimal"

    assert not is_money or column.unit == "currency"
    assert not is_money or "currency" in TABLES[table].column_names


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_an_alias_means_one_column_of_its_table(table):
    pairs = {
        (split_words(alias), column.name)
        for column in table.columns
        for alias in (column.name, *column.aliases)
    }

    assert len(pairs) == len({alias for alias, _ in pairs})


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_aliases_are_lower_case_with_spaces(table):
    aliases = [alias for column in table.columns for alias in column.aliases]

    assert aliases == [" ".join(alias.casefold().replace("_", " ").split()) for alias in aliases]


def test_what_tells_who_a_customer_is_goes_to_the_vault():
    personal = {c.name for c in TABLES["customers"].columns if c.role is Role.PERSONAL}

    assert personal == {
        "address",
        "birth_on",
        "card_number",
        "email",
        "full_name",
        "given_name",
        "ip_address",
        "passport",
        "patronymic",
        "phone",
        "postcode",
        "surname",
        "tax_number",
    }


def test_an_unknown_table_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'purchases'"):
        get_contract("purchase")


def test_an_unknown_column_offers_the_nearest():
    with pytest.raises(UnknownColumnError, match="Did you mean 'purchased_at'"):
        get_contract("purchases").get_column("purchased_on")
