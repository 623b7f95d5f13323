"""The report in one grade and a few sentences that anybody can retell."""

from collections.abc import Callable, Iterable

from regulars.report.model import Report
from regulars.report.parts import (
    Alarm,
    ChurnPart,
    ClassesPart,
    DataPart,
    FindingPart,
    SegmentProfile,
    SegmentsPart,
    Summary,
)
from regulars.report.parts.base import Grade
from regulars.report.speech import Speech
from regulars.schema.wording import LANGUAGES, Wording

__all__ = ["is_loud", "is_silent", "say_counted", "say_within", "summarize"]

# Bounds of the grades: at least so much for A, B, C.
_STABILITY = (0.85, 0.6, 0.0)
_RANKING = (0.8, 0.7, 0.6)
# At most so many rows set aside for A, B, C.
_QUARANTINED = (0.01, 0.05, 0.2)
# A finding of an error from this share on, a warning from that one on, weighs on the grade.
_LARGE, _SMALL = 0.05, 0.01
# The best grade that a forecast may have while something is unexplained: a column that predicts
# too well may be known only afterwards, and then nothing of the forecast holds.
_SILENT = 0.05
# From this share of the customers on, a warning says nothing.
_LOUD = 0.95
_HANDFUL = 30
_CAPS: dict[str, Grade] = {"no_signal": "D", "overfitting": "B"}
"""The best grade of a forecast with such an alarm. A model that learnt by heart was tested on others
all the same, so that its figures hold."""
_GRADES: tuple[Grade, ...] = ("A", "B", "C", "D")


def summarize(report: Report) -> Report:
    """The same report with its `summary` filled in.

    The grade of the data falls with the share of rows set aside (1, 5, 20 %) and with findings: B
    for an error, C if it concerns 5 % or more; B for a warning that concerns 1 % or more. That of the segments follows their steadiness (0.85, 0.6). That
    of the forecast follows the lower bound of the ROC-AUC over all customers, each tested by a model
    that had not seen them (0.8, 0.7, 0.6),
    and is C at best while an alarm or a notice about the forecast stands (B where it only learnt by
    heart: it was tested on others), D when there is no signal. The whole is as good as its weakest part,
    and C at best while nothing was found out about customers.
    """
    grades: dict[str, Grade] = {"data": _grade_data(report.data)}
    reasons = {"data": _in_both(lambda speech: _tell_data(report.data, speech))}
    if report.segments:
        segments = report.segments
        grades["segments"] = _grade_segments(segments)
        reasons["segments"] = _in_both(lambda speech: _tell_steadiness(segments, speech))
    if report.churn:
        churn = report.churn
        grades["churn"] = _grade_churn(churn)
        reasons["churn"] = _in_both(lambda speech: _tell_quality(churn, speech))
    if report.classes:
        classes = report.classes
        grades["classes"] = _grade_ranking(classes.roc_auc.low, classes.alarms)
        reasons["classes"] = _in_both(lambda speech: _tell_class_quality(classes, speech))
    # Data alone, however good, is nothing to act on.
    least: Grade = "A" if report.segments or report.churn or report.classes else "C"
    worst = max([least, *grades.values()])
    summary = Summary(
        grade=worst,
        grades=grades,
        reasons=reasons,
        verdict=_in_both(lambda speech: speech.say(f"summary.verdict_{worst}")),
        sentences=tuple(
            _in_both(tell, is_churn=report.is_churn) for tell in _list_sentences(report)
        ),
    )
    return report.model_copy(update={"summary": summary})


def _in_both(tell: Callable[[Speech], str], *, is_churn: bool = True) -> Wording:
    said = {language: tell(Speech(language, is_churn=is_churn)) for language in LANGUAGES}
    return Wording(en=said["en"], ru=said["ru"])


def _at_least(value: float, bounds: tuple[float, ...]) -> Grade:
    for grade, bound in zip(_GRADES, bounds, strict=False):
        if value >= bound:
            return grade
    return "D"


def _grade_data(loaded: DataPart) -> Grade:
    share = loaded.rows_quarantined / loaded.rows_in if loaded.rows_in else 1.0
    by_rows = _at_least(-share, tuple(-bound for bound in _QUARANTINED))
    return max([by_rows, *(_grade_finding(finding) for finding in loaded.findings)])


def _grade_finding(finding: FindingPart) -> Grade:
    share = 1.0 if finding.share is None else finding.share
    if finding.severity == "error":
        return "C" if share >= _LARGE else "B"
    return "B" if finding.severity == "warning" and share >= _SMALL else "A"


def _grade_segments(segments: SegmentsPart) -> Grade:
    stability = _get_stability(segments)
    return "B" if stability is None else _at_least(stability, _STABILITY)


def _get_stability(segments: SegmentsPart) -> float | None:
    k = len(segments.profiles)
    for method in segments.methods:
        if method.name == segments.chosen and method.k == k:
            return method.stability
    return None


def _grade_churn(churn: ChurnPart) -> Grade:
    tested = churn.judged
    low = tested.roc_auc if tested.roc_auc_low is None else tested.roc_auc_low
    return _grade_ranking(low, churn.alarms)


def _grade_ranking(low: float, alarms: Iterable[Alarm]) -> Grade:
    return max([_at_least(low, _RANKING), *(_cap(alarm) for alarm in alarms)])


def _cap(alarm: Alarm) -> Grade:
    return _CAPS.get(alarm.kind, "C")


def _tell_data(loaded: DataPart, speech: Speech) -> str:
    severities = [finding.severity for finding in loaded.findings]
    counts = {f"{kind}s": severities.count(kind) for kind in ("error", "warning")}
    told = [speech.count(count, noun) for noun, count in counts.items() if count]
    found = ", ".join(told) or speech.say("summary.reason_data_clean")
    if not loaded.rows_quarantined:
        return speech.say("summary.reason_data_whole", found=found)
    share = speech.percent(loaded.rows_quarantined / loaded.rows_in)
    return speech.say("summary.reason_data", quarantined=share, found=found)


def _tell_steadiness(segments: SegmentsPart, speech: Speech) -> str:
    stability = _get_stability(segments)
    if stability is None:
        return speech.say("summary.reason_segments_unknown")
    return speech.say("summary.reason_segments", stability=speech.percent(stability, 0))


def _tell_quality(churn: ChurnPart, speech: Speech) -> str:
    if any(_cap(alarm) > "B" for alarm in churn.alarms):
        return speech.say("summary.reason_alarm")
    tested = churn.judged
    low = tested.roc_auc if tested.roc_auc_low is None else tested.roc_auc_low
    return speech.say(
        "summary.reason_churn",
        quality=speech.fixed(tested.roc_auc, 2),
        low=speech.fixed(low, 2),
    )


def _tell_class_quality(classes: ClassesPart, speech: Speech) -> str:
    if any(_cap(alarm) > "B" for alarm in classes.alarms):
        return speech.say("summary.reason_alarm")
    return speech.say(
        "summary.reason_classes",
        quality=speech.fixed(classes.roc_auc.mean, 2),
        low=speech.fixed(classes.roc_auc.low, 2),
    )


def _list_sentences(report: Report) -> list[Callable[[Speech], str]]:
    told: list[Callable[[Speech], str]] = [lambda speech: _retell_rows(report.data, speech)]
    if report.segments and report.segments.profiles:
        segments = report.segments
        told.append(lambda speech: _retell_segments(segments, speech))
    if report.churn:
        churn = report.churn
        told.append(lambda speech: _retell_churn(churn, speech))
        lead_time = churn.lead_time
        if lead_time is not None:
            told.append(lambda speech: lead_time.sentence.to(speech.language))
    if report.classes:
        classes = report.classes
        told.append(lambda speech: _retell_classes(classes, speech))
    if report.contact_list:
        kept = report.contact_list.kept
        told.append(
            lambda speech: speech.say("summary.list", customers=speech.count(kept, "customers"))
        )
    return told


def _retell_rows(loaded: DataPart, speech: Speech) -> str:
    rows = speech.count(loaded.rows_in, "rows")
    if loaded.rows_quarantined == 0:
        told = speech.say("summary.rows_all", rows=rows)
    else:
        told = speech.say(
            "summary.rows",
            rows=rows,
            loaded=speech.number(loaded.rows_loaded),
            quarantined=speech.number(loaded.rows_quarantined),
        )
    return " ".join([told, *_retell_uses(loaded, speech)])


def _retell_uses(loaded: DataPart, speech: Speech) -> list[str]:
    """Which rows the rest stands on, where it is not simply all of them."""
    is_all = all(
        use.rows_used == use.rows and use.customers_matched == use.customers for use in loaded.uses
    )
    if not loaded.uses or (is_all and len(loaded.uses) == 1):
        return []
    parts = [
        speech.say(
            "summary.use" if use.rows_used else "summary.use_none",
            table=speech.name("tables", use.table),
            used=speech.number(use.rows_used),
            rows=speech.number(use.rows),
        )
        for use in loaded.uses
        if use.table != "purchase_items"
    ]
    return [speech.say("summary.uses", uses="; ".join(parts))] if parts else []


def _get_loss(profile: SegmentProfile) -> float | None:
    return profile.churn_probability if profile.churn_share is None else profile.churn_share


def _is_telling(profile: SegmentProfile) -> bool:
    """Whether its probability is the mean of more than a handful."""
    return profile.scored is None or profile.scored >= _HANDFUL


def _retell_segments(segments: SegmentsPart, speech: Speech) -> str:
    largest = max(segments.profiles, key=lambda profile: profile.size)
    telling = [profile for profile in segments.profiles if _is_telling(profile)]
    worst = max(telling or segments.profiles, key=lambda profile: _get_loss(profile) or 0.0)
    loss = _get_loss(worst)
    key = "segments"
    if loss is not None:
        keys = ("segments_churn", "segments_same")
        if worst.churn_share is None:
            keys = ("segments_expected", "segments_expected_same")
        key = keys[worst is largest]
    return speech.say(
        f"summary.{key}",
        segments=speech.count(len(segments.profiles), "segments"),
        largest=speech.quotable(largest.name),
        share=speech.percent(largest.share, 0),
        worst=speech.quotable(worst.name),
        churn=speech.percent(loss, 0),
    )


def _retell_classes(classes: ClassesPart, speech: Speech) -> str:
    return speech.say(
        "summary.classes",
        column=classes.column,
        classes=len(classes.classes),
        right=speech.number(round(classes.accuracy.mean * 100)),
        frequent=speech.number(round(classes.frequent_share * 100)),
    )


def is_silent(churn: ChurnPart) -> bool:
    """Whether hardly anybody reaches the threshold: it finds fewer than one in twenty."""
    return churn.judged.recall < _SILENT


def is_loud(churn: ChurnPart) -> bool:
    """Whether nearly everybody is above the threshold, so that a warning tells nobody apart."""
    counts = churn.judged.confusion
    return counts.true_positive + counts.false_positive >= churn.judged.n * _LOUD


def say_within(churn: ChurnPart, speech: Speech) -> str:
    """In which time customers left, as the end of a phrase; nothing where it is not known."""
    days = churn.outcome.horizon_days
    return speech.say("summary.within", days=speech.count(days, "days")) if days else ""


def _retell_churn(churn: ChurnPart, speech: Speech) -> str:
    return _retell_tests(churn, speech) + say_counted(churn, speech)


def say_counted(churn: ChurnPart, speech: Speech) -> str:
    """What is counted where a customer was tested at several dates; nothing elsewhere."""
    judged = churn.judged
    if judged.dates < 2 or judged.customers is None:
        return ""
    return speech.say(
        "summary.counted",
        customers=speech.number(judged.customers),
        dates=speech.number(judged.dates),
        tests=speech.number(judged.n),
    )


def _retell_tests(churn: ChurnPart, speech: Speech) -> str:
    if is_silent(churn):
        counts = churn.judged.confusion
        return speech.say(
            "summary.churn_silent",
            base=speech.number(round(churn.base_rate * 100)),
            within=say_within(churn, speech),
            threshold=speech.percent(churn.threshold, 0),
            warned=speech.number(counts.true_positive + counts.false_positive),
            customers=speech.number(churn.judged.n),
        )
    base, tested = (
        round(share * 100) for share in (churn.base_rate, churn.judged.positives / churn.judged.n)
    )
    return speech.say(
        "summary.churn" if base == tested else "summary.churn_later",
        base=speech.number(base),
        tested=speech.number(tested),
        within=say_within(churn, speech),
        precision=speech.number(round(churn.judged.precision * 100)),
        recall=speech.number(round(churn.judged.recall * 100)),
    )
