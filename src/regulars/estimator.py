"""The base of our estimators: parameters declared beside the class, checked in `fit`.

scikit-learn keeps its table of constraints in a private module that many projects use all the
same; this file is the only one that does, so that a change there is met in one place.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from sklearn.base import BaseEstimator  # noqa: TID253 - an estimator cannot be without it
from sklearn.utils._param_validation import (  # noqa: TID253 - as above
    HasMethods,
    Interval,
    Options,
    StrOptions,
    validate_parameter_constraints,
)
from sklearn.utils._param_validation import (  # noqa: TID253 - as above
    InvalidParameterError as _RefusedParameter,
)

from regulars.errors import InvalidParameterError

__all__ = ["Estimator", "HasMethods", "Interval", "Options", "StrOptions"]


class Estimator(BaseEstimator):
    """A scikit-learn estimator that says which parameter is wrong in one sentence.

    A subclass declares `_constraints` and calls `_check_parameters` first in `fit`.

    Examples
    --------
    >>> from numbers import Real
    >>> class Cutter(Estimator):
    ...     _constraints = {"share": [Interval(Real, 0, 1, closed="both")]}
    ...
    ...     def __init__(self, share=0.5):
    ...         self.share = share
    ...
    ...     def fit(self, X, y=None):
    ...         self._check_parameters()
    ...         return self
    >>> Cutter(share=2.0).fit([[1]])
    Traceback (most recent call last):
        ...
    regulars.errors.InvalidParameterError: The 'share' parameter of Cutter must be a float in the
    range [0.0, 1.0]. Got 2.0 instead.
    """

    _constraints: ClassVar[Mapping[str, list[Any]]] = {}

    def _check_parameters(self) -> None:
        parameters = self.get_params(deep=False)
        declared = {name: parameters[name] for name in self._constraints}
        try:
            validate_parameter_constraints(
                self._constraints, declared, caller_name=type(self).__name__
            )
        except _RefusedParameter as error:
            raise InvalidParameterError(
                en=f"{error}", ru=f"Параметр задан неверно: {error}"
            ) from error
