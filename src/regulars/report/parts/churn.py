"""Who is about to leave."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from regulars.report.parts.base import Count, Interval, MaybeNumber, MaybeShare, Part, Share
from regulars.schema.wording import Wording

__all__ = [
    "Alarm",
    "CalibrationPoint",
    "ChurnPart",
    "Confusion",
    "Driver",
    "DriverMoment",
    "GainPart",
    "Holdout",
    "LeadTimePart",
    "ModelPart",
    "OutcomePart",
    "RiskBand",
    "ScorecardLine",
    "SplitPart",
]


class OutcomePart(Part):
    """What is predicted."""

    column: str
    """Where the outcome comes from."""
    positive: str
    """The value that means: left."""
    sentence: Wording
    """The definition in words."""
    positives: Count
    """Customers who left."""
    negatives: Count
    """Customers who stayed."""
    unknown: Count = 0
    """Customers of whom it is not known."""
    kind: str = "column"
    """column, contract-end, no-session, no-purchase, no-event, event, support-contact or answer."""
    horizon_days: int | None = None
    """Within how many days of a date it is seen; null where a column tells it."""
    gap_days: int | None = None
    """Days left empty before them; null where a column tells it."""
    others: tuple[str, ...] = ()
    """What else could be looked for in the loaded tables, by the same words."""
    is_churn: bool = True
    """Whether the outcome is leaving, so that words may say so."""
    will: Wording | None = None
    """What a customer with it will do, in words: will leave."""
    did: Wording | None = None
    """What customers with it did, in words: left."""


class SplitPart(Part):
    """How learning and testing were kept apart."""

    sentence: Wording
    """In words."""
    train: Count
    """Customers learnt from."""
    holdout: Count
    """Customers kept back for the test."""
    folds: int | None = None
    """Folds used to compare the models."""


class ModelPart(Part):
    """One model that was tried."""

    name: str
    """Its code."""
    title: Wording | None = None
    """Its name in words."""
    roc_auc: Interval
    """How well it ranks: 0.5 is a coin, 1 is perfect."""
    pr_auc: MaybeShare = None
    """Area under precision and recall."""
    brier: MaybeNumber = None
    """Mean squared error of the probabilities; less is better."""
    train_roc_auc: MaybeShare = None
    """The same on the customers it learnt from: a large gap means learning by heart."""
    intervals: Mapping[str, Interval] = Field(default_factory=dict)
    """95 % intervals of the other figures, by name."""


class ScorecardLine(Part):
    """One criterion by which the models are set side by side."""

    name: str
    """Its code."""
    title: Wording
    """What it says."""
    values: Mapping[str, float]
    """The figure of each model."""
    best: tuple[str, ...]
    """The models that nobody beats here."""
    decides: bool
    """Whether the choice rests on it."""


class Confusion(Part):
    """Predicted against true on the held-out customers, at the threshold."""

    true_positive: Count
    """Warned, and left."""
    false_positive: Count
    """Warned, but stayed."""
    false_negative: Count
    """Not warned, but left."""
    true_negative: Count
    """Not warned, and stayed."""


class Holdout(Part):
    """Quality of the chosen model on customers it has not seen."""

    n: Count
    """Customers; tested at several dates they count once at each."""
    positives: Count
    """How many of them left."""
    customers: Count | None = None
    """How many different customers they are."""
    dates: Count = 1
    """At how many dates they were tested."""
    repeats: Count = 1
    """How often all of them were tested, dealt anew each time."""
    roc_auc: Share
    """Ranking quality."""
    roc_auc_low: MaybeShare = None
    """Lower bound of its 95 % interval."""
    roc_auc_high: MaybeShare = None
    """Upper bound of its 95 % interval."""
    precision: Share
    """Share of the warned who left."""
    recall: Share
    """Share of the leavers who were warned."""
    f1: Share
    """Harmonic mean of the two."""
    pr_auc: MaybeShare = None
    """Area under precision and recall."""
    brier: MaybeNumber = None
    """Mean squared error of the probabilities."""
    confusion: Confusion
    """The four counts behind them."""
    intervals: Mapping[str, Interval] = Field(default_factory=dict)
    """95 % intervals of the other figures, by name."""
    equal_error_threshold: MaybeShare = None
    """The probability at which both kinds of error are equally frequent."""
    reliability: MaybeShare = None
    """How often either kind of customer is recognised there."""
    sentence: Wording | None = None
    """Both kinds of error, in customers."""


class LeadTimeSpan(Part):
    """Customers who were warned about so many days before they left."""

    from_days: Count
    """From so many days on …"""
    to_days: int | None = None
    """… up to so many; no end when null."""
    customers: Count
    """How many they are."""


class LeadTimePart(Part):
    """How long before the end the warnings came."""

    warned: Count
    """Customers who left after a warning."""
    missed: Count
    """Customers who left without one."""
    median_days: MaybeNumber = None
    """Half of those warned about were warned about at least so many days before."""
    share_of_7_days: MaybeShare = None
    """Share of those warned about at least 7 days before."""
    share_of_14_days: MaybeShare = None
    """Share of those warned about at least 14 days before."""
    distribution: tuple[LeadTimeSpan, ...] = ()
    """Customers warned about by how long before, the shortest time first."""
    sentence: Wording
    """The same in words."""


class CalibrationPoint(Part):
    """Customers of similar probability: what was promised and what came."""

    predicted: Share
    """Mean probability."""
    observed: Share
    """Share that left."""
    count: Count
    """Customers."""


class GainPart(Part):
    """What contacting only some customers finds, those of the highest probability first."""

    share: Share
    """How many are contacted, as a share of those tested."""
    customers: Count
    """The same as a number."""
    recall: Interval
    """Share of the leavers who are among them."""
    precision: Interval
    """Share of them who leave."""
    lift: Interval
    """How many times as many leavers are met as in contacts at random."""


class GroupFigures(Part):
    """The chosen model on the customers of one group."""

    name: Wording
    """What the group is called."""
    customers: Count
    """Tests of its customers; at several dates a customer counts once at each."""
    positives: Count
    """How many of these had the outcome."""
    roc_auc: Interval | None = None
    """How well the model ranks within the group; null where fewer than 10 are with or without the outcome."""
    said: Share
    """Their mean probability."""
    came: Interval
    """The share of the outcome among them."""


class GroupedPart(Part):
    """The chosen model group by group."""

    by: str
    """`tenure`, `segment`, or a column."""
    title: Wording
    """What the customers are told apart by."""
    groups: tuple[GroupFigures, ...]
    """The groups, in their order."""


class RiskBand(Part):
    """Customers between two probabilities."""

    risk: str
    """high, medium or low."""
    title: Wording | None = None
    """The same in words."""
    low: Share
    """From this probability …"""
    high: Share
    """… up to this one."""
    customers: Count
    """Customers in the band."""


class DriverMoment(Part):
    """How much a driver weighed at one date."""

    as_of: date
    """The date."""
    share: Share
    """Its part of what moved the probabilities."""


class Driver(Part):
    """What moves the probability most, over all customers."""

    feature: str
    """The feature."""
    label: Wording
    """The feature in words."""
    importance: float
    """Mean absolute contribution, in log-odds."""
    direction: Literal["raises", "lowers", "mixed"]
    """What much of it does to the probability."""
    sentence: Wording | None = None
    """The same in words."""
    over_time: tuple[DriverMoment, ...] = ()
    """How much it weighed at each date that was tested, oldest first; only where there is time."""


class FaithfulnessPart(Part):
    """Whether the reasons that customers are given are those that move their scores."""

    gain: Interval
    """By how much farther a score moves, in log-odds, with the strongest reasons taken away than with as
    many features drawn at random."""
    named: float
    """Mean move without the strongest reasons, in log-odds."""
    drawn: float
    """Mean move without as many features drawn at random, in log-odds."""
    top: int
    """So many reasons were taken away."""
    customers: int
    """Of how many customers."""
    sentence: Wording
    """The same in words."""


class Alarm(Part):
    """Something that looks too good to be true, or too weak to use."""

    kind: str
    """leak, strong_feature, too_good, copies, overfitting, holdout, no_signal, silence."""
    severity: Literal["alarm", "notice"]
    """alarm: do not act before it is explained."""
    feature: str | None = None
    """The feature, where it is one."""
    value: MaybeNumber = None
    """The figure that rang."""
    sentence: Wording
    """What was seen and what to do."""


class ChurnPart(Part):
    """Who is about to leave."""

    outcome: OutcomePart
    """What is predicted."""
    base_rate: Share
    """Share of customers who left."""
    split: SplitPart
    """How learning and testing were kept apart."""
    models: tuple[ModelPart, ...]
    """Everything that was tried."""
    chosen: str
    """The model in use."""
    why_chosen: Wording | None = None
    """Why this one."""
    threshold: Share
    """From this probability on a customer counts as at risk."""
    why_threshold: Wording | None = None
    """Why this threshold."""
    scorecard: tuple[ScorecardLine, ...] = ()
    """The models side by side."""
    quality: Holdout | None = None
    """The test on all customers, each by a model that had not seen them, repeated: the grade rests
    on it."""
    holdout: Holdout
    """The check on customers kept aside until the model was chosen."""
    gains: tuple[GainPart, ...] = ()
    """What is found at each capacity, from few contacts to all."""
    by_group: tuple[GroupedPart, ...] = ()
    """Whether the model holds for all kinds of customers: by tenure and by segment, where they are known."""
    lead_time: LeadTimePart | None = None
    """How long before the end the warnings came; only where there is time, and a day of leaving."""
    calibration: tuple[CalibrationPoint, ...] = ()
    """Whether a probability of 30 % means 30 of 100."""
    risk_bands: tuple[RiskBand, ...] = ()
    """How many customers stand in which band."""
    drivers: tuple[Driver, ...] = ()
    """What moves the probability, strongest first."""
    faithfulness: FaithfulnessPart | None = None
    """Whether the reasons hold; null where nobody has one."""
    alarms: tuple[Alarm, ...] = ()
    """What should make the reader doubt."""

    @property
    def judged(self) -> Holdout:
        """The test on most customers: what is told first rests on it, like the grade."""
        return self.quality or self.holdout
