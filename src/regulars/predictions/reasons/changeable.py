"""Which features a company could change for a customer, and which nobody can."""

import re
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from regulars.errors import UnknownColumnError
from regulars.features.table import Feature

__all__ = ["find_changeable"]

_GIVEN = re.compile(
    r"\b(age|sex|gender|birth\w*|born|marital|married|spouse|has a partner|dependents?|child(ren)?|kids|"
    r"famil\w*|education|degree|occupation|profession|job|income|citizen\w*|nation\w*|race|"
    r"region|city|country|province|district|zip|postal|address|territory|"
    r"total (charges?|spent|spend|amount|revenue|paid|purchases|orders)|lifetime|cumulative|tenure|seniority|registered|registration|joined|signup|since|"
    r"возраст\w*|пол|рожд\w*|брак\w*|семь\w*|семей\w*|супруг\w*|дет(и|ей)|иждивен\w*|образован\w*|"
    r"професси\w*|должност\w*|доход\w*|гражданств\w*|пенсион\w*|регион\w*|город\w*|стран\w*|область|"
    r"всего|накоплен\w*|район\w*|адрес\w*|индекс\w*|стаж\w*|регистрац\w*)\b",
    re.IGNORECASE,
)
"""Words of what a customer is, or of time and money that have gone by."""

_PAST = re.compile(
    r"\b(previous|prior|former|past|last|history|прошл\w*|предыдущ\w*|последн\w*|истори\w*)\b",
    re.IGNORECASE,
)
"""Words of dealings that are over, where a file has a column of them."""

_CALENDAR = re.compile(
    r"(year|quarter|month|week|day|weekday|weekend|date|hour|day of( the)? week|"
    r"год|квартал|месяц|неделя|день|день недели|выходной|дата|час)",
    re.IGNORECASE,
)
"""Whole names of a moment, when somebody came or was called."""

_WORDS = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|[_\W]+")


def find_changeable(
    features: Sequence[Feature],
    *,
    change: Collection[str] = (),
    fixed: Collection[str] = (),
) -> NDArray[np.bool_]:
    """Which features may be changed, shape (n_features,).

    What a customer is (age, sex, family, place), the moment, time and dealings that have gone by, and
    totals since the beginning cannot be changed; what they have, pay and do can. Names that are given go before what words tell.

    Parameters
    ----------
    features
        In order.
    change
        Only these, by name of feature or of the file's column; all that can be by default.
    fixed
        These may not, whatever they are.

    Raises
    ------
    UnknownColumnError
        When a name is none of a feature's.

    Examples
    --------
    >>> from regulars.schema.wording import Wording
    >>> names = ("SeniorCitizen", "monthly_fee", "tenure")
    >>> found = find_changeable(
    ...     [Feature(n, Wording(en=n, ru=n), None, "numeric", source=n) for n in names]
    ... )
    >>> found.tolist()
    [False, True, False]
    """
    places = {name: j for j, one in enumerate(features) for name in (one.source or "", one.name)}
    for name in (*change, *fixed):
        if name not in places:
            known = [feature.name for feature in features]
            raise UnknownColumnError(
                name, known, where="What the model sees", ru="Среди того, что видит модель,"
            )
    may = np.array([not _is_given(feature) for feature in features], dtype=bool)
    if change:
        may[:] = False
        may[[places[name] for name in change]] = True
    may[[places[name] for name in fixed]] = False
    return may


def _is_given(feature: Feature) -> bool:
    is_told = feature.group == "profile"
    if feature.unit == "days" and not is_told:
        return True
    names = [feature.name, feature.source or "", feature.meaning.en, feature.meaning.ru]
    words = [_WORDS.sub(" ", name).strip() for name in names]
    said = " ".join(words)
    if is_told and (_PAST.search(said) or any(_CALENDAR.fullmatch(name) for name in words)):
        return True
    return bool(_GIVEN.search(said))
