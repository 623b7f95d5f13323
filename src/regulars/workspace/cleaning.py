"""Missing values and outliers of an analysis: what is done with each column, and what it changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from regulars.features import Feature, FeatureTable
from regulars.quality import CleaningPlan
from regulars.quality.cleaning import ColumnCleaning
from regulars.quality.outliers import find_outliers
from regulars.schema.wording import Wording, format_share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.schema.mapping import Mapping as SourceMapping

__all__ = ["CleanedColumn", "CleanedFeatures", "OutlierChoice", "clean_features"]

OutlierChoice = Literal["keep", "cap", "drop"]


@dataclass(frozen=True, slots=True)
class CleanedColumn:
    """What was done with one feature.

    Attributes
    ----------
    feature, meaning
        The feature.
    plan
        What was decided, and why.
    missing_count
        Values that were missing.
    fill
        What stands in for them where it is one value for all; None otherwise.
    outlier_count
        Values beyond the limits.
    low, high
        The limits; None for what is no number.
    is_default
        Whether nobody asked: the models and segments then treat it as they do by themselves.
    """

    feature: str
    meaning: Wording
    plan: ColumnCleaning
    missing_count: int
    fill: float | str | None
    outlier_count: int
    low: float | None
    high: float | None
    is_default: bool


@dataclass(frozen=True, slots=True, eq=False)
class CleanedFeatures:
    """Features after the plan.

    Attributes
    ----------
    features
        The customers that were kept, filled from all of them: what segments are made of.
    kept
        Which of the customers before, shape (n_customers,).
    columns
        One per feature before, in order.
    to_learn
        The same customers and features, with everything done that takes no learning; the rest is
        for `plan`.
    plan
        What the models learn from the training rows of each fold; None for nothing.
    given
        What was asked for, by feature.
    left_out
        Ids of the customers that the plan for a feature leaves out, by that feature.
    """

    features: FeatureTable
    kept: NDArray[np.bool_]
    columns: tuple[CleanedColumn, ...]
    to_learn: FeatureTable
    plan: CleaningPlan | None = None
    given: Mapping[str, ColumnCleaning] = field(default_factory=dict)
    left_out: Mapping[str, pa.Array] = field(default_factory=dict)

    def treat(self, features: FeatureTable) -> FeatureTable:
        """Features of another date with the same done that takes no learning; nobody is left out."""
        own = {name: one for name, one in self.given.items() if name in features.names}
        return _treat(features, own) if own else features

    def keep(self, features: FeatureTable) -> NDArray[np.bool_]:
        """Which customers of another date stay, shape (n_customers,).

        By the values of that date where it has the feature; by those of today where it has not, as
        a column of a file says only how customers are now.
        """
        import numpy as np
        import pyarrow.compute as pc

        kept = np.ones(len(features), dtype=bool)
        for name, one in self.given.items():
            if name in features.names:
                kept &= _keep_customers(features, name, one)
            elif name in self.left_out:
                gone = pc.is_in(features.customer_ids, value_set=self.left_out[name])
                kept &= ~gone.to_numpy(zero_copy_only=False)
        return kept


def clean_features(
    features: FeatureTable,
    *,
    plan: CleaningPlan | None = None,
    outliers: OutlierChoice = "keep",
    mappings: Sequence[SourceMapping] = (),
) -> CleanedFeatures:
    """The features as a plan wants them; without one they stay, and what models do is said.

    By default nothing is changed here: models put the median of their own training rows where a
    number is missing, with a column that says so, and take a missing category for a level of its
    own. Of a plan, what takes no learning is done here: constants, given limits, columns and
    customers that go. What stands in for a gap and limits that are not given are learnt by the
    models from the training rows of each fold; segments, which test nothing, from all customers.

    Parameters
    ----------
    features
        One row per customer.
    plan
        By name of feature, or of the file's column.
    outliers
        What is done with values beyond Tukey's limits in every number that the plan does not name.
    mappings
        How the sources were read, for the names of the file's columns.

    Raises
    ------
    UnknownColumnError
        When the plan names a column that is no feature.
    """
    import numpy as np

    decided = _decide(features, plan, outliers, mappings)
    columns = [
        _measure(features, feature, decided.get(feature.name)) for feature in features.features
    ]
    if not decided:
        everybody = np.ones(len(features), dtype=bool)
        return CleanedFeatures(features, everybody, tuple(columns), features)
    kept, left_out = _keep_rows(features, decided)
    to_learn = _treat(_take(features, kept), decided)
    learnt = {}
    for name, one in decided.items():
        left = _keep_learnt(one, is_number=features.get_feature(name).kind == "numeric")
        if left is not None:
            learnt[name] = left
    filled = _clean_categories(_clean_numbers(to_learn, learnt), learnt)
    plan = CleaningPlan(columns=tuple(learnt.values())) if learnt else None
    return CleanedFeatures(filled, kept, tuple(columns), to_learn, plan, decided, left_out)


def _treat(features: FeatureTable, decided: Mapping[str, ColumnCleaning]) -> FeatureTable:
    """What takes no learning: constants, given limits, indicators, columns that go."""
    given = {name: _keep_given(one) for name, one in decided.items()}
    gone = [name for name, one in decided.items() if one.missing == "drop_column"]
    return _clean_categories(_clean_numbers(features, given), given).drop(gone)


def _has_limits(one: ColumnCleaning) -> bool:
    return one.low is not None and one.high is not None


def _keep_given(one: ColumnCleaning) -> ColumnCleaning:
    """Of what is planned for a column, what takes no learning."""
    return one.model_copy(
        update={
            "missing": "constant" if one.missing == "constant" else "keep",
            "outliers": "cap" if one.outliers == "cap" and _has_limits(one) else "keep",
        }
    )


def _keep_learnt(one: ColumnCleaning, *, is_number: bool) -> ColumnCleaning | None:
    """The rest of it; None when nothing is left to learn."""
    fills = ("mean", "median", "mode", "knn", "pattern") if is_number else ("mode",)
    is_filled = one.missing in fills
    is_left = is_number and one.missing != "drop_column"
    is_capped = is_left and one.outliers == "cap" and not _has_limits(one)
    if not is_filled and not is_capped:
        return None
    return one.model_copy(
        update={
            "missing": one.missing if is_filled else "keep",
            "constant": None,
            "has_indicator": False,
            "outliers": "cap" if is_capped else "keep",
        }
    )


def _decide(
    features: FeatureTable,
    plan: CleaningPlan | None,
    outliers: OutlierChoice,
    mappings: Sequence[SourceMapping],
) -> dict[str, ColumnCleaning]:
    """What was asked for, by feature."""
    renamed = {column.source: column.target for mapping in mappings for column in mapping.columns}
    decided = {}
    for one in plan.columns if plan else ():
        target = one.column if one.column in features.names else renamed.get(one.column, one.column)
        decided[features.get_feature(target).name] = one.model_copy(update={"column": target})
    if outliers == "keep":
        return decided
    for feature in features.features:
        if feature.kind == "numeric" and feature.name not in decided:
            found = find_outliers(_numbers(features, feature.name))
            if found.count:
                decided[feature.name] = ColumnCleaning(
                    column=feature.name,
                    missing="keep",
                    outliers=outliers,
                    # To leave customers out the limits must be known; to move values they are learnt.
                    low=found.low if outliers == "drop" else None,
                    high=found.high if outliers == "drop" else None,
                    reason=Wording(
                        en=f"{format_share(found.share, 'en')} lie beyond Tukey's limits; asked for"
                        f" by --outliers {outliers}.",
                        ru=f"За границами Тьюки {format_share(found.share, 'ru')}; так задано:"
                        f" --outliers {outliers}.",
                    ),
                )
    return decided


def _numbers(features: FeatureTable, name: str) -> NDArray[np.float64]:
    import numpy as np

    return np.asarray(features.table.column(name).to_numpy(), dtype=np.float64)


def _measure(
    features: FeatureTable, feature: Feature, decided: ColumnCleaning | None
) -> CleanedColumn:
    values = features.table.column(feature.name)
    missing, fill, low, high, outlying = int(values.null_count), None, None, None, 0
    if feature.kind == "numeric":
        import numpy as np

        numbers = _numbers(features, feature.name)
        missing = int(np.isnan(numbers).sum())
        found = find_outliers(numbers)
        low, high = found.low, found.high
        if decided is not None and decided.low is not None and decided.high is not None:
            low, high = decided.low, decided.high
        outlying = int(((numbers < low) | (numbers > high)).sum())
    plan = decided or _say_default(feature, missing / max(len(features), 1))
    if missing:
        fill = _find_fill(features, feature, plan)
    return CleanedColumn(
        feature=feature.name,
        meaning=feature.meaning,
        plan=plan,
        missing_count=missing,
        fill=fill,
        outlier_count=outlying,
        low=_bounded(low),
        high=_bounded(high),
        is_default=decided is None,
    )


def _bounded(limit: float | None) -> float | None:
    # Without any spread there is no limit, and JSON has no number for that.
    return None if limit is None or limit in (float("inf"), float("-inf")) else limit


def _say_default(feature: Feature, share: float) -> ColumnCleaning:
    said = {language: format_share(share, language) for language in ("en", "ru")}
    if not share:
        words = Wording(en="Nothing is missing.", ru="Пропусков нет.")
        return ColumnCleaning(column=feature.name, missing="keep", reason=words)
    if feature.kind == "numeric":
        return ColumnCleaning(
            column=feature.name,
            missing="median",
            has_indicator=True,
            reason=Wording(
                en=f"{said['en']} missing: the median of the training rows, and a column that says"
                " where it was missing.",
                ru=f"Пропущено {said['ru']}: медиана обучающих строк и столбец о том, где был"
                " пропуск.",
            ),
        )
    return ColumnCleaning(
        column=feature.name,
        missing="keep",
        reason=Wording(
            en=f"{said['en']} missing: “not known” is a level of its own.",
            ru=f"Пропущено {said['ru']}: «нет данных» — отдельное значение.",
        ),
    )


def _find_fill(
    features: FeatureTable, feature: Feature, plan: ColumnCleaning
) -> float | str | None:
    import numpy as np
    import pyarrow.compute as pc

    if plan.missing == "constant":
        return plan.constant
    if feature.kind == "numeric" and plan.missing in ("mean", "median"):
        numbers = _numbers(features, feature.name)
        known = numbers[~np.isnan(numbers)]
        if not len(known):
            return None
        return float(known.mean() if plan.missing == "mean" else np.median(known))
    if plan.missing == "mode":
        known = features.table.column(feature.name).drop_null()
        counts = pc.value_counts(known).to_pylist()
        if counts:
            best = min(counts, key=lambda pair: (-pair["counts"], str(pair["values"])))
            return best["values"] if isinstance(best["values"], float) else str(best["values"])
    return None


def _keep_rows(
    features: FeatureTable, decided: Mapping[str, ColumnCleaning]
) -> tuple[NDArray[np.bool_], dict[str, pa.Array]]:
    """Which customers stay, and by feature the ids of those that go."""
    import numpy as np
    import pyarrow as pa

    kept, left_out = np.ones(len(features), dtype=bool), {}
    for name, one in decided.items():
        own = _keep_customers(features, name, one)
        kept &= own
        if not own.all():
            left_out[name] = features.customer_ids.filter(pa.array(~own))
    return kept, left_out


def _keep_customers(features: FeatureTable, name: str, one: ColumnCleaning) -> NDArray[np.bool_]:
    """Which customers stay as far as one feature goes."""
    import numpy as np

    kept = np.ones(len(features), dtype=bool)
    if one.missing == "drop_rows":
        kept &= features.table.column(name).is_valid().to_numpy()
    if one.outliers == "drop" and one.low is not None and one.high is not None:
        numbers = _numbers(features, name)
        kept &= np.isnan(numbers) | ((numbers >= one.low) & (numbers <= one.high))
    return kept


def _take(features: FeatureTable, kept: NDArray[np.bool_]) -> FeatureTable:
    import pyarrow as pa

    return FeatureTable(features.table.filter(pa.array(kept)), features.features, features.as_of)


def _clean_numbers(features: FeatureTable, decided: Mapping[str, ColumnCleaning]) -> FeatureTable:
    """Numbers together, because neighbors and patterns look at all of them."""
    import numpy as np

    names = [feature.name for feature in features.features if feature.kind == "numeric"]
    planned = [decided[name] for name in names if name in decided]
    if not planned or not len(features):
        return features
    # What nobody named stays as it is, for the models to treat in their folds.
    rest = [ColumnCleaning(column=name, missing="keep") for name in names if name not in decided]
    transformer = CleaningPlan(columns=(*planned, *rest)).build(names)
    matrix = np.column_stack([_numbers(features, name) for name in names])
    cleaned = np.asarray(transformer.fit_transform(matrix), dtype=np.float64)
    marked = [one.column for one in planned if one.has_indicator]
    return _put(features, names, marked, cleaned)


def _put(
    features: FeatureTable,
    names: Sequence[str],
    marked: Sequence[str],
    cleaned: NDArray[np.float64],
) -> FeatureTable:
    import pyarrow as pa

    columns = {name: features.table.column(name) for name in features.table.column_names}
    known = list(features.features)
    for place, name in enumerate(names):
        columns[name] = pa.chunked_array([pa.array(cleaned[:, place], from_pandas=True)])
    for place, name in enumerate(marked, start=len(names)):
        meaning = features.get_feature(name).meaning
        words = Wording(en=f"{meaning.en} missing", ru=f"{meaning.ru}: нет данных")
        columns[f"missing_{name}"] = pa.chunked_array([pa.array(cleaned[:, place] == 1)])
        known.append(Feature(f"missing_{name}", words, None, "boolean", source=name))
    return FeatureTable(pa.table(columns), tuple(known), features.as_of)


def _clean_categories(
    features: FeatureTable, decided: Mapping[str, ColumnCleaning]
) -> FeatureTable:
    import pyarrow as pa

    columns = {name: features.table.column(name) for name in features.table.column_names}
    for feature in features.features:
        one = decided.get(feature.name)
        if one is None or feature.kind == "numeric" or one.missing not in ("mode", "constant"):
            continue
        fill = _find_fill(features, feature, one)
        if fill is not None:
            value = fill == "true" if feature.kind == "boolean" else str(fill)
            columns[feature.name] = columns[feature.name].fill_null(value)
    return FeatureTable(pa.table(columns), features.features, features.as_of)
