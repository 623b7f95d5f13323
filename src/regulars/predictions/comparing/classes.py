"""An outcome of several classes: each class against the rest, their probabilities summing to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.errors import QualityError
from regulars.evaluate.costs import ContactCosts
from regulars.evaluate.intervals import Interval, bootstrap_figures
from regulars.evaluate.ranking import RankingQuality
from regulars.features.sentences import format_number, format_share, quote
from regulars.features.table import FeatureTable
from regulars.predictions.comparing.comparison import compare_churn_models
from regulars.predictions.comparing.results import ChurnComparison
from regulars.predictions.families.names import ModelName
from regulars.predictions.outcomes.outcome import (
    FEWEST_OF_EACH,
    MOST_CLASSES,
    Outcome,
    count_classes,
    read_outcome,
)
from regulars.progress import Progress
from regulars.quality.cleaning import CleaningPlan
from regulars.schema.wording import Language, Wording

__all__ = [
    "ClassComparison",
    "ClassQuality",
    "Classes",
    "compare_classes",
    "measure_classes",
    "read_classes",
]

_SAMPLES = 200


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """An outcome of several classes.

    Attributes
    ----------
    column
        Where it comes from.
    outcomes
        By class, most frequent first: that class against the rest.
    """

    column: str
    outcomes: Mapping[str, Outcome]

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, most frequent first."""
        return tuple(self.outcomes)

    @property
    def codes(self) -> NDArray[np.int64]:
        """The place of each customer's class in `names`, -1 where not known, shape (n_customers,)."""
        labels = np.stack([outcome.labels for outcome in self.outcomes.values()])
        return np.where(np.isnan(labels[0]), -1, np.nan_to_num(labels).argmax(axis=0))

    @property
    def sentence(self) -> Wording:
        """What is predicted, and how often each class was seen."""
        return Wording(en=self._say("en"), ru=self._say("ru"))

    def _say(self, language: Language) -> str:
        codes = self.codes
        known = int((codes >= 0).sum())
        counts = np.bincount(codes[codes >= 0], minlength=len(self.names)).tolist()
        told = ", ".join(
            f"{quote(name, language)} {format_number(count, language)}"
            f" ({format_share(count / known, language)})"
            for name, count in zip(self.names, counts, strict=True)
        )
        column, unknown = quote(self.column, language), format_number(len(codes) - known, language)
        if language == "en":
            text = (
                f"The outcome {column} has {len(self.names)} classes. Of"
                f" {format_number(known, language)} customers: {told}."
            )
            return text + ("" if known == len(codes) else f" For {unknown} more it is not known.")
        text = (
            f"У исхода {column} несколько классов ({len(self.names)}). Клиентов"
            f" {format_number(known, language)}, из них: {told}."
        )
        return text + ("" if known == len(codes) else f" Ещё для {unknown} он не известен.")


@dataclass(frozen=True, slots=True)
class ClassQuality:
    """How well one class is told from the rest.

    Attributes
    ----------
    name
        The class.
    customers, predicted
        How many have it, and for how many it is the most probable class.
    chosen
        The model of this class.
    roc_auc
        Of its probability against the rest.
    precision
        Of those for whom it is the most probable, the share who have it; 0 where it is so for nobody.
    recall
        Of those who have it, the share for whom it is the most probable.
    f1
        Harmonic mean of the two.
    """

    name: str
    customers: int
    predicted: int
    chosen: ModelName
    roc_auc: Interval
    precision: Interval
    recall: Interval
    f1: Interval


@dataclass(frozen=True, slots=True, eq=False)
class ClassComparison:
    """Every class against the rest, tested on customers that the models had not seen.

    Attributes
    ----------
    classes
        What was predicted.
    comparisons
        By class, most frequent first.
    probabilities
        Of each customer and class, in that order of classes; rows sum to one; shape
        (n_customers, n_classes).
    roc_auc
        Mean over the classes of how well each is told from the rest (macro average), by those
        probabilities.
    models
        The same of every model that was compared, before one was chosen for each class. The interval
        is the mean of those of the classes, which is wider than that of their mean.
    by_class
        Figures of each class.
    confusion
        Customers whose class is known: rows are their classes, columns the most probable ones; shape
        (n_classes, n_classes).
    accuracy
        Share of them whose most probable class is their own.
    """

    classes: Classes
    comparisons: Mapping[str, ChurnComparison]
    probabilities: NDArray[np.float64]
    roc_auc: Interval
    models: Mapping[ModelName, Interval]
    by_class: tuple[ClassQuality, ...]
    confusion: NDArray[np.int64]
    accuracy: Interval

    @property
    def predicted(self) -> list[str]:
        """The most probable class of each customer."""
        return [self.classes.names[place] for place in self.probabilities.argmax(axis=1)]

    @property
    def frequent_share(self) -> float:
        """How often saying the most frequent class of everybody is right."""
        counts = self.confusion.sum(axis=1)
        return float(counts.max() / counts.sum())


def read_classes(values: Sequence[object] | pa.ChunkedArray | pa.Array, *, column: str) -> Classes:
    """The classes that a column tells, checked for being learnable.

    Parameters
    ----------
    values
        One per customer, in the order of the feature table; missing means not known.
    column
        What the column is called.

    Raises
    ------
    QualityError
        When there are more than 12 classes, only one, or a class of fewer than 20 customers.

    Examples
    --------
    >>> classes = read_classes(["stays"] * 60 + ["leaves"] * 25 + ["moves"] * 20, column="status")
    >>> classes.names
    ('stays', 'leaves', 'moves')
    """
    counts = count_classes(values)
    if len(counts) > MOST_CLASSES:
        raise QualityError(
            en=f"The outcome '{column}' has {len(counts)} different values; at most {MOST_CLASSES} "
            "classes can be told apart one by one. Group them, or name the one that counts.",
            ru=f"У исхода «{column}» разных значений {len(counts)}; по одному различать можно не "
            f"больше {MOST_CLASSES} классов. Объедините их или назовите тот, который важен.",
        )
    rarest = min(counts, key=lambda name: counts[name], default="")
    if len(counts) > 2 and counts[rarest] < FEWEST_OF_EACH:
        raise QualityError(
            en=f"Of the {len(counts)} classes of the outcome '{column}' the rarest, '{rarest}', has "
            f"{counts[rarest]} customers; at least {FEWEST_OF_EACH} of each are needed to learn and "
            "to check what was learnt. Put rare classes together, or say which one counts as yes: "
            f"{column}=VALUE.",
            ru=f"У исхода «{column}» классов {len(counts)}, в самом редком, «{rarest}», клиентов "
            f"{counts[rarest]}; чтобы учиться и проверять выученное, нужно хотя бы по "
            f"{FEWEST_OF_EACH} в каждом. Объедините редкие классы или скажите, какой считать за «да»: "
            f"{column}=ЗНАЧЕНИЕ.",
        )
    outcomes = {name: read_outcome(values, column=column, positive_value=name) for name in counts}
    return Classes(column, outcomes)


def compare_classes(
    features: FeatureTable,
    classes: Classes,
    *,
    random_state: int,
    costs: ContactCosts | None = None,
    cleaning: CleaningPlan | None = None,
    progress: Progress | None = None,
    language: Language = "en",
) -> ClassComparison:
    """Models for a column of several classes, one comparison per class.

    Each class is an outcome of its own, with its own chosen model, quality and reasons; the
    probabilities are then scaled to sum to one (one against the rest, Rifkin and Klautau 2004). A
    customer's probabilities come from models that were not shown that customer's class, so the
    confusion counts customers whom nobody had seen.

    Parameters
    ----------
    features
        One row per customer.
    classes
        The class of each, in the same order.
    random_state, costs, cleaning, progress, language
        As in `compare_churn_models`.

    Raises
    ------
    QualityError
        When there are no features, or no split in which every part holds every class.
    """
    comparisons = {
        name: compare_churn_models(
            features,
            outcome,
            random_state=random_state,
            costs=costs,
            cleaning=cleaning,
            progress=progress,
            language=language,
        )
        for name, outcome in classes.outcomes.items()
    }
    raw = np.stack([one.churn_probability for one in comparisons.values()], axis=1)
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    codes = classes.codes
    tested, truth = probabilities[codes >= 0], codes[codes >= 0]
    accuracy, by_class, confusion = measure_classes(
        tested,
        truth,
        {name: comparison.chosen for name, comparison in comparisons.items()},
        random_state=random_state,
    )
    return ClassComparison(
        classes=classes,
        comparisons=comparisons,
        probabilities=probabilities,
        roc_auc=_rank_together(tested, truth).interval(),
        models=_average_models(list(comparisons.values())),
        by_class=by_class,
        confusion=confusion,
        accuracy=accuracy,
    )


def _rank(tested: NDArray[np.float64], truth: NDArray[np.int64], place: int) -> RankingQuality:
    labels = (truth == place).astype(np.float64)
    rounds = [(labels, tested[:, place], np.arange(len(truth)))]
    return RankingQuality.over(rounds, n_customers=len(truth))


def _rank_together(tested: NDArray[np.float64], truth: NDArray[np.int64]) -> RankingQuality:
    """The macro average, each customer's influence on all classes summed before it is squared."""
    ranked = [_rank(tested, truth, place) for place in range(tested.shape[1])]
    figures = tuple(one.mean for one in ranked)
    influence = np.mean([one.influence for one in ranked], axis=0)
    return RankingQuality(float(np.mean(figures)), figures, influence)


def _average_models(comparisons: Sequence[ChurnComparison]) -> dict[ModelName, Interval]:
    by_name: dict[ModelName, list[Interval]] = {}
    for comparison in comparisons:
        for model in comparison.models:
            by_name.setdefault(model.name, []).append(model.roc_auc)
    return {name: _average(found) for name, found in by_name.items()}


def _average(found: Sequence[Interval]) -> Interval:
    mean, low, high = np.mean([[one.mean, one.low, one.high] for one in found], axis=0).tolist()
    return Interval(mean, low, high)


def measure_classes(
    said: NDArray[np.float64],
    truth: NDArray[np.int64],
    chosen: Mapping[str, ModelName],
    *,
    random_state: int,
) -> tuple[Interval, tuple[ClassQuality, ...], NDArray[np.int64]]:
    """The accuracy, the figures of each class, and which classes are confused.

    Parameters
    ----------
    said
        Probabilities of tested customers, shape (n_tested, n_classes).
    truth
        The place of each one's class, shape (n_tested,).
    chosen
        The model of each class, in the order of the columns.
    random_state
        Of the bootstrap samples, the same for all figures.

    Returns
    -------
    tuple
        Confusion last: rows are the classes customers are of, columns the most probable ones; shape
        (n_classes, n_classes).
    """
    probable, n_classes = said.argmax(axis=1), said.shape[1]
    confusion = np.zeros((n_classes, n_classes), dtype=np.int64)
    np.add.at(confusion, (truth, probable), 1)

    def measure(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        has = np.bincount(truth, weights, minlength=n_classes)
        named = np.bincount(probable, weights, minlength=n_classes)
        right = np.bincount(truth, weights * (probable == truth), minlength=n_classes)
        least = 1e-12
        shares = [right / np.maximum(one, least) for one in (named, has, (named + has) / 2)]
        return np.concatenate([[right.sum() / weights.sum()], *shares])

    found = bootstrap_figures(
        measure, truth.astype(np.float64), random_state=random_state, n_samples=_SAMPLES
    )
    precision, recall, f1 = (found[1 + part * n_classes :][:n_classes] for part in range(3))
    by_class = tuple(
        ClassQuality(
            name=name,
            customers=int(confusion[place].sum()),
            predicted=int(confusion[:, place].sum()),
            chosen=model,
            roc_auc=_rank(said, truth, place).interval(),
            precision=precision[place],
            recall=recall[place],
            f1=f1[place],
        )
        for place, (name, model) in enumerate(chosen.items())
    )
    return found[0], by_class, confusion
