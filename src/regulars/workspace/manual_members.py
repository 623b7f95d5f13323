"""The verbs `segment include`, `exclude` and `release`: customers chosen by hand, over the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import ConflictError, InvalidParameterError, NotFoundError, UnknownNameError
from regulars.segments.history.manual import make_choices
from regulars.segments.rules.compile import list_customers
from regulars.workspace.membership_log import CHOICES, open_membership_log
from regulars.workspace.memberships import append_rows, be_only_refresher
from regulars.workspace.rule_sources import open_rule_sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from regulars.features import AsOf
    from regulars.segments.history.manual import ManualChoice
    from regulars.segments.rules import RuleSources
    from regulars.workspace.folder import Workspace
    from regulars.workspace.membership_log import MembershipLog

__all__ = ["choose_members"]


def choose_members(
    workspace: Workspace,
    name: str,
    customer_ids: Sequence[str],
    *,
    choice: ManualChoice,
    until: date | None = None,
    reader: str,
) -> date:
    """Take customers into a segment or out of it by hand, or let the rule decide about them again.

    Every choice is kept with who made it and when; the next refresh writes down who entered or left.

    Parameters
    ----------
    workspace
        Whose segments.
    name
        Of the segment.
    customer_ids
        As the source has them.
    choice
        In, out, or as the rule says.
    until
        The last day for which it holds; for good if None.
    reader
        Who chooses.

    Returns
    -------
    date
        From which day on it holds: the one that rules are asked as of now.

    Raises
    ------
    UnknownNameError
        When there is no such segment.
    NotFoundError
        When nothing is known of a customer, or nothing was chosen that could be released.
    InvalidParameterError
        When it would end before it begins.
    """
    known = workspace.segments.read_all()
    if name not in known:
        raise UnknownNameError("segment", name, known, ru="сегмента")
    loads = workspace.lake.list_loads()
    with (
        be_only_refresher(workspace),
        open_rule_sources(workspace) as (sources, day),
        open_membership_log(workspace) as log,
    ):
        ids = _find_customers(workspace, sources, customer_ids, day)
        if until is not None and until < day.day:
            raise InvalidParameterError(
                en=f"The choice would end on {until}, before it begins: the segments are asked as of"
                f" {day.day}. Choose a later day.",
                ru=f"Выбор закончился бы {until}, раньше, чем начнётся: сегменты считаются на "
                f"{day.day}. Укажите более поздний день.",
            )
        if choice == "release":
            _check_chosen(log, name, ids, day)
        moment = log.find_moment()
        rows: list[dict[str, object]] = [
            {
                "customer_id": one,
                "segment": name,
                "choice": choice,
                "effective_on": day.day,
                "until_on": until,
                "decided_by": reader,
                "known_at": moment,
            }
            for one in ids
        ]
        tables = {CHOICES: make_choices(rows)}
        read = loads[-1].load_id
        if not append_rows(workspace, tables, now=moment, kind="manual", read=read):
            raise ConflictError(
                en=f"Customers were erased from {workspace.folder} meanwhile. Try again.",
                ru=f"Тем временем из {workspace.folder} стирали клиентов. Попробуйте ещё раз.",
            )
    return day.day


def _find_customers(
    workspace: Workspace, sources: RuleSources, asked: Sequence[str], day: AsOf
) -> list[str]:
    """The ids as the lake has them: one that is a phone or an e-mail stands there as its pseudonym."""
    key = workspace.master_key
    meant = {one: (one, key.pseudonym(one)) for one in dict.fromkeys(asked)}
    everybody = list_customers(sources.tables, as_of=day)
    wanted = [value for values in meant.values() for value in values]
    found = everybody.filter(everybody["customer_id"].isin(wanted)).to_pyarrow()
    present = set(found["customer_id"].to_pylist())
    unknown = [n for n, one in enumerate(meant, start=1) if not present & set(meant[one])]
    if unknown:
        # Not by name: an id may be a phone, and errors are kept in logs.
        listed = ", ".join(map(str, unknown[:20]))
        raise NotFoundError(
            en=f"Nothing is known of {len(unknown)} of the {len(meant)} customers: number {listed} of"
            " those given. Check the ids, with their leading zeros; nobody was chosen.",
            ru=f"Ничего не известно о клиентах: {len(unknown)} из {len(meant)}, по порядку № {listed}. "
            "Проверьте id вместе с нулями в начале; никто не выбран.",
        )
    return [value for values in meant.values() for value in values if value in present]


def _check_chosen(log: MembershipLog, name: str, ids: Sequence[str], day: AsOf) -> None:
    chosen = set(log.read_choices(name, on=day.day)["customer_id"].to_pylist())
    if not chosen & set(ids):
        raise NotFoundError(
            en=f"Nothing is chosen by hand about this customer in segment '{name}'; the rule decides.",
            ru=f"О клиенте в сегменте «{name}» вручную ничего не выбрано; решает правило.",
        )
