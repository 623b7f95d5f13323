"""Any family of models as one scikit-learn estimator: candidates, calibration and reasons included."""

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin  # noqa: TID253 - this is an estimator
from sklearn.utils.multiclass import type_of_target  # noqa: TID253 - as above
from sklearn.utils.validation import check_is_fitted, validate_data  # noqa: TID253 - as above

from regulars.errors import InvalidParameterError
from regulars.estimator import Estimator, Interval, StrOptions
from regulars.evaluate.folds import group_identical_rows
from regulars.evaluate.threads import one_thread
from regulars.predictions.comparing.validation import fit_model
from regulars.predictions.fitting.roster import FAMILIES
from regulars.predictions.fitting.training import TrainingRows

__all__ = ["CustomerClassifier"]


class CustomerClassifier(ClassifierMixin, Estimator):
    """One family of models for an outcome of two classes.

    Candidates of the family (strengths of a penalty, numbers of trees) are compared on three inner folds of
    the training rows, on which the probabilities are calibrated too; identical rows stay on one
    side. Unknown values are taken as they are.

    Parameters
    ----------
    model
        The name of a family: one of `regulars.predictions.list_installed()`, or `tuned`.
    is_category
        Which columns of `X` hold codes of levels (whole numbers from 0); None when none does.
    monotone
        For each column 1 or -1 where the second class may only become more, or only less, probable with
        the number, 0 elsewhere; None where nothing is asked. Not every family can be held to it.
    tuning_seconds
        How long `tuned` may search for its settings.
    random_state
        Same seed and rows, same probabilities.

    Attributes
    ----------
    classes_
        The two classes, sorted; shape (2,).
    scorer_
        The fitted, calibrated model.

    Examples
    --------
    >>> chance = np.random.default_rng(1)
    >>> X = chance.normal(size=(300, 2))
    >>> stays = np.where(X[:, 0] + chance.normal(size=300) > 0, "stays", "leaves")
    >>> classifier = CustomerClassifier("logistic").fit(X, stays)
    >>> classifier.predict([[2.0, 0.0], [-2.0, 0.0]]).tolist()
    ['stays', 'leaves']
    >>> bool(
    ...     abs(classifier.explain([[2.0, 0.0]])[0, 0])
    ...     > abs(classifier.explain([[2.0, 0.0]])[0, 1])
    ... )
    True
    """

    _constraints: ClassVar[dict[str, list[Any]]] = {
        "model": [StrOptions(set(FAMILIES))],
        "tuning_seconds": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        model: str = "logistic",
        *,
        is_category: ArrayLike | None = None,
        monotone: ArrayLike | None = None,
        tuning_seconds: float = 30.0,
        random_state: int = 0,
    ) -> None:
        self.model = model
        self.is_category = is_category
        self.monotone = monotone
        self.tuning_seconds = tuning_seconds
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from rows of shape (n_customers, n_features) and their classes, shape (n_customers,).

        Raises
        ------
        InvalidParameterError
            When there are not two classes, or the family is not installed or cannot be held to a way.
        QualityError
            When there are too few rows of one class to compare candidates.
        """
        self._check_parameters()
        values, labels = validate_data(self, X, y, ensure_all_finite="allow-nan", dtype=np.float64)
        self.classes_, codes = _read_classes(labels)
        ways = None if self.monotone is None else np.asarray(self.monotone, dtype=np.int64)
        if ways is not None and not FAMILIES[self._name].is_monotone:
            able = ", ".join(name for name, family in FAMILIES.items() if family.is_monotone)
            raise InvalidParameterError(
                en=f"'{self.model}' cannot be held to the way of a feature. Choose from: {able}.",
                ru=f"Модель «{self.model}» нельзя удержать в направлении признака. Выберите из: {able}.",
            )
        is_category: NDArray[np.bool_] = np.zeros(values.shape[1], dtype=bool)
        if self.is_category is not None:
            is_category = np.asarray(self.is_category, dtype=bool)
        rows = TrainingRows(
            values,
            codes.astype(np.float64),
            group_identical_rows(values),
            is_category,
            monotone=ways,
            tuning_seconds=self.tuning_seconds,
        )
        with one_thread():
            self.scorer_ = fit_model(self._name, rows, self.random_state)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (n_customers, 2); rows sum to one."""
        check_is_fitted(self)
        share = self.scorer_.probabilities(self._check(X))
        return np.column_stack([1 - share, share])

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Calibrated log-odds of the second class, shape (n_customers,)."""
        check_is_fitted(self)
        return self.scorer_.log_odds(self._check(X))

    def predict(self, X: ArrayLike) -> NDArray[np.object_]:
        """The more probable class, shape (n_customers,)."""
        is_second = self.decision_function(X) > 0
        return np.asarray(self.classes_[is_second.astype(np.int64)])

    def explain(self, X: ArrayLike) -> NDArray[np.float64]:
        """SHAP values, shape (n_customers, n_features): with one constant they sum to the log-odds."""
        check_is_fitted(self)
        return self.scorer_.contributions(self._check(X))

    @property
    def _name(self) -> Any:  # noqa: ANN401 - one of the names, which `_check_parameters` has seen to
        return self.model

    def _check(self, X: ArrayLike) -> NDArray[np.float64]:
        return np.asarray(
            validate_data(self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64)
        )

    def __sklearn_tags__(self) -> object:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        return tags


def _read_classes(labels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    kind = type_of_target(labels, input_name="y", raise_unknown=True)
    if kind != "binary":
        raise InvalidParameterError(
            en=f"Only binary classification is supported. The type of the target is {kind}.",
            ru=f"Поддерживаются только исходы из двух классов. Вид исхода: {kind}.",
        )
    classes, codes = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise InvalidParameterError(
            en=f"CustomerClassifier needs 2 classes; found only one class, {classes[0]!r}.",
            ru=f"Для CustomerClassifier нужны 2 класса; найден только {classes[0]!r}.",
        )
    return classes, codes
