"""The families of models: what each is called, how readable it is, and how it is fitted."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from regulars.errors import InvalidParameterError, UnknownNameError
from regulars.predictions.families.boosting import fit_histogram_trees, fit_lightgbm
from regulars.predictions.families.forests import fit_extra_trees, fit_random_forest
from regulars.predictions.families.many_levels import keep_levels, weigh_many_levels
from regulars.predictions.families.models import fit_logistic_path, fit_naive_bayes
from regulars.predictions.families.names import ModelName
from regulars.predictions.families.network import fit_network
from regulars.predictions.families.one_feature import fit_one_feature
from regulars.predictions.families.other_boosters import fit_catboost, fit_xgboost
from regulars.predictions.fitting.scorers import (
    Fitted,
    Fitter,
    Scorer,
    blend_scorers,
    calibrate,
    fit_baseline,
)
from regulars.predictions.fitting.stacking import stack_scorers
from regulars.predictions.fitting.training import Lesson
from regulars.predictions.fitting.tuning import fit_tuned
from regulars.schema.wording import Wording

__all__ = [
    "EVERYDAY_MODELS",
    "FAMILIES",
    "Family",
    "arrange_models",
    "count_fits",
    "list_installed",
    "say_absent",
]

EVERYDAY_MODELS: tuple[ModelName, ...] = (
    "baseline",
    "naive_bayes",
    "logistic",
    "lightgbm",
    "histogram_trees",
    "blend",
)
"""What `analyze` compares: quick enough to run every time."""


def _blend(parts: Sequence[Fitted], _: Lesson) -> Scorer:
    return blend_scorers([part.scorer for part in parts])


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """One family of models.

    Attributes
    ----------
    title
        What people call it.
    readability
        From 5, a table that can be read and checked by hand, to 1, models of different kinds together.
    fit
        Fits and calibrates it; None for one that is made of others.
    parts
        What it is made of.
    combine
        Makes it of its fitted parts.
    package
        What has to be installed for it, as it is imported; empty for what always is.
    extra
        The extra that installs it.
    is_monotone
        Whether it can be held to the way of a feature (`TrainingRows.monotone`).
    is_named
        Whether it runs only where somebody names it, because it takes its time.
    """

    title: Wording
    readability: int
    fit: Fitter | None = None
    parts: tuple[ModelName, ...] = ()
    combine: Callable[[Sequence[Fitted], Lesson], Scorer] = _blend
    package: str = ""
    extra: str = ""
    is_monotone: bool = False
    is_named: bool = False

    @property
    def is_installed(self) -> bool:
        """Whether it can run here."""
        return not self.package or find_spec(self.package) is not None


FAMILIES: dict[ModelName, Family] = {
    "baseline": Family(
        Wording(en="Base rate for everybody", ru="Средняя доля для всех"),
        5,
        fit_baseline,
        is_monotone=True,
    ),
    "one_feature": Family(
        Wording(en="One-feature rule", ru="Правило по одному признаку"),
        5,
        calibrate(keep_levels(fit_one_feature)),
        is_monotone=True,
    ),
    "naive_bayes": Family(
        Wording(en="Naive Bayes over intervals", ru="Наивный Байес по интервалам"),
        5,
        calibrate(keep_levels(fit_naive_bayes)),
    ),
    "logistic": Family(
        Wording(en="Logistic regression", ru="Логистическая регрессия"),
        4,
        calibrate(weigh_many_levels(fit_logistic_path)),
    ),
    "random_forest": Family(
        Wording(en="Random forest", ru="Случайный лес"),
        2,
        calibrate(weigh_many_levels(fit_random_forest)),
        is_monotone=True,
    ),
    "extra_trees": Family(
        Wording(en="Extra trees", ru="Сверхслучайные деревья"),
        2,
        calibrate(weigh_many_levels(fit_extra_trees)),
        is_monotone=True,
    ),
    "lightgbm": Family(
        Wording(en="Gradient boosting (LightGBM)", ru="Градиентный бустинг (LightGBM)"),
        2,
        calibrate(weigh_many_levels(fit_lightgbm)),
        is_monotone=True,
    ),
    "histogram_trees": Family(
        Wording(en="Gradient boosting (scikit-learn)", ru="Градиентный бустинг (scikit-learn)"),
        2,
        calibrate(weigh_many_levels(fit_histogram_trees)),
        is_monotone=True,
    ),
    "xgboost": Family(
        Wording(en="Gradient boosting (XGBoost)", ru="Градиентный бустинг (XGBoost)"),
        2,
        calibrate(weigh_many_levels(fit_xgboost)),
        package="xgboost",
        extra="boosters",
        is_monotone=True,
    ),
    "catboost": Family(
        Wording(en="Gradient boosting (CatBoost)", ru="Градиентный бустинг (CatBoost)"),
        2,
        calibrate(weigh_many_levels(fit_catboost)),
        package="catboost",
        extra="boosters",
        is_monotone=True,
    ),
    "tuned": Family(
        Wording(
            en="Gradient boosting, tuned (LightGBM)", ru="Градиентный бустинг с подбором (LightGBM)"
        ),
        2,
        fit_tuned,
        package="optuna",
        extra="tuning",
        is_monotone=True,
        is_named=True,
    ),
    "network": Family(
        Wording(en="Neural network", ru="Нейронная сеть"),
        1,
        calibrate(weigh_many_levels(fit_network)),
    ),
    # A straight line and trees are wrong about different customers.
    "blend": Family(
        Wording(
            en="Blend of logistic regression and LightGBM",
            ru="Смесь логистической регрессии и LightGBM",
        ),
        1,
        parts=("logistic", "lightgbm"),
    ),
    # Only of families that are always there, so that it is the same on every machine.
    "stack": Family(
        Wording(
            en="Stack of logistic regression, forest, boosting and network",
            ru="Стекинг: логистическая регрессия, лес, бустинг и сеть",
        ),
        1,
        parts=("logistic", "random_forest", "lightgbm", "network"),
        combine=stack_scorers,
    ),
}
"""All families, simplest first."""


def list_installed() -> tuple[ModelName, ...]:
    """Names of all models that can run here, simplest first; `tuned` runs only where it is named.

    Examples
    --------
    >>> set(EVERYDAY_MODELS) <= set(list_installed())
    True
    """
    return tuple(
        name for name, family in FAMILIES.items() if family.is_installed and not family.is_named
    )


def say_absent(models: Iterable[ModelName] | None = None) -> Wording | None:
    """Which of `models` are not installed and how to install them; None where all are.

    Without `models` it is asked of all that run without being named.
    """
    wanted = [name for name, family in FAMILIES.items() if not family.is_named]
    absent = [FAMILIES[n] for n in (models or wanted) if not FAMILIES[n].is_installed]
    if not absent:
        return None
    extras = ",".join(sorted({family.extra for family in absent}))
    return Wording(
        en=f"Not compared, because not installed: {', '.join(one.title.en for one in absent)}. "
        f"Install: pip install 'regulars[{extras}]'.",
        ru="Не сравнивались, потому что не установлены: "
        f"{', '.join(one.title.ru for one in absent)}. Установите: pip install 'regulars[{extras}]'.",
    )


def arrange_models(models: Iterable[ModelName]) -> tuple[ModelName, ...]:
    """Those of `models` and what they are made of, each once, simplest first.

    Raises
    ------
    UnknownNameError
        When there is no model of such a name.
    InvalidParameterError
        When one of them is not installed, or none is named.

    Examples
    --------
    >>> arrange_models(["blend", "baseline"])
    ('baseline', 'logistic', 'lightgbm', 'blend')
    """
    wanted: set[ModelName] = set()
    for name in models:
        if name not in FAMILIES:
            raise UnknownNameError("model", name, FAMILIES, ru="модели")
        wanted |= {name, *FAMILIES[name].parts}
    absent = say_absent(wanted)
    if absent is not None:
        raise InvalidParameterError(en=absent.en, ru=absent.ru)
    if not wanted:
        raise InvalidParameterError(
            en=f"No model is named. Choose from: {', '.join(FAMILIES)}.",
            ru=f"Не названо ни одной модели. Выберите из: {', '.join(FAMILIES)}.",
        )
    return tuple(name for name in FAMILIES if name in wanted)


def count_fits(models: Iterable[ModelName]) -> int:
    """How many models are fitted where `models` are compared; those made of others cost nothing."""
    return sum(FAMILIES[name].fit is not None for name in arrange_models(models))
