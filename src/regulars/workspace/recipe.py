"""From what a study is made: kept with its run, so that it can be made again."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from regulars.campaigns import ActionTable
from regulars.features import AsOf, load_features
from regulars.quality import CleaningPlan
from regulars.schema.mapping import Mapping as SourceMapping
from regulars.schema.wording import Language
from regulars.segments import RfmBounds
from regulars.workspace.cleaning import OutlierChoice
from regulars.workspace.outcomes import HappeningKind, LeavingKind, LeavingWishes
from regulars.workspace.segmenting import SegmentMethod, SegmentWishes
from regulars.workspace.study import CustomerStudy, study_customers
from regulars.workspace.tables import open_history, see_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regulars.predictions import ChurnComparison
    from regulars.progress import Progress
    from regulars.workspace.folder import Workspace

__all__ = ["Recipe", "follow_recipe", "measure_study"]

_DIGITS = 9


class Recipe(BaseModel):
    """Everything that decides the figures of a study, next to the code.

    Attributes
    ----------
    load_id
        The lake as this load left it.
    tables
        Which tables were looked at.
    as_of, time_zone
        The first day that was not seen, in company time.
    told_until
        What was told of the customers before this day counts as known, when the facts end earlier.
    mappings
        How the sources were read, as TOML.
    features
        The workspace's own feature definitions, as TOML by file.
    leaving, horizon_days, gap_days, quiet_days, event_names, answers, active_days, grace_days
        What was to count as having left, or what else was foretold.
    seed, top, method, k, bounds, money, plan, outliers, keep, actions, language
        What was wished.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    load_id: str | None
    tables: tuple[str, ...]
    as_of: date
    told_until: date | None = None
    time_zone: str
    mappings: tuple[str, ...]
    features: dict[str, str] = Field(default_factory=dict)
    seed: int
    top: int | None = None
    leaving: LeavingKind | HappeningKind | None = None
    horizon_days: int | None = None
    gap_days: int | None = None
    quiet_days: int | None = None
    event_names: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    active_days: int | None = None
    grace_days: int | None = None
    method: SegmentMethod = "auto"
    k: int | None = None
    bounds: RfmBounds | None = None
    money: str | None = None
    plan: CleaningPlan | None = None
    outliers: OutlierChoice = "keep"
    keep: tuple[str, ...] = ()
    actions: ActionTable | None = None
    language: Language = "en"


def follow_recipe(workspace: Workspace, recipe: Recipe, *, progress: Progress) -> CustomerStudy:
    """The study that a recipe gives on the lake of a workspace."""
    as_of = AsOf(recipe.as_of, recipe.time_zone)
    mappings = [
        SourceMapping.from_toml(text, where="the run's mapping") for text in recipe.mappings
    ]
    snapshot = workspace.lake.snapshot(load_id=recipe.load_id)
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        opened = see_tables(
            snapshot,
            backend,
            tables=recipe.tables,
            as_of=as_of,
            told_until=AsOf(recipe.told_until or recipe.as_of, recipe.time_zone),
        )
        return study_customers(
            opened,
            mappings,
            history=open_history(snapshot, backend, tables=recipe.tables),
            as_of=as_of,
            seed=recipe.seed,
            top=recipe.top,
            leaving=LeavingWishes(
                recipe.leaving,
                recipe.horizon_days,
                recipe.gap_days,
                recipe.quiet_days,
                recipe.event_names,
                recipe.answers,
                recipe.active_days,
                recipe.grace_days,
            ),
            segments=SegmentWishes(method=recipe.method, k=recipe.k, bounds=recipe.bounds),
            money=recipe.money,
            plan=recipe.plan,
            outliers=recipe.outliers,
            keep=recipe.keep,
            actions=recipe.actions,
            definitions=load_features(recipe.features),
            language=recipe.language,
            progress=progress,
        )


def measure_study(study: CustomerStudy) -> dict[str, Any]:
    """The figures that a repetition must meet: counts and fingerprints exactly, floats to 1e-9."""
    figures: dict[str, Any] = {"customers": len(study.features) if study.features else 0}
    if study.segments is not None:
        found = study.segments.segmentation
        figures |= {
            "segment_sizes": [profile.size for profile in found.profiles],
            "segment_stability": found.stability,
            "memberships": _fingerprint(
                f"{customer} {number}"
                for customer, number in zip(
                    found.customer_ids.to_pylist(), found.segment.tolist(), strict=True
                )
            ),
        }
    if study.churn is not None:
        figures |= {
            "churn_model": study.churn.chosen,
            "holdout_roc_auc": study.churn.holdout.roc_auc.mean,
            "threshold": study.churn.threshold.value,
            "mean_churn_probability": float(study.churn.churn_probability.mean()),
            "scores": _fingerprint_scores(study.churn),
        }
    if study.classes is not None:
        figures |= {
            "classes_roc_auc": study.classes.roc_auc.mean,
            "classes_right": study.classes.accuracy.mean,
            "scores": _fingerprint(
                _fingerprint_scores(one) for one in study.classes.comparisons.values()
            ),
        }
    if study.contact_list is not None:
        figures |= {
            "contact_list_kept": study.contact_list.kept,
            "contact_list": _fingerprint(row.customer_id for row in study.contact_list.rows),
        }
    return figures


def _fingerprint_scores(comparison: ChurnComparison) -> str:
    """Of what is said of everybody to nine digits, by the model in use and by every other one."""
    import numpy as np

    said = [comparison.churn_probability, *comparison.others.values()]
    # Adding nothing makes of a minus nothing a nothing.
    rounded = np.round(np.column_stack(said), _DIGITS) + 0.0
    owners = comparison.customer_ids.to_pylist()
    return _fingerprint(
        f"{owner} {' '.join(f'{one:.{_DIGITS}f}' for one in row)}"
        for owner, row in zip(owners, rounded.tolist(), strict=True)
    )


def _fingerprint(lines: Iterable[str]) -> str:
    """Of who is where, so that the record itself names nobody."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
