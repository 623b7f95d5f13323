"""What could be done where groups are treated differently, and what each remedy costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.costs import ContactCosts
from regulars.evaluate.fairness import GroupGap, measure_fairness
from regulars.evaluate.intervals import Interval
from regulars.evaluate.ranking import RankingQuality
from regulars.evaluate.splits import deal_rounds
from regulars.evaluate.threads import one_thread
from regulars.predictions.comparing.validation import fit_model
from regulars.predictions.fairness.group_checks import JudgedRows
from regulars.predictions.families.names import ModelName
from regulars.predictions.fitting.training import TrainingRows
from regulars.progress import Progress, Silent

__all__ = ["Remedy", "RemedyName", "equalize_recall", "refit_remedies"]

RemedyName = Literal["thresholds", "without_column", "without_proxies", "weights"]
_FOLDS = 5
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing that could be done, measured on customers whose outcome was not seen.

    Attributes
    ----------
    name
        `thresholds`: another threshold for each group, so that all have the same recall;
        `without_column`, `without_proxies`: the model learnt without the column, and without the
        features that tell it, too; `weights`: learnt from customers drawn so that group and outcome do
        not go together (Kamiran and Calders 2012, doi:10.1007/s10115-011-0463-8).
    recall_gap
        The widest gap in recall that is left; None where it cannot be measured.
    roc_auc_change
        What it does to the ranking, on the same customers; below zero it ranks worse. None where the
        model stays as it is.
    cost_change
        What it does to the mean cost per customer, in prices of one contact; above zero it costs more.
    contacted_change
        What it does to the share who are contacted.
    thresholds
        Of `thresholds` the new one of each group.
    left_out
        Features that the model then does not see.
    """

    name: RemedyName
    recall_gap: GroupGap | None
    roc_auc_change: Interval | None
    cost_change: Interval
    contacted_change: Interval
    thresholds: tuple[tuple[str, float], ...] = ()
    left_out: tuple[str, ...] = ()


def equalize_recall(
    tested: JudgedRows, names: Sequence[str], *, costs: ContactCosts
) -> Remedy | None:
    """A threshold for each group at which its recall is that of all; None without any recall.

    Hardt, Price and Srebro (2016, arXiv:1610.02413): equal opportunity by the threshold alone, the
    model staying as it is. The thresholds are chosen and measured on the same customers.

    Parameters
    ----------
    tested
        What the model said of customers whose outcome it had not seen.
    names
        The groups.
    costs
        What a missed customer and a contact cost; the common threshold follows from them.
    """
    before = tested.probabilities >= costs.threshold
    is_positive = tested.labels == 1
    known = tested.groups >= 0
    if not (is_positive & known).any():
        return None
    recall = float(before[is_positive & known].mean())
    after, chosen = before.copy(), []
    for code in np.unique(tested.groups[known]):
        own = tested.groups == code
        said = np.sort(tested.probabilities[own & is_positive])[::-1]
        if not len(said):
            continue
        # As many of those with the outcome as make up the recall of all.
        bound = float(said[max(round(recall * len(said)), 1) - 1])
        after[own] = tested.probabilities[own] >= bound
        chosen.append((names[code], bound))
    # Decisions stand for probabilities: at a half those contacted are above.
    decided = JudgedRows(tested.labels, after.astype(np.float64), tested.groups, tested.customers)
    return Remedy(
        "thresholds",
        _find_recall_gap(decided, names, threshold=0.5),
        None,
        _price(tested, before, after, costs),
        _bound(after.astype(float) - before, tested.customers),
        thresholds=tuple(chosen),
    )


def refit_remedies(
    rows: TrainingRows,
    codes: NDArray[np.int64],
    names: Sequence[str],
    *,
    model: ModelName,
    columns: Sequence[str],
    column: str,
    proxies: Sequence[str],
    costs: ContactCosts,
    random_state: int,
    stage: str = "",
    progress: Progress | None = None,
) -> tuple[Remedy, ...]:
    """The model learnt again without the column, without its proxies, and from weighted customers.

    Each in the same five folds as the model as it is, which is learnt again, too.

    Parameters
    ----------
    rows
        What is learnt from, one row per customer.
    codes, names
        The group of each row, below zero where not known, and what the groups are called.
    model
        Which family.
    columns
        What the columns of `rows.X` are called.
    column, proxies
        The column of the groups, and the features that tell it; those that are not there are left aside.
    costs
        What a missed customer and a contact cost.
    random_state
        Of the folds and the draws.
    stage, progress
        Name of the stage, and who is told of it.
    """
    plain = np.ones(len(columns), dtype=bool)
    without = np.array([name != column for name in columns], dtype=bool)
    apart = np.array([name not in {column, *proxies} for name in columns], dtype=bool)
    asked: list[tuple[RemedyName | None, NDArray[np.bool_], bool]] = [(None, plain, False)]
    if not without.all() and without.any():
        asked.append(("without_column", without, False))
    if apart.any() and apart.sum() < without.sum():
        asked.append(("without_proxies", apart, False))
    if (codes >= 0).any():
        asked.append(("weights", plain, True))
    watched = progress or Silent()
    said: list[NDArray[np.float64]] = []
    with one_thread(), watched.stage(stage, total=len(asked) * _FOLDS) as told:
        rounds = deal_rounds(rows.labels, rows.groups, n_folds=_FOLDS, random_state=random_state)
        for _, seen, is_weighted in asked:
            probabilities = np.zeros(len(rows.labels))
            for part in rounds:
                learnt = _pick(rows, part.learn, seen)
                if is_weighted:
                    learnt = _draw(learnt, codes[part.learn], random_state)
                scorer = fit_model(model, learnt, random_state)
                probabilities[part.test] = scorer.probabilities(rows.X[part.test][:, seen])
                told.advance()
                watched.check()
            said.append(probabilities)
    before = JudgedRows(rows.labels, said[0], codes, rows.groups)
    return tuple(
        _compare(
            name,
            before,
            JudgedRows(rows.labels, probabilities, codes, rows.groups),
            names,
            costs,
            tuple(one for one, stays in zip(columns, seen, strict=True) if not stays),
        )
        for (name, seen, _), probabilities in zip(asked[1:], said[1:], strict=True)
        if name is not None
    )


def _compare(
    name: RemedyName,
    before: JudgedRows,
    after: JudgedRows,
    names: Sequence[str],
    costs: ContactCosts,
    left_out: tuple[str, ...],
) -> Remedy:
    count = int(before.customers.max()) + 1
    ranked, ranked_before = (
        RankingQuality.over([(one.labels, one.probabilities, one.customers)], n_customers=count)
        for one in (after, before)
    )
    change, error = ranked.minus(ranked_before)
    contacted, contacted_before = (one.probabilities >= costs.threshold for one in (after, before))
    return Remedy(
        name,
        _find_recall_gap(after, names, threshold=costs.threshold),
        Interval(change, change - _Z * error, change + _Z * error),
        _price(before, contacted_before, contacted, costs),
        _bound(contacted.astype(float) - contacted_before, before.customers),
        left_out=left_out,
    )


def _pick(rows: TrainingRows, learn: NDArray[np.bool_], seen: NDArray[np.bool_]) -> TrainingRows:
    cleaning = rows.cleaning
    return TrainingRows(
        rows.X[learn][:, seen],
        rows.labels[learn],
        rows.groups[learn],
        rows.is_category[seen],
        None
        if cleaning is None
        else tuple(one for one, stays in zip(cleaning, seen, strict=True) if stays),
    )


def _draw(rows: TrainingRows, codes: NDArray[np.int64], random_state: int) -> TrainingRows:
    """Rows drawn so that the outcome is as frequent in every group as in all."""
    weights = np.ones(len(codes))
    for code in np.unique(codes[codes >= 0]):
        for label in (0.0, 1.0):
            cell = (codes == code) & (rows.labels == label)
            if cell.any():
                expected = (codes == code).sum() * (rows.labels == label).mean()
                weights[cell] = expected / cell.sum()
    generator = np.random.default_rng(random_state)
    drawn = generator.choice(len(codes), len(codes), p=weights / weights.sum())
    return TrainingRows(
        rows.X[drawn], rows.labels[drawn], rows.groups[drawn], rows.is_category, rows.cleaning
    )


def _find_recall_gap(
    tested: JudgedRows, names: Sequence[str], *, threshold: float
) -> GroupGap | None:
    found = measure_fairness(
        tested.labels,
        tested.probabilities,
        tested.groups,
        names,
        threshold=threshold,
        customers=tested.customers,
    )
    return found.get_gap("recall")


def _price(
    tested: JudgedRows,
    before: NDArray[np.bool_],
    after: NDArray[np.bool_],
    costs: ContactCosts,
) -> Interval:
    """By how much the mean cost per customer changes."""
    missed = costs.missed * tested.labels
    spent = np.where(after, costs.contact, missed) - np.where(before, costs.contact, missed)
    return _bound(spent, tested.customers)


def _bound(values: NDArray[np.float64], customers: NDArray[np.int64]) -> Interval:
    mean = float(values.mean())
    sums = np.bincount(customers, weights=values - mean)
    half = _Z * float(np.sqrt((sums**2).sum())) / len(values)
    return Interval(mean, mean - half, mean + half)
