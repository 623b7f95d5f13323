"""The verb `predict amount`: a number of each customer, foretold from the other columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError, QualityError, UnknownColumnError
from regulars.features import load_features, read_profile_column
from regulars.predictions.amounts.comparison import compare_amount_models
from regulars.predictions.amounts.twins import find_twins
from regulars.schema.contract import Role
from regulars.workspace.as_of import choose_as_of
from regulars.workspace.cleaning import clean_features
from regulars.workspace.customer_features import build_customer_features
from regulars.workspace.profile_columns import ROW, ProfileColumns
from regulars.workspace.rule_sources import find_end, read_mappings
from regulars.workspace.tables import open_history, see_tables

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence
    from datetime import date

    import ibis
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.features import AsOf, FeatureDefinition
    from regulars.predictions.amounts.models import AmountModelName
    from regulars.predictions.amounts.results import AmountComparison
    from regulars.predictions.amounts.twins import Twin
    from regulars.predictions.comparing.standings import SplitKind
    from regulars.progress import Progress
    from regulars.schema.mapping import Mapping as SourceMapping
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = ["PredictedAmount", "compare_amounts", "predict_amount"]


@dataclass(frozen=True, slots=True)
class PredictedAmount:
    """Models of a number, and the columns that know it.

    Attributes
    ----------
    comparison
        The models.
    twins
        Numbers that go with it nearly in lockstep.
    dropped
        Names of those that the models did not see.
    """

    comparison: AmountComparison
    twins: tuple[Twin, ...]
    dropped: tuple[str, ...]


def predict_amount(
    workspace: Workspace,
    column: str,
    *,
    as_of: date | None = None,
    keep: Sequence[str] = (),
    seed: int = 0,
    language: Language,
    progress: Progress,
) -> PredictedAmount:
    """Compare models of a number that a file with one row per customer tells.

    Columns that say the same, in cents or with the tax, are left out first.

    Parameters
    ----------
    workspace
        Whose lake.
    column
        The number, by the file's name of it.
    as_of
        First day that is not seen; as `analyze` takes it by default.
    keep
        Columns that models may see even if they seem to know it.
    seed
        Of everything random.
    language, progress
        Of the stages, and told of them.

    Raises
    ------
    UnknownColumnError
        When there is no such column.
    InvalidParameterError
        When it holds no numbers, or there is no file with one row per customer.
    QualityError
        When there is too little to learn from.
    """
    snapshot = workspace.lake.snapshot()
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        mappings = read_mappings(workspace)
        latest = choose_as_of(workspace, as_of)
        day = latest if as_of else find_end(open_history(snapshot, backend), latest, mappings)
        tables = see_tables(snapshot, backend, as_of=day, told_until=latest)
        return compare_amounts(
            tables,
            mappings,
            column,
            as_of=day,
            definitions=load_features(workspace.read_definitions("feature")),
            keep=keep,
            seed=seed,
            language=language,
            progress=progress,
        )


def compare_amounts(
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[SourceMapping],
    column: str,
    *,
    as_of: AsOf,
    definitions: Sequence[FeatureDefinition],
    split: SplitKind = "stratified",
    order_by: str | None = None,
    gap: float = 0.0,
    by: str | None = None,
    models: Sequence[AmountModelName] | None = None,
    keep: Sequence[str] = (),
    seed: int,
    language: Language,
    progress: Progress,
) -> PredictedAmount:
    """The same of tables that are open.

    Parameters
    ----------
    tables
        The canonical tables by name.
    mappings
        How files were read.
    column, as_of
        As in `predict_amount`.
    definitions
        The features that are looked for.
    split, order_by, gap, by, models
        As in `ComparisonWishes`.
    keep, seed, language, progress
        As in `predict_amount`.
    """
    target = _find_target(mappings, column)
    others = [_ignore(one, target) for one in mappings]
    built = build_customer_features(tables, others, as_of=as_of, definitions=definitions)
    if built.features is None:
        raise QualityError(
            en=f"Nothing was known about any customer before {as_of.day}.",
            ru=f"До {as_of.day:%d.%m.%Y} ни об одном клиенте ничего не было известно.",
        )
    cleaned = clean_features(built.features, mappings=mappings)
    features = cleaned.to_learn
    values = read_profile_column(tables["profiles"], target, as_of=as_of)
    amounts = read_numbers(values, column)[cleaned.kept]
    twins = find_twins(features, amounts)
    called = {one.source: one.target for each in mappings for one in each.columns}
    kept = {called.get(name, name) for name in keep}
    dropped = tuple(twin.feature for twin in twins if twin.is_certain and twin.feature not in kept)
    profiles = ProfileColumns(tables["profiles"], mappings, as_of, features, cleaned.kept)
    ordering = None
    seen = features.drop(dropped)
    if split != "stratified" or order_by:
        ordering = profiles.read_order(order_by or ROW)
        seen = seen.drop(
            [one for one in profiles.list_features(ordering.name) if one in seen.names]
        )
    comparison = compare_amount_models(
        seen,
        amounts,
        column=column,
        split=split,
        ordering=ordering,
        gap=gap,
        models=models,
        groups=profiles.read_groups(by) if by else None,
        owners=profiles.read_owners(),
        random_state=seed,
        progress=progress,
        language=language,
    )
    return PredictedAmount(comparison, twins, dropped)


def _find_target(mappings: Sequence[SourceMapping], column: str) -> str:
    own = [one for one in mappings if one.table == "profiles"]
    if not own:
        raise InvalidParameterError(
            en="A number of each customer is told by a file with one row per customer, and none is loaded. "
            "Load it, or say so of this one: --kind customers.",
            ru="Число у каждого клиента называет файл, где на клиента одна строка, а такого нет. "
            "Загрузите его или скажите это о вашем: --kind customers.",
        )
    called = {each.source: each for one in own for each in one.columns}
    called |= {
        each.target: each for one in own for each in one.columns if each.target not in called
    }
    if column not in called:
        sources = [each.source for one in own for each in one.columns]
        raise UnknownColumnError(column, sources, where="The file", ru="В файле")
    # An outcome of a few values is kept as the file has it: what it holds is looked at later.
    is_outcome = called[column].role is Role.OUTCOME
    if not is_outcome and called[column].type not in ("integer", "float", "decimal"):
        raise InvalidParameterError(
            en=f"Column '{column}' holds no numbers ({called[column].type}). For yes or no, and for a few "
            "classes: regulars predict compare --outcome COLUMN=VALUE.",
            ru=f"В столбце «{column}» не числа ({called[column].type}). Для «да или нет» и нескольких "
            "классов: regulars predict compare --outcome СТОЛБЕЦ=ЗНАЧЕНИЕ.",
        )
    return called[column].target


def _ignore(mapping: SourceMapping, target: str) -> SourceMapping:
    """The same without the number itself among the features."""
    if mapping.table != "profiles":
        return mapping
    columns = [
        one.model_copy(update={"role": Role.IGNORED}) if one.target == target else one
        for one in mapping.columns
    ]
    return mapping.model_copy(update={"columns": type(mapping.columns)(columns)})


def read_numbers(values: pa.ChunkedArray, column: str) -> NDArray[np.float64]:
    """The numbers that a column holds, NaN where none is known; refused where it holds none."""
    import numpy as np
    import pyarrow as pa

    try:
        numbers = np.asarray(values.cast(pa.float64()).to_numpy(), dtype=np.float64)
    except pa.ArrowInvalid as error:
        raise InvalidParameterError(
            en=f"Column '{column}' holds texts, and no number can be learnt from them. For several classes:"
            " --outcome-kind classes; for yes or no: --outcome COLUMN=VALUE.",
            ru=f"В столбце «{column}» тексты, а не числа. Для нескольких классов: --outcome-kind classes; для"
            " «да или нет»: --outcome СТОЛБЕЦ=ЗНАЧЕНИЕ.",
        ) from error
    numbers = np.where(np.isfinite(numbers), numbers, np.nan)
    if np.isnan(numbers).all():
        raise QualityError(
            en=f"'{column}' is not known of any customer.",
            ru=f"«{column}» не известно ни об одном клиенте.",
        )
    return numbers
