"""What is foretold: leaving, or something that customers do, as a person wishes or by what is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NoReturn, get_args

from regulars.errors import InvalidParameterError, UnknownNameError
from regulars.predictions import (
    AnswerOutcome,
    ContractEnd,
    EventOutcome,
    NoEvent,
    NoPurchase,
    NoSession,
    PlanUpgrade,
    SupportContact,
    propose_quiet_days,
)
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence
    from datetime import date

    import ibis

    from regulars.predictions.outcomes.definitions import TimedOutcome
    from regulars.schema.mapping import Mapping

__all__ = [
    "HappeningKind",
    "LeavingKind",
    "LeavingWishes",
    "check_leaving",
    "choose_outcome",
    "list_leaving_kinds",
    "list_other_kinds",
    "names_outcome",
]

LeavingKind = Literal["contract-end", "no-session", "no-purchase", "no-event"]
"""What leaving may be in a history, by the words of the command line."""

HappeningKind = Literal["event", "first-event", "support-contact", "answer", "upgrade"]
"""What else may be foretold from a history."""

_NEEDED: dict[LeavingKind | HappeningKind, tuple[str, ...]] = {
    "contract-end": ("subscriptions",),
    "no-session": ("subscriptions", "events"),
    "no-purchase": ("purchases",),
    "no-event": ("events",),
    "event": ("events",),
    "first-event": ("events",),
    "support-contact": ("interactions",),
    "answer": ("interactions",),
    "upgrade": ("subscriptions",),
}
_USUAL_DAYS = 30
_PAID_UNTIL = ("paid_until_on", "ended_on")
_FEWEST_ENDS = 20
"""Fewer subscriptions that ended do not tell who leaves; purchases or events may."""

_HORIZONS = (30, 60, 90, 180)
_ENOUGH_ENDS, _YEAR = 25, 365
_MOST_NAMES = 1_000


@dataclass(frozen=True, slots=True)
class LeavingWishes:
    """What is to count as having left, where no column tells, or what else is to be foretold.

    Attributes
    ----------
    kind
        What is looked for; None chooses what leaving is by what is loaded.
    horizon_days
        Within how many days; None proposes it by the history.
    gap_days
        Days left empty before them, so that there is time to act; none when None.
    quiet_days
        Of `no-session`: so many days without a session after the paid period; 30 when None.
    event_names
        Of `no-session` and `no-event`: names of the events that count; all when empty. Of `event` and
        `first-event` those that are foretold.
    answers
        Of `answer`: how a contact ends that counts as agreed.
    active_days
        Of `no-purchase`, `no-event`, `event` and `first-event`: at risk is who was active within so many
        days before; the horizon when None.
    grace_days
        Of `contract-end`: a new subscription so many days after the end is a renewal; 30 when None.
    """

    kind: LeavingKind | HappeningKind | None = None
    horizon_days: int | None = None
    gap_days: int | None = None
    quiet_days: int | None = None
    event_names: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    active_days: int | None = None
    grace_days: int | None = None

    @property
    def is_happening(self) -> bool:
        """Whether something is to be foretold that is not leaving."""
        return self.kind in get_args(HappeningKind)

    def list_given(self) -> list[str]:
        """The options of the command line that were given."""
        given = {
            "--happens" if self.is_happening else "--leaving": self.kind,
            "--horizon-days": self.horizon_days,
            "--gap-days": self.gap_days,
            "--active-days": self.active_days,
            "--quiet-days": self.quiet_days,
            "--grace-days": self.grace_days,
            "--event-names": self.event_names or None,
            "--answers": self.answers or None,
        }
        return [option for option, value in given.items() if value is not None]


def names_outcome(mappings: Sequence[Mapping]) -> bool:
    """Whether a column of a file with one row per customer was named that tells who left."""
    return any(mapping.outcome for mapping in mappings if mapping.table == "profiles")


def check_leaving(
    wishes: LeavingWishes, tables: MappingABC[str, ibis.Table], mappings: Sequence[Mapping]
) -> None:
    """Refuse what cannot be looked for in these tables.

    Raises
    ------
    InvalidParameterError
        A number of days that is none, a definition whose tables are not loaded, or an option that
        says nothing here.
    """
    least = {"horizon_days": 1, "gap_days": 0, "quiet_days": 1, "active_days": 1, "grace_days": 0}
    for name, bound in least.items():
        days = getattr(wishes, name)
        if days is not None and days < bound:
            raise InvalidParameterError(
                en=f"{name} must be at least {bound}; found {days}.",
                ru=f"{name} должен быть не меньше {bound}; получено {days}.",
            )
    if wishes.kind is not None:
        _check_tables(wishes.kind, tables)
    elif wishes.list_given() and (names_outcome(mappings) or not list_leaving_kinds(tables)):
        options = ", ".join(wishes.list_given())
        raise InvalidParameterError(
            en="Days and events say who left by a history of subscriptions, purchases or events; here a"
            f" column of the file says it, or there is no such history. Leave out {options}, or say what"
            f" leaving is: --leaving {'|'.join(get_args(LeavingKind))}.",
            ru="Дни и события нужны истории подписок, покупок или событий, а здесь, кто ушёл, "
            f"говорит столбец файла или такой истории нет. Уберите {options} или скажите, что считать "
            f"уходом: --leaving {'|'.join(get_args(LeavingKind))}.",
        )


def list_leaving_kinds(tables: MappingABC[str, ibis.Table]) -> tuple[LeavingKind, ...]:
    """What may be looked for in these tables."""
    return tuple(kind for kind in get_args(LeavingKind) if set(_NEEDED[kind]) <= set(tables))


def list_other_kinds(
    chosen: TimedOutcome | None, tables: MappingABC[str, ibis.Table]
) -> tuple[LeavingKind, ...]:
    """What else could be looked for in these tables; nothing where nothing was chosen."""
    if chosen is None or not chosen.is_churn:
        return ()
    own = chosen.kind.replace("_", "-")
    return tuple(kind for kind in list_leaving_kinds(tables) if kind != own)


def choose_outcome(
    tables: MappingABC[str, ibis.Table],
    wishes: LeavingWishes | None = None,
    *,
    until: date | None = None,
) -> TimedOutcome | None:
    """What leaving is: as wished, or the end of a subscription, else no purchase, else no event.

    Parameters
    ----------
    tables
        The canonical tables as they were known at the end.
    wishes
        What was said of it. A horizon that was not said is 30 days for a subscription (60, 90 or 180
        where fewer than 25 end in that time), and for the others a pause that nine in ten are
        shorter than.
    until
        The first day that the tables do not tell of: a paid period that ends from then on has not
        ended yet.

    Returns
    -------
    TimedOutcome or None
        None where nothing tells who leaves.

    Raises
    ------
    InvalidParameterError
        When something was said that the definition does not know.
    UnknownNameError
        When no event has a name that was said.
    """
    said = wishes or LeavingWishes()
    kind = said.kind or _choose_kind(tables)
    if kind is None:
        return None
    _check_fit(kind, said)
    _check_event_names(said.event_names, tables)
    gap = said.gap_days or 0
    if said.is_happening:
        return _make_happening(said, tables)
    if kind == "contract-end":
        ends = _list_ends(tables, ("ended_on",))
        return ContractEnd(
            horizon_days=said.horizon_days or _propose_horizon(ends),
            gap_days=gap,
            grace_days=_USUAL_DAYS if said.grace_days is None else said.grace_days,
        )
    if kind == "no-session":
        ends = [day for day in _list_ends(tables, _PAID_UNTIL) if until is None or day < until]
        return NoSession(
            horizon_days=said.horizon_days or _propose_horizon(ends),
            gap_days=gap,
            quiet_days=said.quiet_days or 30,
            session_names=said.event_names,
        )
    if kind == "no-purchase":
        pause = said.horizon_days or propose_quiet_days(tables["purchases"])
        return NoPurchase(horizon_days=pause, gap_days=gap, active_days=said.active_days)
    events = tables["events"]
    if said.event_names:
        events = events.filter(events["name"].isin(said.event_names))
    pause = said.horizon_days or propose_quiet_days(events, time_column="occurred_at")
    return NoEvent(
        horizon_days=pause,
        gap_days=gap,
        active_days=said.active_days,
        event_names=said.event_names,
    )


def _make_happening(said: LeavingWishes, tables: MappingABC[str, ibis.Table]) -> TimedOutcome:
    days, gap = said.horizon_days or _USUAL_DAYS, said.gap_days or 0
    if said.kind == "support-contact":
        return SupportContact(horizon_days=days, gap_days=gap)
    if said.kind == "upgrade":
        return PlanUpgrade(horizon_days=days, gap_days=gap)
    if said.kind == "answer":
        answers = said.answers or _refuse_silence("--answers", said.kind)
        _check_answers(answers, tables)
        return AnswerOutcome(horizon_days=days, gap_days=gap, answers=answers)
    return EventOutcome(
        horizon_days=days,
        gap_days=gap,
        active_days=said.active_days,
        event_names=said.event_names or _refuse_silence("--event-names", str(said.kind)),
        is_first=said.kind == "first-event",
    )


def _refuse_silence(option: str, kind: str) -> NoReturn:
    raise InvalidParameterError(
        en=f"--happens {kind} needs {option}: what is to be foretold, with commas between several.",
        ru=f"Для --happens {kind} нужен {option}: что прогнозировать, несколько значений через запятую.",
    )


def _check_answers(answers: Sequence[str], tables: MappingABC[str, ibis.Table]) -> None:
    contacts = tables["interactions"]
    known: list[str] = []
    if "outcome" in contacts.columns:
        told = contacts.select("outcome").distinct().limit(_MOST_NAMES).to_pyarrow()
        known = sorted(str(one) for one in told.column(0).drop_null().to_pylist())
    for answer in answers:
        if answer not in known:
            raise UnknownNameError("outcome of a contact", answer, known, ru="исхода обращения")


def _choose_kind(tables: MappingABC[str, ibis.Table]) -> LeavingKind | None:
    if len(_list_ends(tables, ("ended_on",))) >= _FEWEST_ENDS:
        return "contract-end"
    if "purchases" in tables:
        return "no-purchase"
    return "no-event" if "events" in tables else None


def _check_tables(kind: LeavingKind | HappeningKind, tables: MappingABC[str, ibis.Table]) -> None:
    missing = [name for name in _NEEDED[kind] if name not in tables]
    if not missing:
        return
    option = "--happens" if kind in get_args(HappeningKind) else "--leaving"
    needed, loaded = ", ".join(_NEEDED[kind]), ", ".join(sorted(tables)) or "—"
    possible = ", ".join(list_leaving_kinds(tables))
    instead = Wording(
        en=f"choose what they allow: {possible}" if possible else "name a column: --outcome COLUMN",
        ru=f"выберите то, что позволяют эти: {possible}"
        if possible
        else "назовите столбец: --outcome СТОЛБЕЦ",
    )
    raise InvalidParameterError(
        en=f"{option} {kind} looks at {needed}, and {', '.join(missing)} is not loaded; there are:"
        f" {loaded}. Load it beside them, or {instead.en}.",
        ru=f"{option} {kind} смотрит на таблицы {needed}, а {', '.join(missing)} не загружено; есть:"
        f" {loaded}. Загрузите и её или {instead.ru}.",
    )


def _check_fit(kind: LeavingKind | HappeningKind, said: LeavingWishes) -> None:
    """Refuse an option that the definition does not know, rather than overhear it."""
    fits: dict[str, tuple[LeavingKind | HappeningKind, ...]] = {
        "--active-days": ("no-purchase", "no-event", "event", "first-event"),
        "--quiet-days": ("no-session",),
        "--grace-days": ("contract-end",),
        "--event-names": ("no-session", "no-event", "event", "first-event"),
        "--answers": ("answer",),
    }
    for option, kinds in fits.items():
        if option in said.list_given() and kind not in kinds:
            happenings = get_args(HappeningKind)
            choices = " | ".join(
                f"{'--happens' if one in happenings else '--leaving'} {one}" for one in kinds
            )
            raise InvalidParameterError(
                en=f"{option} goes with {choices}; here it is {kind}. Leave it out, or give one of them.",
                ru=f"{option} нужен вместе с {choices}, а здесь {kind}. Уберите его или добавьте одно из "
                "них.",
            )


def _check_event_names(names: Sequence[str], tables: MappingABC[str, ibis.Table]) -> None:
    if not names:
        return
    told = tables["events"].select("name").distinct().limit(_MOST_NAMES).to_pyarrow()
    known = [str(name) for name in told.column(0).drop_null().to_pylist()]
    for name in names:
        if name not in known:
            raise UnknownNameError("event", name, sorted(known), ru="события")


def _list_ends(tables: MappingABC[str, ibis.Table], columns: Sequence[str]) -> list[date]:
    """The last days of all subscriptions (or paid periods) that have one, oldest first."""
    import ibis

    subscriptions = tables.get("subscriptions")
    if subscriptions is None or "started_on" not in subscriptions.columns:
        return []
    told = [subscriptions[name].cast("date") for name in columns if name in subscriptions.columns]
    if not told:
        return []
    ends = subscriptions.select(end=ibis.coalesce(*told))
    known = ends.filter(ends["end"].notnull()).to_pyarrow()
    return sorted(known.column(0).cast("date32").to_pylist())


def _propose_horizon(ends: Sequence[date]) -> int:
    """A month, or so much longer that enough subscriptions end within it to learn and to test."""
    if not ends:
        return _HORIZONS[0]
    year = [day for day in ends if day > ends[-1] - timedelta(days=_YEAR)]
    a_day = len(year) / ((year[-1] - year[0]).days + 1)
    return next((days for days in _HORIZONS if a_day * days >= _ENOUGH_ENDS), _HORIZONS[-1])
