import pytest

from regulars.errors import InvalidParameterError, UnknownColumnError
from regulars.schema import SourceColumn, recognize
from regulars.schema.contract import Role

IDS = SourceColumn("id", values=[f"c{n}" for n in range(12)])


def _column(name, *values):
    return SourceColumn(name, values=list(values) * (12 // len(values)))


@pytest.mark.parametrize(
    ("name", "values", "positive"),
    [
        ("Churn", ("No", "Yes"), "Yes"),
        ("churned", ("0", "1"), "1"),
        ("Exited", ("0.0", "1.0"), "1.0"),
        ("Attrition_Flag", ("Existing Customer", "Attrited Customer"), "Attrited Customer"),
        ("left", ("true", "false"), "true"),
        ("y", ("no", "yes"), "yes"),
        ("Отток", ("да", "нет"), "да"),
        ("Ушёл", ("1", "0"), "1"),
        ("Статус клиента: отток", ("ушел", "не ушел"), "ушел"),
        ("Customer Status", ("Churned", "Stayed"), "Churned"),
        ("status", ("left", "active"), "left"),
    ],
)
def test_the_one_column_with_a_name_of_the_dictionary_is_the_outcome(name, values, positive):
    mapping = recognize([IDS, _column(name, *values), _column("plan", "a", "b")])

    assert (mapping.outcome.column, mapping.outcome.positive) == (name, positive)
    assert not mapping.outcome.is_given
    assert mapping.get_source(name).role is Role.OUTCOME
    assert positive in mapping.notes[0].en


@pytest.mark.parametrize("name", ["visit", "conversion", "default", "Revenue", "response", "class"])
def test_other_two_valued_columns_are_never_taken(name):
    assert recognize([IDS, _column(name, "0", "1")]).outcome is None


def test_a_status_of_something_else_is_not_taken():
    assert recognize([IDS, _column("status", "gold", "silver")]).outcome is None


def test_two_candidates_are_none_and_a_person_is_asked():
    mapping = recognize([IDS, _column("Churn", "0", "1"), _column("Exited", "0", "1")])

    assert mapping.outcome is None
    assert mapping.notes[0].en == (
        "No outcome taken: 'Churn', 'Exited' all may be it. Say which: --outcome 'Churn'."
    )


def test_a_name_of_the_dictionary_over_three_values_is_not_taken():
    assert recognize([IDS, _column("Churn", "0", "1", "2")]).outcome is None


def test_values_that_do_not_tell_are_asked_for():
    mapping = recognize([IDS, _column("y", "1", "2")])

    assert mapping.outcome is None
    assert "--outcome 'y=VALUE'" in mapping.notes[0].en


def test_a_person_names_column_and_value():
    mapping = recognize([IDS, _column("segment", "a", "b", "c")], outcome="segment=B")

    assert (mapping.outcome.column, mapping.outcome.positive) == ("segment", "b")
    assert mapping.outcome.is_given


def test_a_person_names_the_column_and_the_words_tell_the_value():
    mapping = recognize([IDS, _column("visit", "0", "1")], outcome="visit")

    assert mapping.outcome.positive == "1"


def test_a_column_with_an_equals_sign_in_its_name_may_be_the_outcome():
    mapping = recognize([IDS, _column("a=b", "no", "yes")], outcome="a=b")

    assert mapping.outcome.column == "a=b"


def test_a_value_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(InvalidParameterError, match=r"no value 'maybe'. It holds: no, yes"):
        recognize([IDS, _column("y", "no", "yes")], outcome="y=maybe")


def test_an_id_with_many_values_is_no_outcome():
    with pytest.raises(InvalidParameterError, match="says who the customer is and has 12 distinct"):
        recognize([IDS], outcome="id")


def test_a_personal_column_with_many_values_is_no_outcome_whatever_value_is_named():
    emails = SourceColumn("email", values=[f"person{n}@example.com" for n in range(12)])

    with pytest.raises(InvalidParameterError, match="'email' is personal and has 12 distinct"):
        recognize([IDS, emails], outcome="email=person1@example.com")


@pytest.mark.parametrize("values", [("only",), ("stays", "leaves", "moves")])
def test_a_column_of_one_value_or_of_several_is_taken_without_naming_one(values):
    mapping = recognize([IDS, _column("status", *values)], outcome="status")

    assert (mapping.outcome.column, mapping.outcome.positive) == ("status", None)
    assert mapping.notes[0].en == "Outcome: 'status': you said so."


def test_of_two_values_that_do_not_tell_one_has_to_be_named():
    with pytest.raises(InvalidParameterError, match=r"It holds: a, b\. Say --outcome 'plan=VALUE'"):
        recognize([IDS, _column("plan", "a", "b")], outcome="plan")


def test_an_unknown_outcome_column_offers_the_nearest():
    with pytest.raises(UnknownColumnError, match="Did you mean 'Churn'"):
        recognize([IDS, _column("Churn", "No", "Yes")], outcome="Chrun=Yes")
