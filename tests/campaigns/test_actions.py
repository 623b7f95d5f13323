import pytest

from regulars.campaigns import ActionTable, packaged_actions
from regulars.errors import DefinitionError


@pytest.mark.parametrize(
    ("feature", "code"),
    [
        ("failed_payments_count", "settle_payment"),
        ("Contract", "offer_longer_contract"),
        ("PaymentMethod", "offer_autopay"),
        ("MonthlyCharges", "review_tariff"),
        ("Число жалоб", "close_complaint"),
        ("tenure", "welcome_again"),
        ("recency_days", "win_back"),
        ("favourite_color", "call_and_listen"),
        ("days_since_signed", "call_and_listen"),
        ("days_since_last_purchase", "win_back"),
        ("InternetService", "call_and_listen"),
        ("Интернет-банк", "call_and_listen"),
        ("coffee_visits_planned", "teach_usage"),
        ("planet", "call_and_listen"),
    ],
)
def test_the_packaged_table_knows_the_usual_reasons(feature, code):
    assert packaged_actions().suggest([feature]).code == code


@pytest.mark.parametrize(
    ("feature", "side", "code"),
    [
        ("tenure", "low", "welcome_again"),
        ("tenure", "high", "call_and_listen"),
        ("MonthlyCharges", "high", "review_tariff"),
        ("MonthlyCharges", "low", "call_and_listen"),
        ("minutes_30d", "low", "teach_usage"),
        ("minutes_30d", None, "teach_usage"),
    ],
)
def test_an_action_fits_the_figure_of_the_customer(feature, side, code):
    assert packaged_actions().suggest([(feature, side)]).code == code


def test_the_words_of_an_action_are_found_by_its_code():
    assert packaged_actions().get_wording("win_back").ru.startswith("Напомнить")
    assert packaged_actions().get_wording("unknown") is None


def test_a_mistake_in_the_table_names_the_place():
    text = '[otherwise]\ncode = "x"\naction = { en = "X" }\n'

    with pytest.raises(DefinitionError) as refused:
        ActionTable.from_toml(text, where="actions.toml")

    assert refused.value.en.startswith("actions.toml, otherwise.action.ru: it is missing.")
    assert refused.value.ru.startswith("actions.toml, otherwise.action.ru: не задано.")


def test_an_action_is_counted_from_one_when_it_is_told_of():
    text = packaged_actions().to_toml().replace('code = "close_complaint"', 'cod = "close"')

    with pytest.raises(DefinitionError, match=r"actions\.toml, actions\.2\.code: it is missing"):
        ActionTable.from_toml(text, where="actions.toml")


def test_a_table_that_is_written_is_read_again():
    text = packaged_actions().to_toml()

    again = ActionTable.from_toml(text)

    assert again.actions == packaged_actions().actions
    assert again.otherwise == packaged_actions().otherwise


def test_text_that_is_no_toml_is_said_so():
    with pytest.raises(DefinitionError, match=r"actions\.toml is not valid TOML: "):
        ActionTable.from_toml("[otherwise", where="actions.toml")


def test_a_code_given_twice_is_refused():
    action = '{ code = "x", action = { en = "X", ru = "Х" } }'

    with pytest.raises(DefinitionError, match="code 'x' is given to more than one action"):
        ActionTable.from_toml(f"otherwise = {action}\nactions = [{action}]")
