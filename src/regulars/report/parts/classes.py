"""Who is of which class, where the outcome has several."""

from regulars.report.parts.base import Count, Interval, Part, Share
from regulars.report.parts.churn import Alarm
from regulars.schema.wording import Wording

__all__ = ["ClassModelPart", "ClassPart", "ClassesPart"]


class ClassModelPart(Part):
    """One model that was tried on every class."""

    name: str
    """Its code."""
    title: Wording
    """Its name in words."""
    roc_auc: Interval
    """Mean over the classes of how well it tells each from the rest: 0.5 is a coin, 1 is perfect. The
    interval is the mean of those of the classes."""


class ClassPart(Part):
    """One class."""

    name: str
    """As the data writes it."""
    customers: Count
    """How many customers are of it."""
    predicted: Count
    """For how many it is the most probable class."""
    chosen: str
    """The model that tells it from the rest."""
    roc_auc: Interval
    """How well its probability tells it from the rest."""
    precision: Interval
    """Share of those for whom it is the most probable class who are of it."""
    recall: Interval
    """Share of those who are of it for whom it is the most probable class."""
    f1: Interval
    """Harmonic mean of the two."""


class ClassesPart(Part):
    """Who is of which class; every customer was tested by models that had not seen that customer."""

    column: str
    """Where the outcome comes from."""
    sentence: Wording
    """The classes, and how often each was seen."""
    customers: Count
    """Customers whose class is known."""
    unknown: Count = 0
    """Customers whose class is not known."""
    roc_auc: Interval
    """Mean over the classes of how well each is told from the rest (macro average)."""
    accuracy: Interval
    """Share of customers whose most probable class is their own."""
    frequent_share: Share
    """How often saying the most frequent class of everybody is right: what accuracy has to beat."""
    models: tuple[ClassModelPart, ...]
    """Everything that was tried, simplest first."""
    classes: tuple[ClassPart, ...]
    """Most frequent first."""
    confusion: tuple[tuple[Count, ...], ...]
    """Customers: a row for each class they are of, a column for each most probable one, in the order
    of `classes`."""
    alarms: tuple[Alarm, ...] = ()
    """What should make the reader doubt."""
