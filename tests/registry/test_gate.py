"""The gate: which figure refuses a model, and how it is said."""

from kept_manifests import make_check, make_manifest

from regulars.registry.gate import GateBounds, check_gate


def _missed(manifest, **bounds):
    gate = check_gate(manifest, GateBounds(**bounds))
    return [line.name for line in gate if line.state == "not_met"]


def test_a_good_model_meets_every_bound():
    gate = check_gate(make_manifest(), GateBounds())

    assert [(line.name, line.state) for line in gate] == [
        ("ranking", "met"),
        ("calibration", "met"),
        ("alarm", "met"),
        ("recall_gap", "met"),
        ("calibration_gap", "met"),
        ("twin_flips", "met"),
    ]


def test_a_model_no_better_than_chance_is_refused():
    assert _missed(make_manifest(roc_auc=0.51)) == ["ranking"]


def test_a_model_that_promises_wrongly_is_refused():
    assert _missed(make_manifest(calibration=0.08)) == ["calibration"]


def test_an_error_of_calibration_that_chance_may_have_made_does_not_refuse():
    gate = check_gate(make_manifest(calibration=0.055), GateBounds())

    line = next(one for one in gate if one.name == "calibration")
    assert line.state == "not_shown"
    assert line.sentence.en.endswith("at most 0.05 (chance may have made it)")


def test_a_leak_refuses_whatever_the_figures_are():
    assert _missed(make_manifest(alarms=["leak"])) == ["alarm"]


def test_a_difference_beyond_its_bound_refuses_and_names_the_groups():
    manifest = make_manifest(groups=(make_check(recall_gap=0.15),))

    (line,) = [one for one in check_gate(manifest, GateBounds()) if one.state == "not_met"]

    assert (line.name, line.column, line.figure, line.bound) == ("recall_gap", "gender", 0.15, 0.1)
    assert line.sentence.en == "Sex: recall differs by 15 points between f and m; at most 10"
    assert line.sentence.ru == "Пол: полнота — разница 15 п. п. между «f» и «m»; не больше 10"


def test_a_difference_that_chance_may_have_made_does_not_refuse_and_is_told():
    manifest = make_manifest(groups=(make_check(recall_gap=0.15, half=0.2),))

    line = next(one for one in check_gate(manifest, GateBounds()) if one.name == "recall_gap")

    assert line.state == "not_shown"
    assert line.sentence.en.endswith("(chance may have made it)")


def test_twins_who_are_treated_differently_refuse():
    assert _missed(make_manifest(groups=(make_check(flips=0.07),))) == ["twin_flips"]


def test_bounds_of_ones_own_hold():
    manifest = make_manifest(groups=(make_check(recall_gap=0.15, flips=0.5),))

    assert _missed(manifest, recall_gap=1, twin_flips=1) == []
    assert _missed(manifest, recall_gap=0.2, twin_flips=1, contacted_gap=0.25) == ["contacted_gap"]


def test_without_groups_it_is_said_that_nothing_was_compared():
    gate = check_gate(make_manifest(groups=()), GateBounds())

    assert (gate[-1].name, gate[-1].state) == ("groups", "not_shown")


def test_models_of_an_earlier_version_have_to_be_made_again():
    (line,) = check_gate(make_manifest(held_out=False), GateBounds())

    assert (line.name, line.state) == ("held_out", "not_met")
    assert "analyze again" in line.sentence.en
