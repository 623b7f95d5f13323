import pytest

from regulars.report.html import render_html
from regulars.report.parts import Alarm
from regulars.report.parts.churn import Confusion
from regulars.report.summary import summarize
from regulars.schema.wording import Wording


def _without(report, **changes):
    return report.model_copy(update=changes)


def test_the_report_is_retold_in_both_languages(report):
    summary = summarize(report).summary

    assert [sentence.en for sentence in summary.sentences] == [
        "2,010 rows read; 2,004 loaded, 6 set aside with a reason.",
        "The customers fall into 3 segments; the largest, “Settled, on long contracts”, holds 41%"
        " of them, and “Newcomers, month to month” loses most: 38%.",
        "19 of 100 customers left; of 100 that the model warns about, 46 do leave, and it finds"
        " 81 of 100 who leave.",
        "612 customers on the contact list, the most urgent first.",
    ]
    assert summary.sentences[2].ru == (
        "Ушедших — 19 из 100 клиентов; среди тех, о ком модель предупреждает, — 46 из 100;"
        " из 100 уходящих она находит 81."
    )


def test_what_the_model_finds_is_told_of_most_customers_tested(report):
    quality = report.churn.holdout.model_copy(update={"precision": 0.39, "recall": 0.49})
    steadier = _without(report, churn=report.churn.model_copy(update={"quality": quality}))

    assert summarize(steadier).summary.sentences[2].en == (
        "19 of 100 customers left; of 100 that the model warns about, 39 do leave, and it finds"
        " 49 of 100 who leave."
    )


def test_the_share_where_the_model_was_tested_is_told_where_it_is_another(report):
    holdout = report.churn.holdout
    later = holdout.model_copy(update={"positives": round(holdout.n * 0.3)})
    churn = report.churn.model_copy(update={"holdout": later})

    sentence = summarize(_without(report, churn=churn)).summary.sentences[2]
    page = render_html(_without(report, churn=churn), language="en")

    assert sentence.en.startswith("19 of 100 customers left, 30 of 100 where the model was tested;")
    assert 'style="width: 30%">30 would have left' in page


def test_at_several_dates_it_is_said_what_was_counted(report):
    told = {"n": 2_400, "positives": 456, "customers": 900, "dates": 6}
    holdout = report.churn.holdout.model_copy(update=told)
    churn = report.churn.model_copy(update={"holdout": holdout})

    sentence = summarize(_without(report, churn=churn)).summary.sentences[2]
    page = render_html(_without(report, churn=churn), language="en")

    assert "who left. Here a customer counts once at each date: 900 customers" in page
    assert sentence.en.endswith(
        "of 100 who leave. Here a customer counts once at each date: 900 customers were tested at"
        " 6 dates, 2,400 times in all."
    )
    assert sentence.ru.replace("\N{NO-BREAK SPACE}", " ").endswith(
        "она находит 81. Клиент здесь считается на каждой дате отдельно: проверено клиентов — 900,"
        " дат — 6, всего проверок — 2 400."
    )


def test_a_segment_of_which_a_handful_is_scored_is_not_called_the_worst(report):
    segments = report.segments
    first, second, third = (
        profile.model_copy(
            update={"churn_share": None, "churn_probability": share, "scored": scored}
        )
        for profile, share, scored in zip(
            segments.profiles, (0.2, 0.9, 0.3), (500, 29, 30), strict=True
        )
    )
    fewer = segments.model_copy(update={"profiles": (first, second, third)})

    sentence = summarize(_without(report, segments=fewer)).summary.sentences[1]
    page = render_html(_without(report, segments=fewer), language="en")

    assert f"“{third.name.en}” is likely to lose most: 30%" in sentence.en
    # (500 x 0.2 + 29 x 0.9 + 30 x 0.3) / 559 of all who are scored.
    assert "(against 24% of all)" in page
    assert "of 29 at risk" in page


def test_a_warning_about_nearly_everybody_is_said_to_tell_nobody_apart(report):
    holdout = report.churn.holdout
    everybody = Confusion(
        true_positive=holdout.positives,
        false_positive=holdout.n - holdout.positives,
        false_negative=0,
        true_negative=0,
    )
    loud = holdout.model_copy(update={"confusion": everybody})
    churn = report.churn.model_copy(update={"holdout": loud})

    assert "Nearly everybody is above the threshold" not in render_html(report, language="en")
    assert "Nearly everybody is above the threshold" in render_html(
        _without(report, churn=churn), language="en"
    )


def test_the_whole_is_as_good_as_its_weakest_part(report):
    summary = summarize(report).summary

    assert summary.grades == {"data": "B", "segments": "A", "churn": "A"}
    assert summary.grade == "B"
    assert summary.verdict.en == "Usable, with the cautions below."


@pytest.mark.parametrize(
    ("low", "grade"), [(0.8, "A"), (0.79, "B"), (0.69, "C"), (0.59, "D"), (None, "A")]
)
def test_the_forecast_is_graded_by_its_lower_bound(report, low, grade):
    holdout = report.churn.holdout.model_copy(update={"roc_auc_low": low})
    weaker = _without(report, churn=report.churn.model_copy(update={"holdout": holdout}))

    assert summarize(weaker).summary.grades["churn"] == grade


@pytest.mark.parametrize(
    ("kind", "grade", "is_asked"), [("overfitting", "B", False), ("strong_feature", "C", True)]
)
def test_a_notice_that_leaves_the_figures_true_asks_for_no_explanation(
    report, kind, grade, is_asked
):
    sentence = Wording(en="Much better on customers it learnt from.", ru="На своих намного лучше.")
    alarm = Alarm(kind=kind, severity="notice", sentence=sentence)
    noted = _without(report, churn=report.churn.model_copy(update={"alarms": (alarm,)}))

    summary = summarize(noted).summary

    assert summary.grades["churn"] == grade
    assert ("must be explained first" in summary.reasons["churn"].en) is is_asked


@pytest.mark.parametrize(("quarantined", "grade"), [(20, "A"), (21, "B"), (101, "C"), (403, "D")])
def test_data_is_graded_by_the_rows_set_aside(report, quarantined, grade):
    data = report.data.model_copy(
        update={
            "rows_quarantined": quarantined,
            "rows_in": 2010,
            "rows_loaded": 2010 - quarantined,
            "findings": (),
        }
    )

    assert summarize(_without(report, data=data)).summary.grades["data"] == grade


def test_an_error_that_concerns_many_rows_weighs_more(report):
    many = report.data.findings[0].model_copy(update={"share": 0.05})
    data = report.data.model_copy(update={"findings": (many,)})

    assert summarize(_without(report, data=data)).summary.grades["data"] == "C"


@pytest.mark.parametrize(
    ("kind", "severity", "grade"),
    [("leak", "alarm", "C"), ("strong_feature", "notice", "C"), ("no_signal", "alarm", "D")],
)
def test_what_is_unexplained_caps_the_grade_and_is_its_reason(report, kind, severity, grade):
    alarm = Alarm(kind=kind, severity=severity, sentence=Wording(en="Look!", ru="Взгляните!"))
    churn = report.churn.model_copy(update={"alarms": (alarm,)})

    summary = summarize(_without(report, churn=churn)).summary

    assert summary.grades["churn"] == grade
    assert summary.reasons["churn"].en == "something below must be explained first"


def test_parts_that_were_not_made_are_not_graded(report):
    bare = _without(report, segments=None, churn=None, contact_list=None)

    summary = summarize(bare).summary

    assert summary.grades == {"data": "B"}
    assert len(summary.sentences) == 1


def test_nothing_read_is_no_ground_for_decisions(report):
    data = report.data.model_copy(
        update={
            "rows_in": 0,
            "rows_loaded": 0,
            "rows_inserted": 0,
            "rows_unchanged": 0,
            "rows_quarantined": 0,
            "findings": (),
        }
    )

    assert summarize(_without(report, data=data)).summary.grades["data"] == "D"


def test_quotation_marks_within_a_name_become_inner_ones(report):
    profile = report.segments.profiles[0].model_copy(
        update={"name": Wording(en="Contract “year”", ru="Договор «год»")}
    )
    segments = report.segments.model_copy(
        update={"profiles": (profile, *report.segments.profiles[1:])}
    )

    sentence = summarize(_without(report, segments=segments)).summary.sentences[1]

    assert "“Contract ‘year’”" in sentence.en
    assert "«Договор „год“»" in sentence.ru


def _about_another_outcome(report):
    outcome = report.churn.outcome.model_copy(update={"is_churn": False})
    return _without(report, churn=report.churn.model_copy(update={"outcome": outcome}))


def test_of_another_outcome_nobody_is_said_to_leave(report):
    sentences = summarize(_about_another_outcome(report)).summary.sentences

    assert sentences[2].en == (
        "19 of 100 customers have the outcome; of 100 that the model names, 46 have it,"
        " and it finds 81 of 100 who have it."
    )
    assert [
        word for sentence in sentences for word in ("leave", "уход") if word in str(sentence)
    ] == []


def test_a_threshold_that_nobody_reaches_is_said_with_what_to_do(report):
    holdout = report.churn.holdout.model_copy(update={"recall": 0.02})
    churn = report.churn.model_copy(update={"holdout": holdout})

    sentence = summarize(_without(report, churn=churn)).summary.sentences[2]

    assert sentence.en.startswith("19 of 100 customers left. The model can tell who is at more")
    assert "--top" in sentence.ru
