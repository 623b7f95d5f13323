"""What `predict why` says where the probability is to rise, and where nothing may be changed."""

from regulars.cli.predict_why import _say
from regulars.predictions.reasons.counterfactuals import Change, NearestChange
from regulars.schema.wording import Wording
from regulars.workspace.why import CustomerWhy


def _why(*, probability=0.12, nearest=None, is_raised=True, is_changeable=True):
    changes = (Wording(en="Fee: 9 → 5", ru="Плата: 9 → 5"),) if nearest and nearest.changes else ()
    return CustomerWhy(
        customer_id="7",
        run="r1",
        model="logistic",
        title=Wording(en="Logistic regression", ru="Логистическая регрессия"),
        outcome=Wording(en="The outcome is “y” = “yes”", ru="Исход: «y» = «yes»"),
        as_of="2026-01-01",
        probability=probability,
        threshold=0.2,
        reasons=(),
        nearest=nearest,
        is_raised=is_raised,
        changes=changes,
        fixed=("age", "sex"),
        is_changeable=is_changeable,
    )


def test_up_to_the_threshold_is_said_so():
    found = NearestChange((Change(0, 9.0, 5.0),), 0.12, 0.2004, 0.3)

    _, english, change, warning = _say(_why(nearest=found), "en")

    assert english == "At the threshold of 20% or above, at 20.04%, if:"
    assert change == "  Fee: 9 → 5"
    assert warning.endswith("Whether the change persuades this one, only a trial tells.")


def test_a_share_just_below_the_threshold_does_not_read_as_it():
    found = NearestChange((Change(0, 9.0, 5.0),), 0.4, 0.1984, 0.3)

    _, russian, *_ = _say(_why(probability=0.4, nearest=found, is_raised=False), "ru")

    assert russian.replace("\xa0", " ") == "Ниже порога (20 %) — 19,8 %, если:"


def test_where_no_change_is_enough_the_nearest_that_was_reached_is_said():
    none = NearestChange((), 0.12, 0.15, 0.0)

    _, raised = _say(_why(nearest=none), "en")
    _, lowered = _say(_why(probability=0.4, nearest=none, is_raised=False), "en")

    assert raised == (
        "No three changes bring it up to the threshold of 20%; the highest is 15%. Not changed: age, sex."
    )
    assert lowered == (
        "No three changes bring it below the threshold of 20%; the lowest is 15%. Not changed: age, sex."
    )


def test_where_nothing_may_be_changed_it_is_said():
    none = NearestChange((), 0.4, 0.4, 0.0)

    _, said = _say(_why(probability=0.4, nearest=none, is_changeable=False), "en")

    assert said == "Nothing that the model looks at may be changed: age, sex."


def test_whoever_is_where_they_should_be_needs_no_change():
    _, above = _say(_why(probability=0.4, is_raised=False), "en")
    _, below = _say(_why(probability=0.1, is_raised=False), "ru")

    assert above == "That is at the threshold of 20% or above already."
    assert below.replace("\xa0", " ") == "Это и так ниже порога (20 %)."
