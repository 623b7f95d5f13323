"""What looks too good to be true, or too weak to use."""

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.intervals import Interval
from regulars.evaluate.metrics import roc_auc
from regulars.features.matrix import FeatureMatrix
from regulars.features.screening import score_columns
from regulars.features.sentences import format_number, quote
from regulars.predictions.naive_bayes import IntervalNaiveBayes
from regulars.predictions.results import Alarm
from regulars.predictions.scorers import TrainingRows
from regulars.schema.wording import Language, Wording

__all__ = ["find_alarms", "measure_single_features"]

_LEAK = 0.95
_STRONG = 0.80
_TOO_GOOD = 0.97
_MOST_ROWS = 20_000
_MOST_FEATURES = 200


def measure_single_features(
    rows: TrainingRows, folds: NDArray[np.int64], *, random_state: int
) -> NDArray[np.float64]:
    """ROC-AUC of each feature alone, on rows whose fold took no part, shape (n_features,).

    Each feature is replaced by its evidence, the log-ratio of naive Bayes over intervals, so that
    it may be a category or bend both ways. On at most 20,000 random rows; of more than 200 features
    only the 200 that look strongest are measured, the rest stands at 0.5.
    """
    aucs = np.full(rows.X.shape[1], 0.5)
    scores = score_columns(rows.X, rows.labels, rows.is_category)
    strongest = np.sort(np.argsort(-scores, kind="stable")[:_MOST_FEATURES])
    rows = TrainingRows(rows.X[:, strongest], rows.labels, rows.groups, rows.is_category[strongest])
    chosen = np.zeros(len(rows.X), dtype=bool)
    generator = np.random.default_rng(random_state)
    chosen[generator.permutation(len(rows.X))[:_MOST_ROWS]] = True
    sample, fold_of = rows.take(chosen), folds[chosen]
    evidence = np.zeros((len(sample.X), rows.X.shape[1]))
    for fold in np.unique(fold_of):
        held_out = fold_of == fold
        learnt = sample.take(~held_out)
        if len(np.unique(learnt.labels)) == 2:
            model = IntervalNaiveBayes(rows.is_category).fit(learnt.X, learnt.labels)
            evidence[held_out] = model.log_ratios(sample.X[held_out])
    aucs[strongest] = [roc_auc(sample.labels, evidence[:, j]) for j in range(len(strongest))]
    return aucs


def find_alarms(
    matrix: FeatureMatrix, single: NDArray[np.float64], model: Interval, holdout: Interval
) -> tuple[Alarm, ...]:
    """Alarms, most serious first.

    Parameters
    ----------
    matrix
        For the names.
    single
        ROC-AUC of each feature alone.
    model
        ROC-AUC of the chosen model in cross-validation.
    holdout
        The same on the hold-out.
    """
    alarms = [
        _feature_alarm(matrix, int(column), float(single[column]))
        for column in np.argsort(-single, kind="stable")
        if single[column] >= _STRONG
    ]
    if model.mean > _TOO_GOOD:
        alarms.insert(0, _too_good(model.mean))
    if min(model.low, holdout.low) <= 0.5:
        alarms.append(_no_signal(holdout if holdout.low <= 0.5 else model))
    return tuple(alarms)


def _feature_alarm(matrix: FeatureMatrix, column: int, value: float) -> Alarm:
    feature = matrix.features[column]
    name = {language: quote(feature.meaning.to(language), language) for language in ("en", "ru")}
    auc = {language: _format_auc(value, language) for language in ("en", "ru")}
    if value > _LEAK:
        sentence = Wording(
            en=f"{name['en']} alone tells the outcome almost for certain (ROC-AUC {auc['en']}). It is "
            "probably written down after the outcome: drop it unless you know it beforehand.",
            ru=f"{name['ru']} в одиночку почти точно выдаёт исход (ROC-AUC {auc['ru']}). Скорее "
            "всего, это поле заполняют уже после исхода: исключите его, если не знаете его заранее.",
        )
        return Alarm("leak", "alarm", feature.name, value, sentence)
    sentence = Wording(
        en=f"{name['en']} alone predicts the outcome well (ROC-AUC {auc['en']}). Make sure that it is "
        "known before the outcome; otherwise drop it.",
        ru=f"{name['ru']} в одиночку хорошо предсказывает исход (ROC-AUC {auc['ru']}). Убедитесь, "
        "что это поле известно до исхода; иначе исключите его.",
    )
    return Alarm("strong_feature", "notice", feature.name, value, sentence)


def _too_good(value: float) -> Alarm:
    sentence = Wording(
        en=f"The model is too good to be true (ROC-AUC {_format_auc(value, 'en')}): people are "
        "rarely that predictable. Look for features that are known only after the outcome.",
        ru=f"Модель подозрительно хороша (ROC-AUC {_format_auc(value, 'ru')}): люди редко настолько "
        "предсказуемы. Поищите поля, которые становятся известны только после исхода.",
    )
    return Alarm("too_good", "alarm", None, value, sentence)


def _no_signal(interval: Interval) -> Alarm:
    value = interval.mean
    sentence = Wording(
        en=f"The model may be no better than guessing (ROC-AUC {_format_auc(value, 'en')}, and the "
        "interval includes 0.5). Do not choose customers by these probabilities alone.",
        ru=f"Модель, возможно, не лучше угадывания (ROC-AUC {_format_auc(value, 'ru')}, интервал "
        "включает 0,5). Не выбирайте клиентов только по этим вероятностям.",
    )
    return Alarm("no_signal", "alarm", None, value, sentence)


def _format_auc(value: float, language: Language) -> str:
    # Three digits show the difference between 0.995 and a true 1.
    return format_number(value, language) if value == 1 else _three_digits(value, language)


def _three_digits(value: float, language: Language) -> str:
    text = f"{value:.3f}"
    return text.replace(".", ",") if language == "ru" else text
