"""What looks too good to be true, or too weak to use."""

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.folds import deal_folds
from regulars.evaluate.intervals import Interval
from regulars.evaluate.metrics import roc_auc
from regulars.features.matrix import FeatureMatrix
from regulars.features.power import measure_together
from regulars.features.screening import score_columns
from regulars.features.sentences import format_number, format_share, quote
from regulars.predictions.comparing.copies import Copies, find_copies
from regulars.predictions.comparing.results import Alarm, ModelResult, Quality
from regulars.predictions.families.naive_bayes import IntervalNaiveBayes
from regulars.predictions.fitting.training import TrainingRows
from regulars.schema.wording import Language, Wording

__all__ = ["find_alarms", "measure_single_features"]

_LEAK = 0.95
_STRONG = 0.80
_TOO_GOOD = 0.97
_WIDE_GAP = 0.15
_NAMED_OF_MANY = 3
_FOLDS = 5
_MOST_ROWS = 20_000
_MOST_FEATURES = 200


def measure_single_features(rows: TrainingRows, *, random_state: int) -> NDArray[np.float64]:
    """ROC-AUC of each feature alone, on rows whose fold took no part, shape (n_features,).

    Each feature is replaced by its evidence, the log-ratio of naive Bayes over intervals, so that
    it may be a category or bend both ways. On at most 20,000 random rows; of more than 200 features
    only the 200 that look strongest are measured, the rest stands at 0.5.
    """
    folds = deal_folds(rows.labels, rows.groups, n_folds=_FOLDS, random_state=random_state)
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
    matrix: FeatureMatrix,
    rows: TrainingRows,
    model: ModelResult,
    quality: Quality,
    holdout: Quality | None,
    *,
    random_state: int,
) -> tuple[Alarm, ...]:
    """Alarms, most serious first.

    Parameters
    ----------
    matrix
        For the names.
    rows
        What was learnt from.
    model
        The chosen model where it was compared.
    quality, holdout
        The chosen model over all customers, and on those kept aside where there are such.
    random_state
        Of the test of single features.
    """
    single = measure_single_features(rows, random_state=random_state)
    is_too_good = quality.roc_auc.mean > _TOO_GOOD
    is_easy = (is_too_good or single.max(initial=0.0) > _LEAK) and _is_easy(
        rows, single, random_state
    )
    alarms = []
    if is_too_good:
        alarms.append((_easy if is_easy else _too_good)(quality.roc_auc.mean))
    strong = [
        _feature_alarm(matrix, int(column), float(single[column]), is_easy=is_easy)
        for column in np.argsort(-single, kind="stable")
        if single[column] >= _STRONG
    ]
    # Of very many measurements that all show the outcome the strongest stand for the others.
    alarms += strong[:_NAMED_OF_MANY] if is_easy else strong
    copies = find_copies(rows)
    if copies is not None:
        alarms.append(_copied(matrix, copies))
    # The best of several models looks good by chance; those kept aside did not take part in that.
    least = min(part.roc_auc.mean for part in (quality, holdout) if part is not None)
    if quality.roc_auc.low <= 0.5 or least <= 0.5:
        alarms.append(_no_signal(least))
    gap = model.train_roc_auc - model.roc_auc.mean
    if gap > _WIDE_GAP:
        alarms.append(_overfitting(model.train_roc_auc, model.roc_auc.mean))
    if holdout is not None and _contradict(holdout.roc_auc, quality.roc_auc):
        alarms.append(_contradicted(holdout, quality))
    return tuple(alarms)


def _is_easy(rows: TrainingRows, single: NDArray[np.float64], random_state: int) -> bool:
    """Whether the outcome is told almost for certain even without what tells it best.

    A column that was written down afterwards stands alone; where all that is left tells as much, the
    outcome is such that many things show it, as an illness is by its measurements.
    """
    rest = (single <= _LEAK) & (np.arange(len(single)) != int(single.argmax()))
    if not rest.any():
        return False
    left = measure_together(
        rows.X[:, rest], rows.labels == 1, rows.is_category[rest], random_state=random_state
    )
    return left > _LEAK


def _contradict(one: Interval, other: Interval) -> bool:
    return one.high < other.low or one.low > other.high


def _copied(matrix: FeatureMatrix, copies: Copies) -> Alarm:
    share = {language: format_share(copies.share, language) for language in ("en", "ru")}
    feature = None if copies.column is None else matrix.features[copies.column]
    if copies.kind == "oversampled":
        sentence = Wording(
            en=f"{share['en']} of the customers are exact copies of each other, nearly all with one and "
            "the same outcome: the file seems to have been padded before it was loaded. Copies were kept "
            "on one side of every split, so the figures hold; load the file as it was.",
            ru=f"{share['ru']} клиентов — точные копии друг друга, и почти все с одним исходом: похоже, "
            "редкий исход в файле размножили до загрузки. Копии всегда на одной стороне деления, "
            "поэтому цифрам верить можно; загрузите файл без размножения.",
        )
        return Alarm("copies", "notice", None, copies.share, sentence)
    name = {
        language: quote(feature.meaning.to(language), language) if feature else ""
        for language in ("en", "ru")
    }
    if copies.kind == "repeated":
        sentence = Wording(
            en=f"{share['en']} of the customers have a copy that differs in {name['en']} only and has "
            "the same outcome. The test repeats what was learnt, and the figures are too good: "
            f"drop {name['en']} or load every customer once.",
            ru=f"У {share['ru']} клиентов есть копия, которая отличается только полем {name['ru']} и "
            "имеет тот же исход. Проверка повторяет выученное, цифры завышены: исключите "
            f"{name['ru']} или загрузите каждого клиента один раз.",
        )
    else:
        sentence = Wording(
            en=f"The numbers in {name['en']} have more digits where the outcome is one way than where "
            "it is the other: such rows look made up as averages of real customers. The figures "
            "are too good; load real customers only.",
            ru=f"У чисел поля {name['ru']} при одном исходе больше знаков после запятой, чем при "
            "другом: такие строки похожи на придуманные, средние между настоящими клиентами. Цифры "
            "завышены; загрузите только настоящих клиентов.",
        )
    return Alarm("copies", "alarm", feature.name if feature else None, copies.share, sentence)


def _overfitting(learnt: float, tested: float) -> Alarm:
    figures = {
        language: (_three_digits(learnt, language), _three_digits(tested, language))
        for language in ("en", "ru")
    }
    sentence = Wording(
        en=f"The model is much better on customers it learnt from (ROC-AUC {figures['en'][0]}) than on "
        f"others ({figures['en'][1]}): it learnt some of them by heart. More customers or fewer "
        "features would help.",
        ru=f"На клиентах, по которым модель училась, она намного лучше (ROC-AUC {figures['ru'][0]}), "
        f"чем на остальных ({figures['ru'][1]}): часть из них она выучила наизусть. Помогут больше "
        "клиентов или меньше признаков.",
    )
    return Alarm("overfitting", "notice", None, learnt - tested, sentence)


def _contradicted(holdout: Quality, quality: Quality) -> Alarm:
    own, all_ = holdout.roc_auc.mean, quality.roc_auc.mean
    sentence = Wording(
        en=f"On the customers kept aside the ROC-AUC is {_three_digits(own, 'en')}, over all it is "
        f"{_three_digits(all_, 'en')}: more apart than chance explains. Expect the lower one.",
        ru=f"На отложенных клиентах ROC-AUC {_three_digits(own, 'ru')}, по всем "
        f"{_three_digits(all_, 'ru')}: разница больше случайной. Рассчитывайте на меньшее.",
    )
    return Alarm("holdout", "notice", None, own, sentence)


def _feature_alarm(matrix: FeatureMatrix, column: int, value: float, *, is_easy: bool) -> Alarm:
    feature = matrix.features[column]
    name = {language: quote(feature.meaning.to(language), language) for language in ("en", "ru")}
    auc = {language: _format_auc(value, language) for language in ("en", "ru")}
    if value > _LEAK and not is_easy:
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


def _easy(value: float) -> Alarm:
    sentence = Wording(
        en=f"The outcome is unusually easy to tell (ROC-AUC {_format_auc(value, 'en')}), and not by one"
        " feature alone. Measurements may be that clear, people rarely are: make sure that all features"
        " are known before the outcome.",
        ru=f"Исход необычно легко угадать (ROC-AUC {_format_auc(value, 'ru')}), и не по одному признаку."
        " Так бывает с измерениями, а с поведением людей редко: убедитесь, что все признаки известны до"
        " исхода.",
    )
    return Alarm("too_good", "notice", None, value, sentence)


def _no_signal(value: float) -> Alarm:
    sentence = Wording(
        en=f"The model may be no better than guessing (ROC-AUC {_format_auc(value, 'en')}; a "
        "coin has 0.5). Do not choose customers by these probabilities alone.",
        ru=f"Модель, возможно, не лучше угадывания (ROC-AUC {_format_auc(value, 'ru')}, а у "
        "монеты 0,5). Не выбирайте клиентов только по этим вероятностям.",
    )
    return Alarm("no_signal", "alarm", None, value, sentence)


def _format_auc(value: float, language: Language) -> str:
    # Three digits show the difference between 0.995 and a true 1.
    return format_number(value, language) if value == 1 else _three_digits(value, language)


def _three_digits(value: float, language: Language) -> str:
    text = f"{value:.3f}"
    return text.replace(".", ",") if language == "ru" else text
