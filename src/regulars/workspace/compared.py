"""Models compared on what a workspace holds: at random, in order, or over time where there is a history."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from regulars.errors import InvalidParameterError, QualityError, UnknownNameError
from regulars.features import load_features
from regulars.predictions.comparing.rank_classes import rank_classes
from regulars.predictions.comparing.rank_models import rank_models
from regulars.predictions.comparing.standings import Standings
from regulars.schema.wording import Wording
from regulars.workspace.amounts import compare_amounts
from regulars.workspace.as_of import choose_as_of
from regulars.workspace.compared_models import ComparedModels, ComparisonWishes
from regulars.workspace.compared_over_time import compare_over_time
from regulars.workspace.grouped import find_known_segments
from regulars.workspace.known_groups import JudgedCustomers, group_judged, list_judged
from regulars.workspace.material import gather_material
from regulars.workspace.outcome_kind import NamedOutcome, recognize_outcome
from regulars.workspace.outcomes import check_leaving, names_outcome
from regulars.workspace.profile_columns import ROW, ProfileColumns
from regulars.workspace.rule_sources import find_end, read_mappings
from regulars.workspace.tables import open_history, see_tables

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence
    from datetime import date

    import ibis

    from regulars.features import AsOf
    from regulars.progress import Progress
    from regulars.schema.mapping import Mapping
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace
    from regulars.workspace.material import Material

__all__ = ["ComparedModels", "ComparisonWishes", "compare_in_workspace"]

_BUDGET_SECONDS = 300.0
"""So long may the models learn where nobody says."""


def compare_in_workspace(
    workspace: Workspace,
    *,
    wishes: ComparisonWishes | None = None,
    as_of: date | None = None,
    language: Language,
    progress: Progress,
) -> ComparedModels:
    """Compare models on what is loaded: by a column that tells the outcome, or by the history.

    Columns that know the outcome are left out first, as `analyze` does.

    Parameters
    ----------
    workspace
        Whose lake.
    wishes
        How models are to be compared.
    as_of
        First day that must not be seen; by default that of `analyze`.
    language, progress
        Of the stages, and told of them.

    Raises
    ------
    NotFoundError
        When nothing was loaded yet.
    UnknownColumnError
        When a column that was named is not there.
    InvalidParameterError
        When a wish does not fit what is loaded.
    QualityError
        When there is too little to learn from, or nothing tells the outcome.
    """
    wanted = wishes or ComparisonWishes()
    snapshot = workspace.lake.snapshot()
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        mappings = read_mappings(workspace)
        latest = choose_as_of(workspace, as_of)
        history = open_history(snapshot, backend)
        told_by = [] if wanted.leaving.kind else mappings
        day = latest if as_of else find_end(history, latest, told_by)
        tables = see_tables(snapshot, backend, as_of=day, told_until=latest)
        definitions = load_features(workspace.read_definitions("feature"))
        if wanted.gap and (wanted.leaving.kind or not names_outcome(mappings)):
            # Of a history the gap is counted in days.
            told = replace(wanted.leaving, gap_days=round(wanted.gap))
            wanted = replace(wanted, leaving=told)
        check_leaving(wanted.leaving, tables, mappings)
        named = (
            None
            if wanted.leaving.kind
            else recognize_outcome(tables, mappings, as_of=day, told=wanted.outcome_kind)
        )
        _check_kind(wanted, named)
        if named is not None and named.kind == "number":
            return _compare_numbers(
                tables, mappings, named, wanted, day, definitions, language, progress
            )
        material = gather_material(
            tables,
            mappings,
            as_of=day,
            seed=wanted.seed,
            keep=wanted.keep,
            leaving=wanted.leaving,
            outcome_kind=wanted.outcome_kind,
            definitions=definitions,
            language=language,
            progress=progress,
        )
        _check_material(material, mappings, latest)
        if material.outcome is None and material.classes is None:
            found = compare_over_time(
                material, wanted, tables, history, definitions, day, language, progress
            )
            judged = None if found.over_time is None else list_judged(found.over_time, day)
            return _look_at_groups(
                found, judged, workspace, tables, mappings, day, wanted, by=wanted.by
            )
        found = _compare_columns(material, wanted, tables, mappings, day, language, progress)
        judged = _list_rows(found.standings, material, day)
        found = _look_at_groups(found, judged, workspace, tables, mappings, day, wanted)
        return replace(found, named=named)


def _list_rows(
    standings: Standings | None, material: Material, day: AsOf
) -> JudgedCustomers | None:
    """Who was tested where a column tells the outcome."""
    import numpy as np
    import pyarrow as pa

    if standings is None or material.features is None:
        return None
    rows = standings.tests.rows
    return JudgedCustomers(
        material.features.customer_ids.take(pa.array(rows)),
        np.full(len(rows), day.day.toordinal()),
        standings.tests.labels,
        standings.tests.probabilities,
    )


def _look_at_groups(
    found: ComparedModels,
    judged: JudgedCustomers | None,
    workspace: Workspace,
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    day: AsOf,
    wanted: ComparisonWishes,
    *,
    by: str | None = None,
) -> ComparedModels:
    """The same with the figures by tenure and by segment, where they are known."""
    if judged is None:
        return found
    groups = group_judged(
        judged,
        tables,
        mappings,
        as_of=day,
        # What segment somebody is in today follows from what they did after the earlier dates.
        segments=None if found.over_time is not None else find_known_segments(workspace),
        by=by,
        seed=wanted.seed,
    )
    return replace(found, by_group=groups)


def _check_material(material: Material, mappings: Sequence[Mapping], as_of: AsOf) -> None:
    """Refuse what no yes-or-no model can be learnt from, and say what suits instead."""
    if material.features is None:
        raise QualityError(
            en=f"Nothing was known about any customer before {as_of.day}: there are no rows, or all are later."
            " Load some, give a later --as-of, or leave it out.",
            ru=f"До {as_of.day} ни об одном клиенте ничего не было известно: строк нет или все они позже. "
            "Загрузите строки, укажите более поздний --as-of или уберите его.",
        )
    told = (material.outcome, material.classes, material.timed)
    if any(one is not None for one in told):
        return
    said = material.why_no_outcome or Wording(
        en="Nothing tells the outcome.", ru="Ничто не говорит об исходе."
    )
    raise QualityError(en=said.en, ru=said.ru)


def _check_kind(wanted: ComparisonWishes, named: NamedOutcome | None) -> None:
    """Refuse an option that says nothing of such an outcome, rather than overhear it."""
    if named is None:
        if wanted.outcome_kind is not None:
            raise InvalidParameterError(
                en="--outcome-kind says what a column is, and none was named. Name it: --outcome COLUMN.",
                ru="--outcome-kind говорит, что в столбце, а столбец не назван. Назовите его: --outcome"
                " СТОЛБЕЦ.",
            )
        return
    if named.kind == "yes-no":
        return
    asked = {"--costs": wanted.costs, "--prices": wanted.prices, "--capacity": wanted.capacity}
    if wanted.monotone:
        raise InvalidParameterError(
            en="--monotone says which way an outcome of yes or no goes as a number rises, and"
            f" '{named.column}' is not one. Name the value that counts as yes: --outcome"
            f" '{named.column}=VALUE', or leave --monotone out.",
            ru="--monotone говорит, куда с ростом числа идёт исход «да или нет», а"
            f" «{named.column}» не такой. Назовите значение, которое считать за «да»: --outcome"
            f" '{named.column}=ЗНАЧЕНИЕ', или уберите --monotone.",
        )
    vain = [option for option, value in asked.items() if value]
    if vain:
        options = ", ".join(vain)
        raise InvalidParameterError(
            en=f"Said in vain: {options}. What a decision brings is told of an outcome of yes or no. Name"
            f" the value that counts as yes: --outcome '{named.column}=VALUE'.",
            ru=f"Указано напрасно: {options}. Что даёт решение, говорится об исходе «да или нет». Назовите"
            f" значение, которое считать за «да»: --outcome '{named.column}=ЗНАЧЕНИЕ'.",
        )


def _compare_numbers(
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    named: NamedOutcome,
    wanted: ComparisonWishes,
    day: AsOf,
    definitions: Sequence[Any],
    language: Language,
    progress: Progress,
) -> ComparedModels:
    from regulars.predictions.amounts.models import AMOUNT_MODELS

    unknown = [name for name in wanted.models if name not in AMOUNT_MODELS]
    if unknown:
        known: list[str] = list(AMOUNT_MODELS)
        raise UnknownNameError("model of a number", unknown[0], known, ru="модели числа")
    found = compare_amounts(
        tables,
        mappings,
        named.column,
        as_of=day,
        definitions=definitions,
        split=wanted.split or "stratified",
        order_by=wanted.order_by,
        gap=wanted.gap,
        by=wanted.by,
        models=("mean", *wanted.models) if wanted.models else None,  # type: ignore[arg-type] # checked above
        keep=wanted.keep,
        seed=wanted.seed,
        language=language,
        progress=progress,
    )
    is_ordered = wanted.split not in (None, "stratified")
    return ComparedModels(
        amount=found, named=named, ordered_by=(wanted.order_by or ROW) if is_ordered else None
    )


def _compare_columns(
    material: Material,
    wanted: ComparisonWishes,
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    day: AsOf,
    language: Language,
    progress: Progress,
) -> ComparedModels:
    if material.features is None or material.cleaned is None:
        raise AssertionError("checked before")
    profiles = ProfileColumns(
        tables["profiles"], mappings, day, material.features, material.cleaned.kept
    )
    budget = wanted.budget_seconds or _BUDGET_SECONDS
    split = wanted.split or "stratified"
    ordering = None
    features = material.features
    if split != "stratified" or wanted.order_by:
        ordering = profiles.read_order(wanted.order_by or ROW)
        # Later rows have values that earlier ones never had: what orders them says nothing to a model.
        features = features.drop(profiles.list_features(ordering.name))
    # What a mistake costs is the reader's business, and known of customers whatever becomes of them.
    features = features.drop([one for name in wanted.costs for one in profiles.list_features(name)])
    name = ordering.name if ordering is not None and split != "stratified" else None
    groups = profiles.read_groups(wanted.by) if wanted.by else None
    owners = profiles.read_owners()
    if material.classes is not None:
        ranked = rank_classes(
            features,
            material.classes,
            split=split,
            ordering=ordering,
            gap=wanted.gap,
            models=wanted.arrange_models(),
            budget_seconds=budget,
            groups=groups,
            owners=owners,
            cleaning=material.cleaned.plan,
            tuning_seconds=wanted.tuning_seconds,
            random_state=wanted.seed,
            progress=progress,
            language=language,
        )
        return ComparedModels(classes=ranked, leaks=material.leaks, ordered_by=name)
    if material.outcome is None:
        raise AssertionError("checked before")
    standings = rank_models(
        features,
        material.outcome,
        split=split,
        ordering=ordering,
        gap=wanted.gap,
        models=wanted.arrange_models(),
        budget_seconds=budget,
        prices=wanted.prices,
        capacity=wanted.find_share(material.outcome.labels.size),
        groups=groups,
        owners=owners,
        customer_costs=profiles.read_costs(wanted.costs) if wanted.costs else None,
        cleaning=material.cleaned.plan,
        monotone=profiles.name_features(wanted.monotone),
        tuning_seconds=wanted.tuning_seconds,
        random_state=wanted.seed,
        progress=progress,
        language=language,
    )
    return ComparedModels(standings, leaks=material.leaks, ordered_by=name)
