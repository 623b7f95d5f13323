"""Why a customer is likely to leave sooner, or later, than others who have been there as long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import NotFoundError
from regulars.predictions.reasons.explainer import ReasonTeller
from regulars.predictions.survival.curves import CustomerCurves

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.features.matrix import FeatureMatrix
    from regulars.predictions.outcomes.phrases import Phrases
    from regulars.predictions.reasons.explainer import Peers
    from regulars.predictions.reasons.reason import Reason
    from regulars.predictions.survival.curves import SurvivalCurve
    from regulars.predictions.survival.models import SurvivalModel

__all__ = ["LeavesWithin", "StayExplainer", "StayReasons"]

_LEAVES, _DAYS = "leaves_within_", "_days"


@dataclass(frozen=True, slots=True)
class LeavesWithin:
    """How likely a customer leaves within so many days from now.

    Attributes
    ----------
    days
        Within how many.
    probability
        Of this customer.
    others
        The share of everybody who had been there as long; None beyond what was seen.
    """

    days: int
    probability: float
    others: float | None


@dataclass(frozen=True, slots=True)
class StayReasons:
    """When a customer who is still there is likely to leave, and why sooner or later than others.

    Attributes
    ----------
    customer_id
        Who.
    duration_days
        How long they have been there.
    leaves_within
        By horizon; none where so much time was not seen.
    median_days_left, others_median_days_left
        By then half of those like the customer, and half of everybody who had been there as long, will
        have left; None where more than half are still there at the end of what was seen.
    is_sooner
        Whether what is known of the customer makes leaving more likely on the whole.
    reasons
        Those that pull that way, the strongest first; contributions are to the logarithm of the risk.
    """

    customer_id: str
    duration_days: float
    leaves_within: tuple[LeavesWithin, ...]
    median_days_left: float | None
    others_median_days_left: float | None
    is_sooner: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, eq=False)
class StayExplainer:
    """Explains each customer by the model that scored them.

    Attributes
    ----------
    matrix
        Every customer, in the order of `customer_ids`.
    models
        Those that scored, each of other customers.
    model_of
        For each customer the position of theirs in `models`, -1 where they were not scored.
    phrases, peers, alike
        As in `ReasonTeller`.
    curve
        Of everybody together.
    scored
        The figures of who is still there, as `SurvivalComparison.scored` has them.
    staying
        Row numbers of the same customers.
    """

    customer_ids: pa.Array
    matrix: FeatureMatrix
    models: Sequence[SurvivalModel]
    model_of: NDArray[np.int64]
    phrases: Phrases
    peers: Peers
    alike: NDArray[np.int64]
    curve: SurvivalCurve
    scored: pa.Table
    staying: NDArray[np.int64]

    def explain(self, customer_id: str, *, top: int = 3) -> StayReasons:
        """The figures and the `top` reasons of a customer who is still there.

        Raises
        ------
        NotFoundError
            When the customer is not there, has left, or it is not known how long they have been there.
        """
        place = self.scored["customer_id"].index(customer_id).as_py()
        if place < 0:
            raise self._say_missing(customer_id)
        (figures,) = self.scored.slice(place, 1).to_pylist()
        row = int(self.staying[place])
        so_far = float(figures["duration_days"])
        contributions = self.models[int(self.model_of[row])].contributions(
            self.matrix.values[[row]], _only(so_far)
        )
        (reasons,) = ReasonTeller(self.matrix, self.phrases, self.peers, self.alike).tell(
            np.array([row]), contributions, top=top
        )
        everybody = _lay_out(self.curve)
        days = [name for name in figures if name.startswith(_LEAVES)]
        return StayReasons(
            customer_id=customer_id,
            duration_days=so_far,
            leaves_within=tuple(
                LeavesWithin(
                    within, figures[name], _tell(everybody.leave_within(_only(so_far), within))
                )
                for name in days
                if (within := int(name.removeprefix(_LEAVES).removesuffix(_DAYS)))
                and figures[name] is not None
            ),
            median_days_left=figures["median_days_left"],
            others_median_days_left=_tell(everybody.median_left(_only(so_far))),
            is_sooner=float(contributions.sum()) >= 0,
            reasons=tuple(reasons),
        )

    def _say_missing(self, customer_id: str) -> NotFoundError:
        if self.customer_ids.index(customer_id).as_py() < 0:
            return NotFoundError(
                en=f"There is no customer '{customer_id}'. Name one by the id that the file has.",
                ru=f"Клиента «{customer_id}» нет. Назовите его так, как он назван в файле.",
            )
        return NotFoundError(
            en=f"Customer '{customer_id}' has left already, or it is not known how long they have been"
            " there. Name one who is still there; --out FILE lists them.",
            ru=f"Клиент «{customer_id}» уже ушёл, или неизвестно, сколько он пробыл. Назовите того, кто"
            " ещё здесь; их список пишет --out ФАЙЛ.",
        )


def _lay_out(curve: SurvivalCurve) -> CustomerCurves:
    """The curve of everybody as that of one customer."""
    times = np.array([0.0, *(point.days for point in curve.points if point.days > 0)])
    at_once = [point.share for point in curve.points if point.days <= 0]
    shares = [point.share for point in curve.points if point.days > 0]
    return CustomerCurves(times, np.array([[at_once[-1] if at_once else 1.0, *shares]]))


def _only(value: float) -> NDArray[np.float64]:
    return np.array([value])


def _tell(figure: NDArray[np.float64]) -> float | None:
    return float(figure[0]) if np.isfinite(figure[0]) else None
