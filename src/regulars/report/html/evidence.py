"""What the forecast is worth, in sentences: who is found at which capacity, and both errors."""

from typing import Any

from regulars.report.parts import ChurnPart, GainPart, Interval
from regulars.report.speech import Speech

__all__ = ["describe_gains", "say_errors"]

_SAID = 0.1
_SHOWN = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5)


def describe_gains(churn: ChurnPart, speech: Speech) -> dict[str, Any]:
    """The sentences about the first customers of the list, and the rows of the table."""

    def write(figure: Interval) -> str:
        mean, low, high = (
            speech.percent(bound, 0) for bound in (figure.mean, figure.low, figure.high)
        )
        return speech.say("page.interval", mean=mean, low=low, high=high)

    return {
        "gains_said": _say_gains(churn.gains, speech),
        # Of a handful of customers no share is worth a line.
        "capacities": [
            gain for gain in churn.gains if gain.share in _SHOWN and gain.customers >= 5
        ],
        "share_interval": write,
    }


def _say_gains(gains: tuple[GainPart, ...], speech: Speech) -> list[str]:
    said = []
    for gain in gains:
        if gain.share == _SAID:
            # What lies within the interval of chance is not called better than chance.
            key = "gains_say" if gain.lift.low > 1 else "gains_say_none"
            said.append(
                speech.say(
                    f"churn.{key}",
                    share=speech.percent(gain.share, 0),
                    found=speech.percent(gain.recall.mean, 0),
                    lift=speech.fixed(gain.lift.mean, 1),
                )
            )
    half = next((gain.share for gain in gains if gain.recall.mean >= 0.5), None)
    if half is not None:
        said.append(speech.say("churn.gains_half", share=speech.percent(half, 0)))
    return said


def say_errors(churn: ChurnPart, speech: Speech) -> list[str]:
    """Both kinds of error at the threshold and where they are equal, and what was learnt by heart."""
    judged = churn.judged
    counts = judged.confusion
    left = counts.true_positive + counts.false_negative
    stayed = counts.false_positive + counts.true_negative
    said = []
    if left and stayed:
        said.append(
            speech.say(
                "churn.errors_lead",
                threshold=speech.percent(churn.threshold, 0),
                missed=speech.percent(counts.false_negative / left, 0),
                alarms=speech.percent(counts.false_positive / stayed, 0),
            )
        )
    if judged.equal_error_threshold is not None and judged.reliability is not None:
        said.append(
            speech.say(
                "churn.errors_equal",
                threshold=speech.percent(judged.equal_error_threshold, 0),
                error=speech.percent(1 - judged.reliability, 0),
                reliability=speech.percent(judged.reliability, 0),
            )
        )
    chosen = next((model for model in churn.models if model.name == churn.chosen), None)
    if chosen is not None and chosen.train_roc_auc is not None:
        # Of the rounded figures, so that the reader's own subtraction comes out alike.
        gap = round(chosen.train_roc_auc, 2) - round(chosen.roc_auc.mean, 2)
        said.append(
            speech.say(
                "churn.gap" if gap >= 0.005 else "churn.gap_none",
                train=speech.fixed(chosen.train_roc_auc, 2),
                test=speech.fixed(chosen.roc_auc.mean, 2),
                gap=speech.fixed(gap, 2),
            )
        )
    return said
