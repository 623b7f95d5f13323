"""Why one model was chosen: the rule, and the models side by side."""

from collections.abc import Callable, Sequence

import numpy as np

from regulars.predictions.comparing.results import ModelResult, ScorecardLine
from regulars.predictions.families.names import ModelName
from regulars.predictions.fitting.roster import FAMILIES
from regulars.schema.wording import Language, Wording

__all__ = ["choose_model", "fill_scorecard"]

_TITLES: dict[str, Wording] = {
    "ranking": Wording(
        en="ROC-AUC: who leaves stands above who stays",
        ru="ROC-AUC: уходящие стоят выше остающихся",
    ),
    "behind": Wording(
        en="Behind the best, in standard errors of the difference",
        ru="Отставание от лучшей, в стандартных ошибках разности",
    ),
    "precision": Wording(en="Average precision", ru="Средняя точность (PR-AUC)"),
    "probabilities": Wording(
        en="Error of the probabilities (Brier)", ru="Ошибка вероятностей (Брайер)"
    ),
    "f1": Wording(en="F1 at the threshold", ru="F1 на пороге"),
    "steadiness": Wording(
        en="Spread of the ROC-AUC between rounds", ru="Разброс ROC-AUC между проверками"
    ),
    "overfitting": Wording(
        en="How much better it is where it learnt", ru="Насколько лучше там, где училась"
    ),
    "readability": Wording(en="How readable it is, 1 to 5", ru="Насколько понятна, от 1 до 5"),
    "seconds": Wording(en="Seconds to learn and score once", ru="Секунд на обучение и оценку"),
}

_FIGURES: tuple[tuple[str, bool, Callable[[ModelResult], float]], ...] = (
    ("ranking", True, lambda model: model.roc_auc.mean),
    ("behind", False, lambda model: _count_errors(model)),
    ("precision", True, lambda model: model.pr_auc.mean),
    ("probabilities", False, lambda model: model.brier.mean),
    ("f1", True, lambda model: model.f1.mean),
    ("steadiness", False, lambda model: float(np.std(model.fold_roc_auc))),
    ("overfitting", False, lambda model: model.train_roc_auc - model.roc_auc.mean),
    ("readability", True, lambda model: FAMILIES[model.name].readability),
    ("seconds", False, lambda model: model.seconds),
)
"""Name, whether more is better, and the figure."""

_DECIDING = {"behind", "readability"}


def choose_model(results: Sequence[ModelResult]) -> tuple[ModelName, Wording]:
    """The simplest model that the best does not beat by more than the standard error of that.

    The one-standard-error rule of Breiman et al. (1984) on paired differences: both models are
    tested on the same customers, so what makes a customer hard for both does not count.

    Parameters
    ----------
    results
        Simplest first.
    """
    best = max(results, key=lambda result: result.roc_auc.mean)
    chosen = next(result for result in results if result.behind <= result.behind_error)
    return chosen.name, Wording(
        en=_say_choice(chosen, best, results, "en"), ru=_say_choice(chosen, best, results, "ru")
    )


def fill_scorecard(results: Sequence[ModelResult]) -> tuple[ScorecardLine, ...]:
    """The models side by side.

    Parameters
    ----------
    results
        Simplest first.
    """
    lines = []
    for name, is_more_better, figure in _FIGURES:
        values = {result.name: float(figure(result)) for result in results}
        top = max(values.values()) if is_more_better else min(values.values())
        lines.append(
            ScorecardLine(
                name=name,  # type: ignore[arg-type] # the names above
                title=_TITLES[name],
                values=values,
                best=tuple(model for model, value in values.items() if value == top),
                decides=name in _DECIDING,
            )
        )
    return tuple(lines)


def _count_errors(result: ModelResult) -> float:
    return result.behind / result.behind_error if result.behind_error else 0.0


def _say_choice(
    chosen: ModelResult, best: ModelResult, results: Sequence[ModelResult], language: Language
) -> str:
    title = chosen.title.to(language)
    own, top = _figure(chosen.roc_auc.mean, language), _figure(best.roc_auc.mean, language)
    if chosen.name != best.name:
        gap, error = _figure(chosen.behind, language), _figure(chosen.behind_error, language)
        if language == "en":
            return (
                f"{title} (ROC-AUC {own}) is behind the best, {best.title.en} ({top}), by {gap}, "
                f"which is within the standard error of that difference ({error}), and is simpler."
            )
        return (
            f"{title} (ROC-AUC {own}) отстаёт от лучшей модели, {best.title.ru} ({top}), на {gap}; "
            f"это в пределах стандартной ошибки разности ({error}), а устроена она проще."
        )
    simpler = results[: [result.name for result in results].index(best.name)]
    if not simpler:
        if language == "en":
            return f"{title} is the best, and nothing simpler was compared."
        return f"{title}: лучшая; ничего проще не сравнивали."
    rival = min(simpler, key=lambda result: result.behind)
    gap, error = _figure(rival.behind, language), _figure(rival.behind_error, language)
    if language == "en":
        return (
            f"{title} has the highest ROC-AUC, {own}. The best simpler model, {rival.title.en}, "
            f"is behind by {gap}, more than the standard error of that difference ({error})."
        )
    return (
        f"{title}: наибольший ROC-AUC, {own}. Лучшая из более простых моделей, {rival.title.ru}, "
        f"отстаёт на {gap}, больше стандартной ошибки разности ({error})."
    )


def _figure(value: float, language: Language) -> str:
    text = f"{value:.4f}" if value < 0.01 else f"{value:.3f}"
    return text.replace(".", ",") if language == "ru" else text
