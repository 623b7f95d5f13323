"""Which kind a file is of: the flat file of customers, purchases, events, and the rest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from regulars.schema.contract import get_contract, list_contracts
from regulars.schema.measured import Measured
from regulars.schema.profile_recognition import find_id
from regulars.schema.table_recognition import TableMatch, match_table
from regulars.schema.wording import Wording

__all__ = ["KINDS", "Guess", "guess_kind"]

KINDS: tuple[str, ...] = (
    "customers",
    *(c.name for c in list_contracts() if c.name not in ("customers", "profiles")),
)
"""What a file may be of; `customers` is the flat file, the others are tables."""

_SURE_NAME = 0.85
_LEAST_SCORE = 0.5
_LEAST_ROWS = 20  # in fewer rows an id may be unique by chance

# Kind → the sets of columns that give it away; a file needs one of the sets, by name. Earlier
# kinds win ties.
_SIGNATURES: dict[str, tuple[tuple[str, ...], ...]] = {
    "purchases": (
        ("purchase_id", "purchased_at"),
        ("customer_id", "purchased_at", "amount"),
        ("customer_id", "purchased_at", "product_id"),
        ("customer_id", "purchased_at", "product_name", "quantity"),
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
    "deals": (("deal_id", "stage"), ("deal_id", "result"), ("deal_id", "amount")),
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
    """The kind a file seems to be of."""

    kind: str
    confidence: float
    evidence: Wording
    match: TableMatch | None = None


def guess_kind(
    measured: Sequence[Measured], *, id_column: str | None = None, drop: Collection[str] = ()
) -> Guess:
    """The kind that explains most of the columns; `customers` when none does."""
    found = (id_column, 1.0) if id_column else find_id(measured)
    by_name = {one.name: one for one in measured}
    customer = by_name.get(found[0]) if found else None
    is_flat = customer is not None and customer.shape.is_unique
    is_sure = is_flat and customer is not None and customer.shape.row_count >= _LEAST_ROWS
    best: Guess | None = None
    for kind, signatures in _SIGNATURES.items():
        is_fact = get_contract(kind).temporal == "fact"
        if is_sure and is_fact and not _explains_uniqueness(measured, kind, customer):
            continue
        if kind == "relations" and _is_log_of_calls(measured):
            continue
        guess = _score_kind(measured, kind, signatures, id_column=id_column, drop=drop)
        if guess and (best is None or guess.confidence > best.confidence + 1e-9):
            best = guess
    if best and best.confidence >= (0.75 if is_flat else _LEAST_SCORE):
        return best
    return _guess_rest(measured, customer, is_flat=is_flat)


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
) -> Guess | None:
    match = match_table(measured, kind, id_column=id_column, drop=drop)
    sure = {
        name: found.score
        for name, found in match.columns.items()
        if found.name_score >= _SURE_NAME and found.score >= 0.6
    }
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
    return Guess(kind, confidence, _say_signature(measured, match, names), match)


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
    # One moment and no more: with two of them nobody knows which is that of the event.
    has_moment = sum(one.shape.is_date for one in measured) == 1
    repeats = Wording(en=f"'{customer.name}' repeats", ru=f"«{customer.name}» повторяется")
    if has_moment and customer.shape.distinct_count < 0.9 * customer.shape.present_count:
        said = Wording(en=f"{repeats.en}, and there is a date", ru=f"{repeats.ru}, и есть дата")
        return Guess("events", 0.5, said)
    return Guess("customers", 0.5, repeats)
