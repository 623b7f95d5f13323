"""What is kept of a model, written by hand: no model is learnt."""

from regulars.evaluate import Interval as Bounded
from regulars.evaluate.fairness import Fairness, GroupFigures, GroupGap
from regulars.predictions import ColumnOutcome
from regulars.predictions.fairness.group_checks import GroupCheck, GroupGuess, TwinShift, TwinTest
from regulars.registry.manifest import (
    HeldOut,
    ModelManifest,
    SavedAlarm,
    SavedFeature,
    SavedFigures,
)
from regulars.report.parts import Interval, LineagePart
from regulars.schema.wording import Wording

OUTCOME = ColumnOutcome(column="churn", positive="yes")


def plus(mean, half=0.02):
    """An interval around a figure."""
    return Interval(mean=mean, low=mean - half, high=mean + half)


def bounded(mean, half=0.02):
    """The same as the library has it."""
    return Bounded(mean, mean - half, mean + half)


def make_check(*, recall_gap=0.04, half=0.02, flips=0.01, column="gender", is_seen=True):
    """How two groups are treated."""
    share = bounded(0.5)
    figures = [
        GroupFigures(name, 200, 200, 50, bounded(0.25), share, share, share, bounded(0.0))
        for name in ("f", "m")
    ]
    gaps = (
        GroupGap("contacted", "f", "m", bounded(0.3)),
        GroupGap("recall", "f", "m", bounded(recall_gap, half)),
        GroupGap("calibration", "m", "f", bounded(0.01)),
    )
    twins = TwinTest(400, bounded(flips), (TwinShift("f", 200, bounded(0.004), bounded(flips)),))
    return GroupCheck(
        column=column,
        meaning=Wording(en="sex", ru="пол"),
        kind="sex",
        fairness=Fairness(0.2, tuple(figures), gaps, (), 0, 3),
        is_seen=is_seen,
        twins=twins if is_seen else None,
        guess=GroupGuess("f", bounded(0.55), ()),
    )


def make_manifest(
    *, roc_auc=0.8, calibration=0.02, alarms=(), groups=None, held_out=True, run="r1", **changed
):
    """A model that meets every bound, unless it is told otherwise."""
    told = HeldOut(
        rows=1000,
        customers=1000,
        positives=250,
        split=Wording(en="Five folds.", ru="Пять блоков."),
        why=Wording(en="It ranks best.", ru="Она упорядочивает лучше всех."),
        roc_auc=plus(roc_auc),
        pr_auc=plus(0.6),
        brier=plus(0.14),
        precision=plus(0.5),
        recall=plus(0.8),
        calibration_error=plus(calibration, 0.01),
        alarms=tuple(
            SavedAlarm(kind=kind, severity="alarm", sentence=Wording(en=kind, ru=kind))
            for kind in alarms
        ),
    )
    figures = SavedFigures(roc_auc=plus(roc_auc), pr_auc=plus(0.6), brier=plus(0.14))
    parts = {
        "outcome": OUTCOME,
        "as_of": "2026-01-10",
        "chosen": "logistic",
        "threshold": 0.2,
        "features": (
            SavedFeature(name="fee", kind="numeric", meaning=Wording(en="fee", ru="плата")),
            SavedFeature(
                name="gender",
                kind="category",
                meaning=Wording(en="sex", ru="пол"),
                levels=("f", "m"),
            ),
        ),
        "figures": {"baseline": figures, "logistic": figures},
        "held_out": told if held_out else None,
        "groups": (make_check(),) if groups is None else groups,
        "files": {"models.json": "ab" * 32},
        "lineage": LineagePart(
            data={"clients.csv": "cd" * 32},
            code="0.1.0",
            seed=1,
            versions={"numpy": "2"},
            run=run,
        ),
    }
    return ModelManifest(**(parts | changed))
