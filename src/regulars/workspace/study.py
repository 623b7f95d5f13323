"""Who the customers are and who is about to leave: features, segments, scores and the list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from regulars.errors import QualityError
from regulars.features import AsOf, FeatureTable, load_features
from regulars.predictions import ChurnComparison, ClassComparison
from regulars.progress import InnerProgress
from regulars.schema.wording import Wording
from regulars.segments import DrillDown, drill_down
from regulars.workspace.cleaning import CleanedFeatures, OutlierChoice
from regulars.workspace.customer_features import TableUse
from regulars.workspace.forecast import make_forecast
from regulars.workspace.known_groups import KnownSegments, group_judged, list_judged
from regulars.workspace.leaks import LeakSearch
from regulars.workspace.material import gather_material
from regulars.workspace.money import Money, read_money
from regulars.workspace.outcomes import LeavingKind, LeavingWishes, check_leaving
from regulars.workspace.scores import gather_scores, list_contacts
from regulars.workspace.segmenting import SegmentStudy, SegmentWishes, find_segments
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence

    import ibis
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.campaigns import ActionTable, ContactList
    from regulars.evaluate import LeadTime
    from regulars.features import FeatureDefinition
    from regulars.predictions import Outcome
    from regulars.predictions.comparing.groupings import GroupedQuality
    from regulars.progress import Progress
    from regulars.quality import CleaningPlan
    from regulars.schema.mapping import Mapping
    from regulars.schema.wording import Language

__all__ = ["CustomerStudy", "study_customers"]

Piece = Literal["segments", "churn", "contact_list"]

_NO_SCORES = Wording(
    en="Without churn probabilities there is nobody to put on the list.",
    ru="Без вероятностей оттока список составить не из кого.",
)


@dataclass(frozen=True, slots=True)
class CustomerStudy:
    """What was found out about the customers; a piece that could not be made says why.

    Attributes
    ----------
    features
        What the rest stands on; None when the tables tell nothing about customers.
    uses
        Which rows of which table it was made of.
    cleaned
        What was done with missing values and outliers.
    leaks
        Columns that know the outcome, and which of them the models did not see.
    segments, churn, contact_list
        The results.
    classes
        Who is of which class, where the outcome has several and none was named as leaving.
    lead_time
        How long before the end of their subscription customers were warned about.
    other_kinds
        What else leaving could have been by what is loaded.
    scores
        One row per customer: `customer_id`, `segment`, `churn_probability`, `risk`, `reasons`.
    why_absent
        For each missing piece the reason.
    drilled
        Fields crossed with the segments and the outcome, or its probability where it is to come.
    money
        What each customer brings.
    everybody
        What is known of all customers, of those too who have left already.
    by_group
        How well the forecast holds by tenure and by segment, where they are known.
    """

    features: FeatureTable | None = None
    uses: tuple[TableUse, ...] = ()
    cleaned: CleanedFeatures | None = None
    leaks: LeakSearch | None = None
    segments: SegmentStudy | None = None
    churn: ChurnComparison | None = None
    classes: ClassComparison | None = None
    lead_time: LeadTime | None = None
    other_kinds: tuple[LeavingKind, ...] = ()
    contact_list: ContactList | None = None
    scores: pa.Table | None = None
    why_absent: MappingABC[Piece, Wording] = field(default_factory=dict)
    drilled: DrillDown | None = None
    money: Money | None = None
    everybody: FeatureTable | None = None
    by_group: tuple[GroupedQuality, ...] = ()

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """Of each customer in `features`, NaN where not scored, shape (n_customers,)."""
        import numpy as np

        if self.scores is None:
            return np.empty(0)
        return np.asarray(self.scores.column("churn_probability").to_numpy(), np.float64)


def study_customers(
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    *,
    history: MappingABC[str, ibis.Table] | None = None,
    as_of: AsOf,
    seed: int,
    top: int | None = None,
    segments: SegmentWishes | None = None,
    money: str | None = None,
    plan: CleaningPlan | None = None,
    outliers: OutlierChoice = "keep",
    keep: Sequence[str] = (),
    actions: ActionTable | None = None,
    leaving: LeavingWishes | None = None,
    definitions: Sequence[FeatureDefinition] | None = None,
    language: Language,
    progress: Progress,
) -> CustomerStudy:
    """Segments, churn scores and a contact list, as far as the tables allow.

    Parameters
    ----------
    tables
        The loaded canonical tables by name.
    mappings
        How the loaded sources were read; those of kind customers give roles and the outcome.
    history
        The same with all rows and versions, of which features at earlier dates are made; what facts
        said before they were corrected as `superseded_NAME`. None takes `tables`.
    as_of
        First day that is not seen.
    seed
        Of everything random.
    top
        So many customers on the list; None asks for all above the threshold.
    segments
        By which method.
    money
        The column that says what a customer brings; the sum of purchases when None.
    plan, outliers
        What is done with missing values and outliers.
    keep
        Columns that the models may see even if they seem to know the outcome.
    actions
        What to suggest for which reason; None takes what comes with Regulars.
    leaving
        What counts as having left where no column tells; a kind that is said goes before a column.
    definitions
        The features that are looked for; None takes the library.
    language
        Of the stages and of the reasons in the scores.
    progress
        Told of each stage.

    Raises
    ------
    InvalidParameterError
        When leaving is said in a way that these tables do not allow.
    """
    check_leaving(leaving or LeavingWishes(), tables, mappings)
    known = load_features() if definitions is None else tuple(definitions)
    material = gather_material(
        tables,
        mappings,
        as_of=as_of,
        seed=seed,
        plan=plan,
        outliers=outliers,
        keep=keep,
        leaving=leaving,
        definitions=known,
        language=language,
        progress=progress,
    )
    features, filled, outcome = material.features, material.filled, material.outcome
    if features is None or filled is None:
        nothing = Wording(
            en="The loaded tables hold nothing about customers.",
            ru="В загруженных таблицах ничего нет о клиентах.",
        )
        return CustomerStudy(
            uses=material.uses,
            why_absent={"segments": nothing, "churn": nothing, "contact_list": nothing},
        )
    absent: dict[Piece, Wording] = {}
    found: SegmentStudy | None = None
    brought = read_money(filled, mappings, money)
    # What is told of each segment takes about as long as they take to find.
    with progress.stage(speak(language)("segments"), total=2) as stage:
        try:
            found = find_segments(
                filled,
                wishes=segments or SegmentWishes(),
                outcome=outcome.labels if outcome else None,
                money=brought.amounts if brought else None,
                seed=seed,
                progress=InnerProgress(stage, progress),
            )
        except QualityError as error:
            absent["segments"] = Wording(en=error.en, ru=error.ru)
    forecast = make_forecast(
        material,
        features,
        tables=tables,
        history=history or tables,
        as_of=as_of,
        seed=seed,
        definitions=known,
        language=language,
        progress=progress,
    )
    told = forecast.leaving
    if forecast.why_absent is not None:
        absent["churn"] = forecast.why_absent
    churn = told.comparison if told else None
    by_group = _look_at_groups(churn, found, tables, mappings, as_of, seed) if churn else ()
    with progress.stage(speak(language)("reasons")):
        scores = gather_scores(
            features,
            found.segmentation if found else None,
            churn,
            brought=brought.amounts if brought else None,
            language=language,
        )
    if churn is None:
        absent["contact_list"] = absent["churn"] if forecast.classes else _NO_SCORES
    return CustomerStudy(
        features=features,
        uses=material.uses,
        cleaned=material.cleaned,
        leaks=material.leaks,
        segments=found,
        churn=churn,
        classes=forecast.classes,
        lead_time=told.lead_time if told else None,
        other_kinds=material.other_kinds,
        contact_list=list_contacts(scores, features, churn, top=top, actions=actions)
        if churn
        else None,
        scores=scores,
        why_absent=absent,
        drilled=_drill_down(features, found, outcome, churn, scores),
        money=brought,
        everybody=material.everybody,
        by_group=by_group,
    )


def _look_at_groups(
    churn: ChurnComparison,
    found: SegmentStudy | None,
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    as_of: AsOf,
    seed: int,
) -> tuple[GroupedQuality, ...]:
    """How well the forecast holds by tenure and, where a column tells the outcome, by segment."""
    segments = None
    # What segment somebody is in today follows from what they did after the earlier dates.
    if found is not None and churn.past_scores is None:
        own = found.segmentation
        names = {profile.number: profile.name for profile in own.profiles}
        segments = KnownSegments(own.customer_ids, own.segment, names)
    judged = list_judged(churn, as_of)
    return group_judged(judged, tables, mappings, as_of=as_of, segments=segments, seed=seed)


def _drill_down(
    features: FeatureTable,
    found: SegmentStudy | None,
    outcome: Outcome | None,
    churn: ChurnComparison | None,
    scores: pa.Table,
) -> DrillDown | None:
    """What goes together with the outcome most is what a reader wants to split by."""
    import numpy as np

    if found is None:
        return None
    drivers = [driver.feature for driver in churn.drivers] if churn else []
    labels = outcome.labels if outcome else scores.column("churn_probability").to_numpy()
    return drill_down(
        features,
        found.segmentation.segment,
        outcome=np.asarray(labels, dtype=np.float64),
        fields=[name for name in drivers if name in features.names] or None,
    )
