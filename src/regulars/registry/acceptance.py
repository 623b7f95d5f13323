"""Whether features are those that kept models learnt from: the same columns, kinds and units."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError, QualityError
from regulars.features.matrix import FeatureMatrix
from regulars.features.sentences import format_number
from regulars.features.table import Feature, FeatureTable
from regulars.registry.manifest import SavedFeature
from regulars.schema.wording import Language, Wording

__all__ = ["check_columns", "check_values", "count_new_levels", "find_range"]

_FEWEST = 20
"""Of fewer customers values that are odd, or missing, may well be theirs."""

_FEWEST_IN_RANGE = 100
_MOST_NAMED = 10
_KINDS: dict[str, Wording] = {
    "numeric": Wording(en="a number", ru="число"),
    "category": Wording(en="a category", ru="категория"),
    "boolean": Wording(en="yes or no", ru="да или нет"),
}
_ENDS = (0.01, 0.99)
_SPANS = 3.0
_TIMES = 5.0


def find_range(values: NDArray[np.float64]) -> tuple[float, float] | None:
    """The first and the last hundredth of a number; None of fewer than 100 customers."""
    known = values[~np.isnan(values)]
    if len(known) < _FEWEST_IN_RANGE:
        return None
    low, high = np.quantile(known, _ENDS)
    return float(low), float(high)


def check_columns(
    wanted: Sequence[SavedFeature], found: Sequence[Feature], *, run: str | None
) -> None:
    """Raise where a feature that the models look at is missing or of another kind; all are named.

    Parameters
    ----------
    wanted
        What they look at.
    found
        What there is.
    run
        In which they were learnt.

    Raises
    ------
    InvalidParameterError
        With every difference.
    """
    kinds = {feature.name: feature.kind for feature in found}
    other = [feature for feature in wanted if kinds.get(feature.name) != feature.kind]
    if not other:
        return
    missing = [one for one in other if one.name not in kinds]
    changed = [one for one in other if one.name in kinds]
    said = []
    if missing:
        en, ru = (_list_names(missing, language) for language in ("en", "ru"))
        said.append(
            Wording(
                en=f"{len(missing)} of the {len(wanted)} columns that the models look at are missing here: {en}",
                ru=f"из столбцов, на которые смотрят модели ({len(wanted)}), здесь нет {len(missing)}: {ru}",
            )
        )
    if changed:
        said.append(
            Wording(
                en="of another kind here are "
                + ", ".join(
                    f"'{one.name}' ({_KINDS[kinds[one.name]].en}, it was {_KINDS[one.kind].en})"
                    for one in changed[:_MOST_NAMED]
                ),
                ru="другого вида здесь "
                + ", ".join(
                    f"«{one.name}» ({_KINDS[kinds[one.name]].ru}, а было: {_KINDS[one.kind].ru})"
                    for one in changed[:_MOST_NAMED]
                ),
            )
        )
    en, ru = "; ".join(one.en for one in said), "; ".join(one.ru for one in said)
    raise InvalidParameterError(
        en=f"These are not the columns that the run {run} learnt from: {en}. Give a file with the same"
        " columns, or learn anew: regulars analyze FILE.",
        ru=f"Это не те столбцы, по которым учился прогон {run}: {ru}. Дайте файл с теми же столбцами или"
        " обучите заново: regulars analyze ФАЙЛ.",
    )


def _list_names(features: Sequence[SavedFeature], language: Language) -> str:
    """The first names, and how many more there are."""
    quoted = [
        f"'{one.name}'" if language == "en" else f"«{one.name}»" for one in features[:_MOST_NAMED]
    ]
    rest = len(features) - len(quoted)
    more = f" and {rest} more" if language == "en" else f" и ещё {rest}"
    return ", ".join(quoted) + (more if rest else "")


def check_values(wanted: Sequence[SavedFeature], matrix: FeatureMatrix, *, run: str | None) -> None:
    """Raise where nothing is known of anybody, or a number is far from where it was when it was learnt.

    Of fewer than 20 customers nothing is said.

    Parameters
    ----------
    wanted
        What the models look at.
    matrix
        The same features of the customers to score.
    run
        In which the models were learnt.

    Raises
    ------
    QualityError
        When every value is missing.
    InvalidParameterError
        When the median of a number lies more than three times the usual range beyond it, or below a
        fifth of where that begins: as when months have become days, or roubles thousands.
    """
    n_customers = len(matrix.values)
    if n_customers < _FEWEST:
        return
    if np.isnan(matrix.values).all():
        raise QualityError(
            en=f"Of {n_customers} customers none of the {len(wanted)} features that the models look at is "
            "known: all would get the same probability. Check the columns and dates of the source.",
            ru=f"Ни для одного из клиентов ({n_customers}) не известен ни один признак, на который смотрят "
            f"модели ({len(wanted)}): вероятность у всех была бы одна. Проверьте столбцы и даты источника.",
        )
    for feature, values in zip(wanted, matrix.values.T, strict=True):
        known = values[~np.isnan(values)]
        if feature.usual_range is None or len(known) < _FEWEST:
            continue
        median = float(np.median(known))
        if _is_far(median, *feature.usual_range):
            raise _of_another_unit(feature, median, feature.usual_range, run)


def count_new_levels(matrix: FeatureMatrix, features: FeatureTable) -> dict[str, int]:
    """How many customers have a level that nobody had when the models learnt, by feature.

    Parameters
    ----------
    matrix
        As the models see them: such a level is not known.
    features
        The same customers, as they are.
    """
    counts = {}
    for feature, levels, values in zip(
        matrix.features, matrix.levels, matrix.values.T, strict=True
    ):
        if levels is None:
            continue
        new = int(np.isnan(values).sum()) - features.table[feature.name].null_count
        if new > 0:
            counts[feature.name] = new
    return counts


def _is_far(median: float, low: float, high: float) -> bool:
    span = high - low
    is_beyond = not low - _SPANS * span <= median <= high + _SPANS * span
    return (is_beyond and span > 0) or 0 <= median < low / _TIMES


def _of_another_unit(
    feature: SavedFeature, median: float, usual: tuple[float, float], run: str | None
) -> InvalidParameterError:
    numbers = (median, *usual)
    en = [format_number(number, "en") for number in numbers]
    ru = [format_number(number, "ru") for number in numbers]
    return InvalidParameterError(
        en=f"The median of '{feature.name}' is {en[0]}; when the models learnt, in the run {run}, it lay "
        f"between {en[1]} and {en[2]} for nearly everybody. Is it in another unit? Bring it to the old "
        "one, or analyze again.",
        ru=f"Медиана «{feature.name}» — {ru[0]}; когда модели учились, в прогоне {run}, почти у всех было "
        f"от {ru[1]} до {ru[2]}. Не другая ли единица? Переведите в прежнюю или проанализируйте заново.",
    )
