"""What a table cannot do without and no name tells: its moment, its own number, its customer."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from regulars.schema.assignment import Assignment
from regulars.schema.column_names import split_words
from regulars.schema.column_roles import find_personal_field, is_row_number
from regulars.schema.contract import Contract, Role
from regulars.schema.measured import Measured
from regulars.schema.name_matching import build_index
from regulars.schema.wording import Wording

__all__ = [
    "BARE_NUMBERS",
    "fill_unnamed",
    "find_repeating_customer",
    "find_returning_number",
    "may_name_customers",
]

Filled = tuple[Assignment, Wording]

_SURE_NAME = 0.9
_MOST_KINDS = 4
# Of several moments of one row, such a word tells the one at which it began.
_BEGINNINGS = frozenset(
    {"created", "create", "creation", "opened", "open", "start", "started", "begin", "began"}
    | {"received", "submitted", "placed"}
    | {"создан", "создано", "создана", "создания", "открыт", "открыто", "открытия", "начало"}
    | {"начала", "поступил", "поступило", "поступления", "оформлен", "оформления"}
)
BARE_NUMBERS = frozenset(
    {("id",), ("ид",), ("uid",), ("uuid",), ("guid",), ("number",), ("no",), ("номер",)}
    | {("код",), ("code",), ("key",), ("record", "id"), ("id", "записи"), ("номер", "записи")}
)
"""Names, as words, that say that there is an identifier and not of what."""

_CONTACTS = ("email", "phone", "full_name")
_ACCOUNTS = frozenset({"account_id", "subscription_id"})
"""Columns that tell the customer where nothing else does."""


def fill_unnamed(
    measured: Sequence[Measured],
    contract: Contract,
    named: Mapping[str, Assignment],
    *,
    exclude: Collection[int] = (),
    without: Collection[str] = (),
) -> dict[str, Filled]:
    """Canonical column → the foreign column that must fill it, though no name says so, and why.

    Parameters
    ----------
    measured
        The foreign columns.
    contract
        The table.
    named
        Columns that names told.
    exclude
        Positions of foreign columns that are spoken for.
    without
        Canonical columns that are spoken for.
    """
    filled: dict[str, Filled] = {}
    for name, find in (
        ("customer_id", _find_customer),
        (contract.time_column, _find_moment),
        (contract.key[0] if len(contract.key) == 1 else None, _find_own_number),
    ):
        if name is None or name not in contract.column_names or name in {*named, *without}:
            continue
        lent = _ACCOUNTS - {*contract.key}
        taken = {*exclude, *(one.position for one in named.values() if one.target not in lent)}
        taken |= {one.position for one, _ in filled.values()}
        free = [place for place in range(len(measured)) if place not in taken]
        found = find(measured, free, contract)
        if found is not None:
            filled[name] = found
    return filled


def find_repeating_customer(measured: Sequence[Measured]) -> Measured | None:
    """A column whose name means customers, and they come again and again; None without one."""
    named = [
        (_score_customer(one.name), -place, one)
        for place, one in enumerate(measured)
        if split_words(one.name) not in BARE_NUMBERS and _repeats(one)
    ]
    sure = [found for found in named if found[0] >= _SURE_NAME]
    return max(sure, key=lambda found: found[:2])[2] if sure else None


def may_name_customers(name: str) -> bool:
    """Whether a column of identifiers so called may say whose a row is."""
    return tuple(split_words(name)) in BARE_NUMBERS or _score_customer(name) >= _SURE_NAME


def find_returning_number(
    measured: Sequence[Measured], taken: Collection[int], moment: int | None
) -> Filled | None:
    """The only number under a name that says no more than that which comes again at other times.

    Who somebody is comes again at other times; the number of an order stands beside one moment only.

    Parameters
    ----------
    measured
        The foreign columns.
    taken
        Positions of foreign columns that are spoken for.
    moment
        Position of the column that says when; None when there is none.
    """
    numbers = [
        place
        for place, one in enumerate(measured)
        if place not in taken and split_words(one.name) in BARE_NUMBERS and _repeats(one)
    ]
    if len(numbers) != 1 or moment is None or not _comes_again(measured, numbers[0], moment):
        return None
    name = measured[numbers[0]].name
    said = Wording(
        en=f"no other column tells the customer, and '{name}' comes again at other times",
        ru=f"другого столбца с клиентом нет, а «{name}» повторяется в другое время",
    )
    return Assignment(numbers[0], "customer_id", 0.6, 0.0), said


def _comes_again(measured: Sequence[Measured], number: int, moment: int) -> bool:
    """Whether most of the numbers that stand in several rows stand beside several moments."""
    moments: dict[str, list[str]] = {}
    beside = zip(measured[number].column.values, measured[moment].column.values, strict=False)
    for value, when in beside:
        if value is not None and when is not None:
            moments.setdefault(value, []).append(when)
    several = [found for found in moments.values() if len(found) > 1]
    return 2 * sum(len(set(found)) > 1 for found in several) > len(several)


@lru_cache(maxsize=65_536)
def _score_customer(name: str) -> float:
    """How well the name is that of a customer's identifier, 0 to 1."""
    return build_index("profiles").match(name).get("customer_id", 0.0)


@lru_cache(maxsize=65_536)
def _score_account(name: str) -> float:
    """How well the name is that of a customer, an account or a contract, 0 to 1."""
    contract = build_index("subscriptions").match(name).get("subscription_id", 0.0)
    return max(_score_customer(name), 0.95 * contract)


def _repeats(measured: Measured) -> bool:
    shape = measured.shape
    is_code = not shape.is_date and (not shape.is_number or measured.is_whole)
    # A handful of values under the name "client" are kinds of clients.
    return is_code and _MOST_KINDS < shape.distinct_count < 0.9 * shape.present_count


def _find_customer(
    measured: Sequence[Measured], free: Sequence[int], contract: Contract
) -> Filled | None:
    """The account, where there is no other customer; else the one who is told by an address."""
    named = [
        (_score_account(measured[place].name), -place)
        for place in free
        if split_words(measured[place].name) not in BARE_NUMBERS and not measured[place].is_empty
    ]
    score, place = max(named, default=(0.0, 0))
    if score >= _SURE_NAME:
        name = measured[-place].name
        # Who has the account is the customer; surer where the table knows of accounts.
        sure = score if "account_id" in contract.column_names else 0.8 * score
        said = Wording(
            en=f"no other column tells the customer, and '{name}' tells the account or contract",
            ru=f"другого столбца с клиентом нет, а «{name}» означает счёт или договор клиента",
        )
        return Assignment(-place, "customer_id", sure, score), said
    if contract.temporal != "fact":
        return None
    for contact in _CONTACTS:
        holders = [place for place in free if _is_contact(measured[place], contact)]
        if len(holders) == 1:
            name = measured[holders[0]].name
            said = Wording(
                en=f"no other column tells the customer: '{name}' does, and is kept as a pseudonym",
                ru=f"другого столбца с клиентом нет: его называет «{name}», хранится псевдоним",
            )
            return Assignment(holders[0], "customer_id", 0.7, 0.0), said
    return None


def _is_contact(measured: Measured, contact: str) -> bool:
    first = next(iter(measured.shape.present), "")
    # Looking at all values of thousands of columns would take long.
    may_be = {
        "email": "@" in first,
        "phone": sum(map(str.isdigit, first)) >= 10,
        "full_name": _names_people(measured.name),
    }
    if not may_be[contact]:
        return False
    found = find_personal_field(measured)
    return found is not None and found[0] == contact


@lru_cache(maxsize=65_536)
def _names_people(name: str) -> bool:
    index = build_index("customers", roles=(Role.PERSONAL,))
    return index.match(name).get("full_name", 0.0) >= _SURE_NAME


def _find_moment(
    measured: Sequence[Measured], free: Sequence[int], contract: Contract
) -> Filled | None:
    """The only column of dates; of several the only one that tells a beginning."""
    target = contract.time_column
    if target is None or not contract.get_column(target).is_required:
        return None
    dates = [place for place in free if _is_moment(measured[place])]
    if len(dates) == 1:
        said = Wording(
            en="the only column of dates in the file", ru="единственный столбец с датами в файле"
        )
        return Assignment(dates[0], target, 0.5, 0.0), said
    begun = [place for place in dates if _BEGINNINGS & set(split_words(measured[place].name))]
    if len(begun) == 1:
        said = Wording(
            en="of the columns of dates the one that tells a beginning",
            ru="из столбцов с датами тот, что называет начало",
        )
        return Assignment(begun[0], target, 0.5, 0.0), said
    return None


def _is_moment(measured: Measured) -> bool:
    return measured.shape.is_date and find_personal_field(measured) is None


def _find_own_number(
    measured: Sequence[Measured], free: Sequence[int], contract: Contract
) -> Filled | None:
    """A number that never repeats, under a name that says no more than that."""
    numbers = [
        place
        for place in free
        if split_words(measured[place].name) in BARE_NUMBERS
        and measured[place].shape.is_unique
        and not is_row_number(measured[place])
    ]
    if len(numbers) != 1:
        return None
    said = Wording(
        en="a number of the row's own: it never repeats",
        ru="собственный номер строки: он не повторяется",
    )
    return Assignment(numbers[0], contract.key[0], 0.7, 0.0), said
