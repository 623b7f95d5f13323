"""Whom to contact first, why, and what became of everybody who was asked for."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from regulars.campaigns.actions import ActionTable, Side, SuggestedAction, packaged_actions
from regulars.errors import InvalidParameterError, QualityError, UnknownColumnError

__all__ = ["Contact", "ContactList", "ContactReason", "build_contact_list"]

_REQUIRED = ("customer_id", "segment", "churn_probability", "risk", "reasons")


@dataclass(frozen=True, slots=True)
class ContactReason:
    """One reason why a customer may leave.

    Attributes
    ----------
    feature
        Name of the feature.
    value, peer_value
        The customer's own figure and that of the peer group.
    contribution
        How much it moves the score, in log-odds.
    text
        The reason as a sentence.
    """

    feature: str
    value: str | float | None
    peer_value: str | float | None
    contribution: float
    text: str


@dataclass(frozen=True, slots=True)
class Contact:
    """One customer to contact.

    Attributes
    ----------
    customer_id, segment, churn_probability, risk
        As scored.
    expected_loss
        Churn probability times the money at stake; None where money is not known.
    reasons
        Strongest first.
    action
        What to suggest.
    """

    customer_id: str
    segment: str | None
    churn_probability: float
    risk: str
    expected_loss: float | None
    reasons: tuple[ContactReason, ...]
    action: SuggestedAction


@dataclass(frozen=True, slots=True)
class ContactList:
    """Customers to contact, in order, and the ledger of those left out.

    Attributes
    ----------
    rows
        Whom to contact, greatest expected loss first.
    requested
        Customers that the threshold or the number asked for.
    kept
        Customers in `rows`.
    excluded
        Customers left out, by reason; a customer with several counts once, under the first.
    actions
        What was suggested for which reason.

    Raises
    ------
    QualityError
        If requested is not kept plus all exclusions.
    """

    rows: tuple[Contact, ...]
    requested: int
    kept: int
    excluded: Mapping[str, int]
    actions: ActionTable = field(default_factory=packaged_actions, repr=False)

    def __post_init__(self) -> None:
        left_out = sum(self.excluded.values())
        if self.kept != len(self.rows) or self.requested != self.kept + left_out:
            raise QualityError(
                en=f"The contact list does not add up: {self.requested} requested, {self.kept} kept "
                f"({len(self.rows)} rows), {left_out} excluded. This is a fault of the program.",
                ru=f"Список не сходится: запрошено {self.requested}, оставлено {self.kept} "
                f"({len(self.rows)} строк), исключено {left_out}. Это ошибка программы.",
            )

    @property
    def expected_loss(self) -> float | None:
        """The sum over the list where money is known; None when it is known for nobody."""
        known = [row.expected_loss for row in self.rows if row.expected_loss is not None]
        return math.fsum(known) if known else None

    def count_by_risk(self) -> dict[str, int]:
        """Kept customers by risk band, most first."""
        return _tally([row.risk for row in self.rows])

    def count_by_segment(self) -> dict[str, int]:
        """Kept customers by segment, most first; those in no segment under an empty name."""
        return _tally([row.segment or "" for row in self.rows])

    def count_by_reason(self) -> dict[str, int]:
        """Kept customers by the feature of their first reason, most first."""
        return _tally([row.reasons[0].feature for row in self.rows if row.reasons])

    def count_by_action(self) -> dict[str, int]:
        """Kept customers by code of the suggested action, most first."""
        return _tally([row.action.code for row in self.rows])


def _tally(names: Sequence[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0])))


def build_contact_list(
    scores: pa.Table,
    *,
    threshold: float | None = None,
    top: int | None = None,
    actions: ActionTable | None = None,
    exclusions: Mapping[str, Collection[str]] | None = None,
) -> ContactList:
    """Customers above a threshold, or the first so many, without those who must not be contacted.

    Parameters
    ----------
    scores
        One row per customer: `customer_id`, `segment`, `churn_probability` (0 to 1, null when not
        scored), `risk`, `reasons` (list of struct: `feature`, `value`, `peer_value`,
        `contribution`, `text`; strongest first) and, where money is known, `expected_loss`.
    threshold
        Ask for everybody with at least this churn probability. Give this or `top`.
    top
        Ask for this many customers, greatest expected loss first.
    actions
        Which action to suggest for which reason; the packaged table by default.
    exclusions
        For each reason the customers who must not be contacted; the first reason counts.

    Returns
    -------
    ContactList
        Greatest expected loss first. A customer whose money is not known stands where a customer
        of the same probability and of typical (median) money would; when it is known for nobody,
        the order is that of the churn probability. Ties by `customer_id`.

    Examples
    --------
    >>> import pyarrow as pa
    >>> scores = pa.table(
    ...     {
    ...         "customer_id": ["1", "2", "3"],
    ...         "segment": ["A", "A", "B"],
    ...         "churn_probability": [0.9, 0.2, 0.7],
    ...         "risk": ["high", "low", "high"],
    ...         "reasons": pa.array([[], [], []], pa.list_(pa.struct([("feature", pa.string())]))),
    ...     }
    ... )
    >>> found = build_contact_list(scores, threshold=0.5, exclusions={"asked_not_to": {"3"}})
    >>> [contact.customer_id for contact in found.rows], found.requested, dict(found.excluded)
    (['1'], 2, {'asked_not_to': 1})
    """
    _check_choice(threshold, top)
    scored = _check_scores(scores)
    requested = _request(scored, threshold=threshold, top=top)
    kept, excluded = _exclude(requested, exclusions or {})
    table = actions or packaged_actions()
    rows = tuple(_read_contact(row, table) for row in kept.to_pylist())
    return ContactList(
        rows=rows,
        requested=requested.num_rows,
        kept=len(rows),
        excluded=excluded,
        actions=table,
    )


def _check_choice(threshold: float | None, top: int | None) -> None:
    if (threshold is None) == (top is None):
        raise InvalidParameterError(
            en=f"A contact list needs a threshold or a number, and exactly one of them; found "
            f"threshold={threshold}, top={top}.",
            ru="Списку контактов нужен либо порог, либо число, и только одно из двух; получено "
            f"threshold={threshold}, top={top}.",
        )
    if threshold is not None and not 0 <= threshold <= 1:
        raise InvalidParameterError(
            en=f"The threshold of a contact list is a probability; found {threshold}. "
            "Give a number from 0 to 1.",
            ru=f"Порог списка контактов — вероятность; получено {threshold}. Укажите число от 0 до "
            "1.",
        )
    if top is not None and top < 0:
        raise InvalidParameterError(
            en=f"A contact list cannot hold {top} customers. Give 0 or a positive number.",
            ru=f"Список контактов не может содержать {top} клиентов. Укажите 0 или положительное "
            "число.",
        )


def _check_scores(scores: pa.Table) -> pa.Table:
    for name in _REQUIRED:
        if name not in scores.column_names:
            raise UnknownColumnError(
                name, scores.column_names, where="The table of scores", ru="В таблице оценок"
            )
    if "expected_loss" not in scores.column_names:
        nobody = pa.nulls(scores.num_rows, pa.float64())
        scores = scores.append_column("expected_loss", nobody)
    ids = scores["customer_id"]
    doubled = scores.num_rows - pc.count_distinct(ids, mode="all").as_py()
    if doubled or ids.null_count:
        raise QualityError(
            en=f"The table of scores must name each customer once; found {doubled} repeated and "
            f"{ids.null_count} empty customer_id. Score one row per customer.",
            ru="В таблице оценок каждый клиент должен стоять один раз; повторов customer_id: "
            f"{doubled}, пустых: {ids.null_count}. Оставьте по одной строке на клиента.",
        )
    probability = pc.drop_null(scores["churn_probability"])
    inside = pc.and_(pc.greater_equal(probability, 0), pc.less_equal(probability, 1))
    outside = len(probability) - (pc.sum(inside).as_py() or 0)
    if outside:
        raise InvalidParameterError(
            en=f"A churn probability lies from 0 to 1; {outside} of {scores.num_rows} do not. "
            "Give probabilities, and null for customers who were not scored.",
            ru=f"Вероятность оттока лежит от 0 до 1; за пределами — {outside} из "
            f"{scores.num_rows}. Передайте вероятности, а для неоценённых клиентов — пустое "
            "значение.",
        )
    return scores.filter(pc.is_valid(scores["churn_probability"]))


def _request(scored: pa.Table, *, threshold: float | None, top: int | None) -> pa.Table:
    """The customers asked for, in the order of the list."""
    if threshold is not None:
        scored = scored.filter(pc.greater_equal(scored["churn_probability"], threshold))
    order = scored.select(["customer_id", "churn_probability"]).append_column(
        "urgency", pa.array(_urgencies(scored), pa.float64())
    )
    # Ids are compared as text by code point, so the order is the same on every machine.
    indices = pc.sort_indices(
        order,
        sort_keys=[
            ("urgency", "descending"),
            ("churn_probability", "descending"),
            ("customer_id", "ascending"),
        ],
    )
    return scored.take(indices if top is None else indices[:top])


def _urgencies(scored: pa.Table) -> list[float]:
    probabilities: list[float] = scored["churn_probability"].to_pylist()
    losses: list[float | None] = [
        None if loss is None or math.isnan(loss) else float(loss)
        for loss in scored["expected_loss"].to_pylist()
    ]
    stakes = [
        loss / p
        for p, loss in zip(probabilities, losses, strict=True)
        if loss is not None and p > 0
    ]
    typical = median(stakes) if stakes else 1.0
    return [
        p * typical if loss is None else loss for p, loss in zip(probabilities, losses, strict=True)
    ]


def _exclude(
    requested: pa.Table, exclusions: Mapping[str, Collection[str]]
) -> tuple[pa.Table, dict[str, int]]:
    reason_of: dict[str, str] = {}
    for reason, customers in exclusions.items():
        for customer in customers:
            reason_of.setdefault(customer, reason)
    reasons = [reason_of.get(customer) for customer in requested["customer_id"].to_pylist()]
    counts = Counter(reason for reason in reasons if reason is not None)
    kept = requested.filter(pa.array([reason is None for reason in reasons], pa.bool_()))
    return kept, {reason: counts[reason] for reason in exclusions if counts[reason]}


def _read_contact(row: Mapping[str, Any], actions: ActionTable) -> Contact:
    reasons = tuple(_read_reason(reason) for reason in row["reasons"] or ())
    loss = row["expected_loss"]
    return Contact(
        customer_id=row["customer_id"],
        segment=row["segment"],
        churn_probability=row["churn_probability"],
        risk=row["risk"],
        expected_loss=None if loss is None or math.isnan(loss) else float(loss),
        reasons=reasons,
        action=actions.suggest(
            (reason.feature, _find_side(reason)) for reason in reasons if reason.contribution >= 0
        ),
    )


def _find_side(reason: ContactReason) -> Side | None:
    """Whether a number is below or above that of the others; None for anything else."""
    try:
        own, usual = float(reason.value or "nan"), float(reason.peer_value or "nan")
    except ValueError:
        return None
    if own == usual or math.isnan(own) or math.isnan(usual):
        return None
    return "low" if own < usual else "high"


def _read_reason(reason: Mapping[str, Any]) -> ContactReason:
    return ContactReason(
        feature=reason["feature"],
        value=reason.get("value"),
        peer_value=reason.get("peer_value"),
        contribution=reason.get("contribution") or 0.0,
        text=reason.get("text") or "",
    )
