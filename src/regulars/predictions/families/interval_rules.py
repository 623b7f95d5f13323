"""What naive Bayes over intervals says of each combination of intervals, as rules and by group."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError
from regulars.features.matrix import FeatureMatrix
from regulars.features.sentences import format_level, format_number, format_share
from regulars.predictions.families.naive_bayes import ConditionalProbability, IntervalNaiveBayes
from regulars.predictions.outcomes.outcome import Outcome
from regulars.schema.wording import Language, Wording

__all__ = [
    "IntervalRule",
    "average_posteriors",
    "list_all_rules",
    "list_rules",
    "say_interval",
    "tabulate_rules",
]

_MOST_COMBINATIONS = 10_000


@dataclass(frozen=True, slots=True)
class IntervalRule:
    """One combination of intervals and what follows from it.

    Attributes
    ----------
    cells
        The interval of each feature, in the order of the matrix.
    customers
        How many customers are in all of them.
    posterior
        Probability of the outcome there.
    sentence
        The same as a rule.
    """

    cells: tuple[ConditionalProbability, ...]
    customers: int
    posterior: float
    sentence: Wording


def list_rules(
    model: IntervalNaiveBayes, matrix: FeatureMatrix, outcome: Outcome
) -> list[IntervalRule]:
    """The combinations that customers of `matrix` are in, most probable first.

    Parameters
    ----------
    model
        Fitted on the columns of such a matrix with labels 0 and 1.
    matrix
        The customers; need not be those it was fitted on.
    outcome
        For the words.
    """
    codes = model.interval_codes(matrix.values)
    combinations, counts = np.unique(codes, axis=0, return_counts=True)
    return _word_rules(model, matrix, outcome, combinations, counts)


def list_all_rules(
    model: IntervalNaiveBayes, matrix: FeatureMatrix, outcome: Outcome
) -> list[IntervalRule]:
    """Every combination of intervals that were seen, whether a customer is in it or not.

    Parameters
    ----------
    model, matrix, outcome
        As in `list_rules`.

    Raises
    ------
    InvalidParameterError
        When there are more than 10,000 of them: choose fewer features, or fewer intervals.
    """
    cells = [_list_seen(counts) for counts in model.counts_]
    n_rules = prod(len(codes) for codes in cells)
    if n_rules > _MOST_COMBINATIONS:
        raise InvalidParameterError(
            en=f"{len(cells)} features with these intervals have {n_rules:,} combinations; a table of "
            f"more than {_MOST_COMBINATIONS:,} nobody reads. Take fewer features or intervals, or "
            "`list_rules`, which lists those that somebody is in.",
            ru=f"У {len(cells)} признаков с такими интервалами {n_rules} сочетаний; таблицу длиннее "
            f"{_MOST_COMBINATIONS} никто не прочтёт. Возьмите меньше признаков или интервалов либо "
            "list_rules: только сочетания, в которых кто-то есть.",
        )
    combinations = np.array(list(product(*cells)), np.int64).reshape(n_rules, len(cells))
    found = Counter(map(tuple, model.interval_codes(matrix.values).tolist()))
    counts = np.array([found[tuple(combination)] for combination in combinations.tolist()])
    return _word_rules(model, matrix, outcome, combinations, counts)


def tabulate_rules(
    rules: Sequence[IntervalRule], matrix: FeatureMatrix, *, language: Language = "en"
) -> pa.Table:
    """The rules as a table: the interval of each feature in words, `customers` and `probability`.

    Parameters
    ----------
    rules
        Of `list_rules` or `list_all_rules`.
    matrix
        Whose features they speak of.
    language
        Of the words.
    """
    columns = {
        feature.name: pa.array(
            [_say_cell(matrix, rule.cells[column], language) for rule in rules], pa.string()
        )
        for column, feature in enumerate(matrix.features)
    }
    return pa.table(
        columns
        | {
            "customers": pa.array([rule.customers for rule in rules], pa.int64()),
            "probability": pa.array([rule.posterior for rule in rules], pa.float64()),
        }
    )


def _list_seen(counts: NDArray[np.float64]) -> list[int]:
    """Codes of the intervals in which somebody was, the unknown last."""
    known = [int(code) for code in range(1, counts.shape[1]) if counts[:, code].any()]
    return known + ([0] if counts[:, 0].any() else [])


def _word_rules(
    model: IntervalNaiveBayes,
    matrix: FeatureMatrix,
    outcome: Outcome,
    combinations: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> list[IntervalRule]:
    """The combinations in words, most probable first."""
    posteriors = np.exp(model.combine(combinations))[:, -1]
    rules = []
    for place in np.argsort(-posteriors, kind="stable"):
        cells = tuple(
            model.read_cell(column, int(code)) for column, code in enumerate(combinations[place])
        )
        posterior = float(posteriors[place])
        sentence = _say_rule(cells, matrix, outcome, posterior)
        rules.append(IntervalRule(cells, int(counts[place]), posterior, sentence))
    return rules


def average_posteriors(
    model: IntervalNaiveBayes, matrix: FeatureMatrix, groups: Sequence[str]
) -> dict[str, float]:
    """Mean probability of the outcome in each group of customers, most probable first.

    Parameters
    ----------
    model, matrix
        As in `list_rules`.
    groups
        The name of each customer's group, such as their segment.
    """
    if len(groups) != len(matrix.values):
        raise InvalidParameterError(
            en=f"There are {len(groups)} groups for {len(matrix.values)} customers. Give one each.",
            ru=f"Групп {len(groups)}, а клиентов {len(matrix.values)}. Дайте по одной на клиента.",
        )
    names, group = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    posteriors = model.predict_proba(matrix.values)[:, -1]
    means: NDArray[np.float64] = np.bincount(group, weights=posteriors) / np.bincount(group)
    return {str(names[place]): float(means[place]) for place in np.argsort(-means, kind="stable")}


def say_interval(matrix: FeatureMatrix, cell: ConditionalProbability) -> Wording:
    """An interval of a number, or a level of a category, in words."""
    return Wording(en=_say_cell(matrix, cell, "en"), ru=_say_cell(matrix, cell, "ru"))


def _say_cell(matrix: FeatureMatrix, cell: ConditionalProbability, language: Language) -> str:
    feature, levels = matrix.features[cell.column], matrix.levels[cell.column]
    if cell.is_missing:
        return "not known" if language == "en" else "нет данных"
    if cell.level is not None and levels is not None:
        return format_level(feature, levels[cell.level], language)
    low, high = cell.low or 0.0, cell.high or 0.0
    bottom, top = format_number(low, language), format_number(high, language)
    if np.isneginf(low):
        return f"up to {top}" if language == "en" else f"до {top}"
    if np.isposinf(high):
        return f"above {bottom}" if language == "en" else f"больше {bottom}"
    if language == "en":
        return f"above {bottom}, up to {top}"
    return f"больше {bottom}, до {top}"


def _say_rule(
    cells: Sequence[ConditionalProbability],
    matrix: FeatureMatrix,
    outcome: Outcome,
    posterior: float,
) -> Wording:
    said = {}
    languages: tuple[Language, Language] = ("en", "ru")
    for language in languages:
        said[language] = "; ".join(
            f"{matrix.features[cell.column].meaning.to(language)}: {_say_cell(matrix, cell, language)}"
            for cell in cells
        )
    will = outcome.phrases.will
    return Wording(
        en=f"If {said['en']}, then the customer {will.en} with probability "
        f"{format_share(posterior, 'en')}.",
        ru=f"Если {said['ru']}, то клиент {will.ru} с вероятностью {format_share(posterior, 'ru')}.",
    )
