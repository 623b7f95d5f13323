import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import (
    InvalidParameterError,
    SchemaError,
    UnknownColumnError,
    UnknownNameError,
)
from regulars.schema import ColumnMapping, Mapping, Outcome
from regulars.schema.contract import Role
from regulars.schema.wording import Wording

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
WORDINGS = st.builds(Wording, en=TEXT, ru=TEXT)
COLUMNS = st.builds(
    ColumnMapping,
    source=TEXT,
    target=TEXT,
    role=st.sampled_from(Role),
    type=st.sampled_from(["string", "integer", "instant"]),
    format=st.none() | TEXT,
    decimal=st.sampled_from([".", ","]),
    thousands=st.none() | TEXT,
    confidence=st.floats(0, 1),
    evidence=WORDINGS,
)
MAPPINGS = st.builds(
    Mapping,
    kind=st.sampled_from(["customers", "purchases", "events"]),
    columns=st.lists(COLUMNS, max_size=4).map(tuple),
    outcome=st.none()
    | st.builds(Outcome, column=TEXT, positive=TEXT, is_given=st.booleans(), evidence=WORDINGS),
    day_first=st.booleans(),
    id_is_personal=st.booleans(),
    confidence=st.floats(0, 1),
    evidence=WORDINGS,
    notes=st.lists(WORDINGS, max_size=2).map(tuple),
)


def _column(source, target, role="category", type_name="string", **others):
    return ColumnMapping(source=source, target=target, role=role, type=type_name, **others)


PURCHASES = Mapping(
    kind="purchases",
    columns=(
        _column("Client", "customer_id", "id"),
        _column("Day", "purchased_at", "date", "instant", format="%d.%m.%Y"),
        _column("Sum", "amount", "numeric", "decimal", decimal=",", thousands=" "),
        _column("City", "city"),
        _column("Phone", "phone", "personal"),
        _column("Blank", "blank", "ignored"),
    ),
)


@given(MAPPINGS)
def test_a_mapping_is_read_back_from_its_file_as_it_was(mapping):
    assert Mapping.from_toml(mapping.to_toml(), where="mappings/x.toml") == mapping


def test_a_file_that_is_not_toml_says_where():
    with pytest.raises(SchemaError, match=r"mappings/x.toml is not valid TOML: the end: "):
        Mapping.from_toml("kind = ", where="mappings/x.toml")


def test_a_file_that_is_no_mapping_names_the_entry():
    text = PURCHASES.to_toml().replace('role = "id"', 'role = "ident"')

    with pytest.raises(SchemaError, match=r"mappings/x.toml is not a mapping: columns.0.role"):
        Mapping.from_toml(text, where="mappings/x.toml")


def test_a_file_of_an_unknown_kind_offers_the_nearest():
    text = PURCHASES.to_toml().replace("purchases", "purchase")

    with pytest.raises(UnknownNameError, match="Did you mean 'purchases'"):
        Mapping.from_toml(text, where="mappings/x.toml")


def test_columns_are_parted_by_where_they_go():
    assert [c.source for c in PURCHASES.canonical] == ["Client", "Day", "Sum"]
    assert [c.source for c in PURCHASES.attributes] == ["City"]
    assert [c.source for c in PURCHASES.personal] == ["Phone"]


def test_a_flat_file_fills_profiles():
    assert Mapping(kind="customers", columns=()).table == "profiles"
    assert Mapping(kind="customers", columns=()).id_column is None


def test_the_key_depends_on_the_names_and_not_on_their_order():
    turned = PURCHASES.model_copy(update={"columns": PURCHASES.columns[::-1]})
    fewer = PURCHASES.model_copy(update={"columns": PURCHASES.columns[1:]})

    assert turned.columns_key() == PURCHASES.columns_key()
    assert fewer.columns_key() != PURCHASES.columns_key()


def test_the_key_stays_the_same_from_version_to_version():
    assert PURCHASES.columns_key() == "fe40303b3df63a18"


def test_a_mapping_is_described_in_both_languages():
    english = PURCHASES.describe("en")
    russian = PURCHASES.describe("ru")

    assert (english[2].source, english[2].target) == ("Sum", "amount")
    assert (english[2].role, english[2].type) == ("number", "decimal (1 234,5)")
    assert [line.role for line in russian] == [
        "идентификатор",
        "дата",
        "число",
        "категория",
        "личное, в сейф",
        "не используется",
    ]


@pytest.mark.parametrize(
    ("source", "wish", "target", "role", "type_name"),
    [
        ("City", "store_id", "store_id", "id", "string"),
        ("City", "town", "town", "category", "string"),
        ("City", "personal", "city", "personal", "string"),
        ("City", "text", "city", "text", "string"),
        ("Sum", "discount_amount:float", "discount_amount", "numeric", "float"),
        ("Sum", "bonus:integer", "bonus", "numeric", "integer"),
        ("Blank", "channel", "channel", "category", "string"),
    ],
)
def test_a_person_corrects_a_column(source, wish, target, role, type_name):
    changed = PURCHASES.with_overrides({source: wish}).get_source(source)

    assert (changed.target, changed.role, changed.type) == (target, role, type_name)
    assert (changed.confidence, changed.evidence.en) == (1.0, "you said so")


@pytest.mark.parametrize("wish", ["ignored", "-", ""])
def test_a_person_leaves_a_column_out(wish):
    changed = PURCHASES.with_overrides({"City": wish})

    assert changed.get_source("City").role is Role.IGNORED
    assert changed.attributes == ()


def test_a_date_is_corrected_with_its_format_colons_included():
    changed = PURCHASES.with_overrides({"Day": "purchased_at:instant:%d.%m.%Y %H:%M"})

    assert changed.get_source("Day").format == "%d.%m.%Y %H:%M"


def test_the_format_of_a_number_is_an_example():
    changed = PURCHASES.with_overrides({"Sum": "amount:decimal:1,234.56"}).get_source("Sum")

    assert (changed.decimal, changed.thousands) == (".", ",")


def test_a_target_goes_to_the_column_a_person_gave_it_to():
    changed = PURCHASES.with_overrides({"City": "customer_id"})

    assert changed.id_column == "City"
    assert changed.get_source("Client").target == "client"


def test_a_source_that_is_not_there_offers_the_nearest():
    with pytest.raises(UnknownColumnError, match="Did you mean 'Client'"):
        PURCHASES.with_overrides({"Cleint": "customer_id"})


def test_a_target_with_a_slip_of_the_finger_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'purchased_at'"):
        PURCHASES.with_overrides({"Day": "purchsed_at"})


def test_an_unknown_type_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'instant'"):
        PURCHASES.with_overrides({"Day": "purchased_at:instnt"})


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ("two words", "cannot be the name of a column"),
        ("purchased_at:instant:dd.mm.yyyy", "is not a format of dates"),
        ("amount:decimal:much", "is not an example of a number"),
    ],
)
def test_a_wish_that_cannot_be_read_says_what_can(wish, message):
    with pytest.raises(InvalidParameterError, match=message):
        PURCHASES.with_overrides({"Day": wish})


def test_correcting_the_outcome_away_takes_it_away():
    outcome = Outcome(column="City", positive="x", is_given=False, evidence=Wording(en="e", ru="р"))
    mapping = PURCHASES.model_copy(update={"outcome": outcome})

    assert mapping.with_overrides({"City": "ignored"}).outcome is None
