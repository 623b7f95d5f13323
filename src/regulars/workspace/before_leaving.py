"""What customers did before they left, beside those who stayed: steps before many cut-off dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError, QualityError
from regulars.features import AsOf
from regulars.features.rows import see
from regulars.features.sentences import quote
from regulars.lake.shapes import name_past
from regulars.predictions import observe_outcome
from regulars.schema.contract import get_contract
from regulars.schema.wording import Wording
from regulars.segments.precursors import Steps, find_precursors
from regulars.workspace.leaving import choose_dates
from regulars.workspace.outcomes import LeavingWishes, check_leaving, choose_outcome
from regulars.workspace.rule_sources import open_rule_sources, open_seen_sources
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import ibis
    import pyarrow as pa

    from regulars.predictions import Observation
    from regulars.predictions.outcomes.definitions import TimedOutcome
    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.segments.precursors import PrecursorSearch
    from regulars.workspace.folder import Workspace

__all__ = ["BeforeLeaving", "search_before_leaving"]

_TOLD_BY: dict[str, tuple[tuple[str, ...], Wording]] = {
    "events": (("name",), Wording(en="{}", ru="{}")),
    "interactions": (("topic", "channel"), Wording(en="contact {}", ru="обращение {}")),
    "purchases": ((), Wording(en="purchase", ru="покупка")),
    "payments": (("status",), Wording(en="payment {}", ru="платёж {}")),
    "returns": (("reason",), Wording(en="return {}", ru="возврат {}")),
    "feedback": (("sentiment",), Wording(en="feedback {}", ru="отзыв {}")),
    "carts": (("status",), Wording(en="cart {}", ru="корзина {}")),
    "web_goals": (("goal_name",), Wording(en="goal {}", ru="цель {}")),
}
"""Of each table the columns that say which step a row is, the first that is there, and its words."""

_SEP = "\x1f"


@dataclass(frozen=True, slots=True)
class BeforeLeaving:
    """What comes before leaving.

    Attributes
    ----------
    found
        As `find_precursors` gives it.
    leaving
        What counted as having left.
    dates
        The cut-off dates.
    days
        How far back from each was looked.
    """

    found: PrecursorSearch
    leaving: TimedOutcome
    dates: tuple[date, ...]
    days: int


def search_before_leaving(
    workspace: Workspace,
    *,
    days: int = 30,
    support: float = 0.02,
    longest: int = 3,
    top: int = 20,
    leaving: LeavingWishes | None = None,
    as_of: date | None = None,
    seed: int = 0,
    language: Language,
    progress: Progress,
) -> BeforeLeaving:
    """The sequences after which customers left more often than overall: see `find_precursors`.

    At each of up to twelve cut-off dates everybody who could leave is a case; what happened in the days
    before the date, as it was known then, are the steps, and what became of them after it the outcome.

    Parameters
    ----------
    workspace
        Whose lake.
    days
        How far back from a cut-off date is looked.
    support, longest, top
        As `find_precursors` takes them.
    leaving
        What counts as having left; chosen by what is loaded when None, as `analyze` does.
    as_of
        First day that must not be seen; by default that of `analyze`.
    seed
        Of everything random.
    language
        Of the stages.
    progress
        Told of each stage.

    Raises
    ------
    QualityError
        When no history tells who left, it is too short, or there are no steps.
    InvalidParameterError
        When a wish is none.
    """
    if days < 1:
        raise InvalidParameterError(
            en=f"--days {days} leaves nothing to look at: say 1 or more.",
            ru=f"--days {days}: смотреть не на что; нужно 1 или больше.",
        )
    say = speak(language)
    with open_seen_sources(workspace, as_of=as_of) as (seen, day):
        check_leaving(leaving or LeavingWishes(), seen.tables, ())
        definition = choose_outcome(seen.tables, leaving)
        if definition is None:
            raise QualityError(
                en="No history here tells who left. Load subscriptions with their ends, purchases or"
                " events.",
                ru="Ни одна история здесь не говорит, кто ушёл. Загрузите подписки с датами окончания,"
                " покупки или события.",
            )
        dates = choose_dates(definition, seen.tables, day)
        observed = observe_outcome(definition, seen.tables, as_of=dates, until=day)
    with (
        progress.stage(say("history", count=str(len(dates)))),
        open_rule_sources(workspace, as_of=as_of) as (sources, _),
    ):
        steps = _gather(sources.tables, observed, days)
    found = find_precursors(
        steps,
        support=support,
        longest=longest,
        top=top,
        random_state=seed,
        stage=say("before"),
        progress=progress,
    )
    return BeforeLeaving(found, definition, tuple(one.day for one in dates), days)


def _gather(tables: Mapping[str, ibis.Table], observed: Sequence[Observation], days: int) -> Steps:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    told = [name for name in _TOLD_BY if name in tables and "customer_id" in tables[name].columns]
    if not told:
        raise QualityError(
            en="There are no steps to look at: no events, contacts, purchases or payments.",
            ru="Смотреть не на что: нет ни событий, ни обращений, ни покупок, ни платежей.",
        )
    everybody = pc.unique(pa.chunked_array([one.customer_ids for one in observed]))
    parts: list[pa.Table] = []
    customers, left, begin = [], [], 0
    for one in observed:
        is_known = ~np.isnan(one.labels)
        ids = one.customer_ids.filter(pa.array(is_known))
        rows = pa.concat_tables(_list_steps(name, tables, one.as_of, days) for name in told)
        place = pc.index_in(rows["customer_id"], value_set=ids)
        kept = rows.append_column("case", pc.add(place, begin)).filter(place.is_valid())
        parts.append(kept.select(["case", "at", "kind"]))
        customers.append(pc.index_in(ids, value_set=everybody).to_numpy())
        left.append(one.labels[is_known] == 1)
        begin += len(ids)
    steps = pa.concat_tables(parts)
    kinds = pc.unique(steps["kind"].combine_chunks()).sort()
    return Steps(
        case=steps["case"].to_numpy().astype(np.int64),
        at=steps["at"].to_numpy().astype(np.int64),
        kind=pc.index_in(steps["kind"], value_set=kinds).to_numpy().astype(np.int64),
        kinds=tuple(_say_kind(kind) for kind in kinds.to_pylist()),
        customer=np.concatenate(customers).astype(np.int64),
        left=np.concatenate(left),
    )


def _list_steps(name: str, tables: Mapping[str, ibis.Table], as_of: AsOf, days: int) -> pa.Table:
    """What happened in the days before the date, as far as it was known then: `customer_id, at, kind`."""
    import ibis
    import pyarrow as pa

    contract = get_contract(name)
    seen = see(tables[name], contract, as_of=as_of, superseded=tables.get(name_past(name)))
    time = contract.time_column
    assert time is not None  # noqa: S101 - they are all facts
    since = AsOf(as_of.day - timedelta(days=days), as_of.zone).instant
    kind = seen[time].type()
    moment = since if getattr(kind, "timezone", None) else since.replace(tzinfo=None)
    recent = seen.filter(
        seen["customer_id"].notnull(), seen[time] >= ibis.literal(moment).cast(kind)
    )
    columns = [one for one in _TOLD_BY[name][0] if one in recent.columns]
    level = ibis.coalesce(*(recent[one] for one in columns), "") if columns else ibis.literal("")
    rows = recent.select(
        customer_id=recent["customer_id"].cast("string"),
        at=recent[time].epoch_seconds().cast("int64"),
        kind=ibis.literal(f"{name}{_SEP}") + level,
    )
    shape = pa.schema([("customer_id", pa.string()), ("at", pa.int64()), ("kind", pa.string())])
    return rows.to_pyarrow().cast(shape)


def _say_kind(kind: str) -> Wording:
    name, _, level = kind.partition(_SEP)
    words = _TOLD_BY[name][1]
    return Wording(
        en=words.en.format(quote(level, "en") if level else "").strip(),
        ru=words.ru.format(quote(level, "ru") if level else "").strip(),
    )
