"""Which kind a file is of: the flat file of customers, purchases, events, and the rest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from regulars.schema.assignment import Assignment
from regulars.schema.column_names import split_words
from regulars.schema.column_roles import classify_column
from regulars.schema.contract import Role, get_contract, list_contracts
from regulars.schema.measured import Measured
from regulars.schema.profile_recognition import find_id
from regulars.schema.table_recognition import TableMatch, match_table
from regulars.schema.unnamed_columns import BARE_NUMBERS, find_repeating_customer
from regulars.schema.wording import Wording

__all__ = ["KINDS", "Guess", "guess_kind"]

KINDS: tuple[str, ...] = (
    "customers",
    *(c.name for c in list_contracts() if c.name not in ("customers", "profiles")),
)
"""What a file may be of; `customers` is the flat file, the others are tables."""

_SURE_NAME = 0.85
_LEAST_SCORE = 0.5
_MOST_CONFIDENT = 0.99  # only a person is surer
_SHAPED = 0.6
_MANY_ROWS_EACH = 0.7
"""Where of all rows so few are of different customers, it is no list of them, were it a dirty one."""
_LIST_SHARE = 0.9
"""Where of all rows so many are of different customers, it is a list of them with repetitions."""
_LEAST_ROWS = 20  # in fewer rows an id may be unique by chance

# Kind → the sets of columns that give it away; a file needs one of the sets, by name. Earlier
# kinds win ties.
_SIGNATURES: dict[str, tuple[tuple[str, ...], ...]] = {
    "purchases": (
        ("purchase_id", "purchased_at"),
        ("customer_id", "purchased_at", "amount"),
        ("customer_id", "purchased_at", "product_id"),
        ("customer_id", "purchased_at", "product_name", "quantity"),
        ("customer_id", "purchased_at", "line_amount"),
    ),
    "payments": (("payment_id", "amount"), ("customer_id", "paid_at", "amount")),
    "events": (
        ("customer_id", "occurred_at", "name"),
        ("event_id", "occurred_at", "name"),
        ("customer_id", "occurred_at", "counterpart_id"),
    ),
    "interactions": (
        ("customer_id", "occurred_at", "topic"),
        ("customer_id", "occurred_at", "outcome"),
        ("customer_id", "occurred_at", "operator_id"),
        ("customer_id", "occurred_at", "channel", "direction"),
        ("interaction_id", "occurred_at", "topic"),
    ),
    "feedback": (
        ("customer_id", "text"),
        ("text", "occurred_at", "rating"),
        ("customer_id", "occurred_at", "rating"),
        ("customer_id", "nps"),
        ("customer_id", "csi"),
        ("feedback_id", "text"),
        ("feedback_id", "rating"),
    ),
    "relations": (("customer_id", "related_customer_id"),),
    "subscriptions": (
        ("subscription_id", "customer_id", "started_on"),
        ("customer_id", "tariff_id", "started_on"),
        ("customer_id", "started_on", "ended_on"),
    ),
    "returns": (("return_id", "returned_at"), ("purchase_id", "returned_at", "reason")),
    "carts": (("cart_id", "customer_id"), ("cart_id", "occurred_at")),
    "web_goals": (("goal_id", "occurred_at"), ("goal_name", "occurred_at")),
    "social_interactions": (("customer_id", "network", "occurred_at"),),
    "deals": (
        ("deal_id", "stage"),
        ("deal_id", "result"),
        ("deal_id", "amount"),
        ("customer_id", "stage", "amount"),
    ),
    "leads": (("lead_id", "status"), ("lead_id", "opened_on"), ("lead_id", "channel")),
    "tariffs": (("tariff_id", "fee_amount"), ("tariff_id", "included_minutes")),
    "purchase_items": (("purchase_id", "product_id"), ("purchase_id", "product_name")),
    "products": (("product_id", "product_name"), ("product_id", "category")),
    "external_factors": (("occurred_at", "name", "value"),),
}
# Tables that are not about customers: a customer's id in the file speaks against them.
_WITHOUT_CUSTOMERS = frozenset({"tariffs", "products", "external_factors"})


@dataclass(frozen=True, slots=True)
class Guess:
    """The kind a file seems to be of.

    Attributes
    ----------
    kind, confidence, evidence
        What its rows are, how sure that is, and why.
    match
        Of a table: how its columns are filled.
    customer
        Of a flat file: the column with the customer, where it was found by what it says of them.
    """

    kind: str
    confidence: float
    evidence: Wording
    match: TableMatch | None = None
    customer: str | None = None


def guess_kind(
    measured: Sequence[Measured], *, id_column: str | None = None, drop: Collection[str] = ()
) -> Guess:
    """The kind that explains most of the columns; `customers` when none does."""
    found = (id_column, 1.0) if id_column else find_id(measured)
    by_name = {one.name: one for one in measured}
    customer = by_name.get(found[0]) if found else None
    repeating = None if id_column else find_repeating_customer(measured)
    # A number that never repeats beside a customer who does is that of the row.
    is_flat = customer is not None and customer.shape.is_unique
    is_of_rows = is_flat and repeating is not None and _is_bare(customer)
    best = _choose_table(
        measured, customer if not is_of_rows else repeating, id_column=id_column, drop=drop
    )
    least = 0.75 if is_flat and not is_of_rows else _LEAST_SCORE
    if best and best.confidence >= least:
        return best
    return _guess_rest(measured, customer or repeating, is_flat=is_flat)


def _is_bare(measured: Measured | None) -> bool:
    """Its name says that it is an identifier, and not whose."""
    return measured is not None and split_words(measured.name) in BARE_NUMBERS


def _choose_table(
    measured: Sequence[Measured],
    customer: Measured | None,
    *,
    id_column: str | None,
    drop: Collection[str],
) -> Guess | None:
    """The table whose columns the names tell best."""
    is_flat = customer is not None and customer.shape.is_unique
    is_sure = is_flat and customer is not None and customer.shape.row_count >= _LEAST_ROWS
    best: Guess | None = None
    for kind, signatures in _SIGNATURES.items():
        is_fact = get_contract(kind).temporal == "fact"
        if is_sure and is_fact and not _explains_uniqueness(measured, kind, customer):
            continue
        if kind == "relations" and _is_log_of_calls(measured):
            continue
        guess = _score_kind(
            measured,
            kind,
            signatures,
            id_column=id_column,
            drop=drop,
            is_flat=is_flat or _hardly_repeats(customer),
        )
        if guess and (best is None or guess.confidence > best.confidence + 1e-9):
            best = guess
    return best


def _hardly_repeats(customer: Measured | None) -> bool:
    """A list of customers in which a few stand twice: a date of theirs is no moment of an event."""
    if customer is None:
        return False
    return customer.shape.distinct_count >= _LIST_SHARE * customer.shape.present_count


def _explains_uniqueness(
    measured: Sequence[Measured], kind: str, customer: Measured | None
) -> bool:
    """Why a customer who never repeats need not make a list of customers.

    An order number beside every customer: orders, were there but one for each. Or the one who
    never repeats is the other end of a relation: everybody was brought by one other.
    """
    key = get_contract(kind).key
    found = match_table(measured, kind).columns
    if key:
        return key[0] in found and found[key[0]].name_score >= 0.95
    ends = [found[name] for name in ("customer_id", "related_customer_id") if name in found]
    are_sure = len(ends) == 2 and all(end.name_score >= 0.95 for end in ends)
    return are_sure and measured[ends[1].position] is customer


def _is_log_of_calls(measured: Sequence[Measured]) -> bool:
    """A caller, a callee and a moment: what customers did, not how they are linked."""
    found = match_table(measured, "events").columns
    told = [found[name].name_score for name in ("counterpart_id", "occurred_at") if name in found]
    return len(told) == 2 and min(told) >= _SURE_NAME


def _score_kind(
    measured: Sequence[Measured],
    kind: str,
    signatures: tuple[tuple[str, ...], ...],
    *,
    id_column: str | None,
    drop: Collection[str],
    is_flat: bool,
) -> Guess | None:
    match = match_table(measured, kind, id_column=id_column, drop=drop)
    sure = {
        name: found.score
        for name, found in match.columns.items()
        if found.name_score >= _SURE_NAME and found.score >= 0.6
    }
    if not is_flat:
        sure = _find_shaped(measured, match) | sure
    if id_column:
        sure["customer_id"] = 1.0
    met = [names for names in signatures if set(names) <= sure.keys()]
    required = {column.name for column in get_contract(kind).columns if column.is_required}
    if (
        not met
        or not required <= {*match.columns, *sure}
        or (kind in _WITHOUT_CUSTOMERS and _has_customer(measured))
    ):
        return None
    strength = max(sum(sure[name] for name in names) / len(names) for names in met)
    filled = len([one for one in measured if not one.is_empty])
    share = sum(found.score for found in match.columns.values()) / max(filled, 1)
    names = max(met, key=lambda names: sum(sure[name] for name in names))
    confidence = round(strength * (0.45 + 0.55 * min(1.0, share)), 2)
    return Guess(
        kind, min(confidence, _MOST_CONFIDENT), _say_signature(measured, match, names), match
    )


def _find_shaped(measured: Sequence[Measured], match: TableMatch) -> dict[str, float]:
    """What is sure enough without a telling name: the moment of dates, a contact that repeats."""
    found = {}
    moment = get_contract(match.kind).time_column
    if moment in match.columns and measured[match.columns[moment].position].shape.is_date:
        found[str(moment)] = min(match.columns[moment].score, _SHAPED)
    if "customer_id" in match.unnamed:
        shape = measured[match.columns["customer_id"].position].shape
        if shape.distinct_count < 0.9 * shape.present_count:
            found["customer_id"] = _SHAPED
    return found


def _has_customer(measured: Sequence[Measured]) -> bool:
    found = match_table(measured, "events").columns.get("customer_id")
    return found is not None and found.score >= 0.9


def _say_signature(
    measured: Sequence[Measured], match: TableMatch, names: tuple[str, ...]
) -> Wording:
    told = ", ".join(
        f"{measured[match.columns[name].position].name} → {name}"
        for name in names
        if name in match.columns
    )
    return Wording(en=f"the columns tell: {told}", ru=f"это видно по столбцам: {told}")


def _guess_rest(measured: Sequence[Measured], customer: Measured | None, *, is_flat: bool) -> Guess:
    """A flat file, or things that happened to customers who come again and again."""
    if customer is None:
        said = Wording(
            en="no column identifies a customer, so every row is taken for one",
            ru="ни один столбец не обозначает клиента, поэтому каждая строка — клиент",
        )
        return Guess("customers", 0.6, said)
    if is_flat or customer.shape.row_count == 0:
        said = Wording(
            en=f"one row per customer: '{customer.name}' never repeats",
            ru=f"строка на клиента: «{customer.name}» не повторяется",
        )
        return Guess("customers", 0.95, said)
    repeats = Wording(en=f"'{customer.name}' repeats", ru=f"«{customer.name}» повторяется")
    share = customer.shape.distinct_count / max(customer.shape.present_count, 1)
    events = match_table(measured, "events")
    if "occurred_at" in events.columns and share < _LIST_SHARE:
        said = Wording(en=f"{repeats.en}, and there is a date", ru=f"{repeats.ru}, и есть дата")
        return Guess("events", 0.5, said, _with_customer(events, measured, customer))
    if share < _MANY_ROWS_EACH and not any(map(_is_measure, measured)):
        said = Wording(
            en=f"{repeats.en}, there is no date and nothing is measured: the rows link customers"
            " with something",
            ru=f"{repeats.ru}, дат и измерений нет: строки связывают клиентов с чем-то",
        )
        links = match_table(measured, "relations")
        return Guess("relations", 0.5, said, _with_customer(links, measured, customer))
    return Guess("customers", 0.5, repeats, customer=customer.name)


def _with_customer(
    match: TableMatch, measured: Sequence[Measured], customer: Measured
) -> TableMatch:
    """The match with the customer in it, whatever the table calls customers."""
    if "customer_id" in match.columns:
        return match
    place = list(measured).index(customer)
    others = {name: one for name, one in match.columns.items() if one.position != place}
    found = Assignment(place, "customer_id", 0.7, 0.7)
    return replace(match, columns=others | {"customer_id": found})


def _is_measure(measured: Measured) -> bool:
    return classify_column(measured)[0] is Role.NUMERIC
