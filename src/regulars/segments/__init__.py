"""Groups of customers who resemble each other, and what sets each group apart."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.segments.compared import segment_by_comparison
    from regulars.segments.comparison import Comparison, MethodScore, compare_methods
    from regulars.segments.distributions import (
        Crossing,
        Distribution,
        cross_fields,
        distribute_fields,
    )
    from regulars.segments.drilldown import Cell, DrillDown, drill_down
    from regulars.segments.kmeans import segment_customers
    from regulars.segments.merges import MergeTree, grow_tree
    from regulars.segments.rfm import RfmBounds, fit_rfm, segment_by_rfm
    from regulars.segments.segmentation import (
        Differentiator,
        MethodResult,
        RfmCell,
        Segmentation,
        SegmentMean,
        SegmentProfile,
    )

__all__ = [
    "Cell",
    "Comparison",
    "Crossing",
    "Differentiator",
    "Distribution",
    "DrillDown",
    "MergeTree",
    "MethodResult",
    "MethodScore",
    "RfmBounds",
    "RfmCell",
    "SegmentMean",
    "SegmentProfile",
    "Segmentation",
    "compare_methods",
    "cross_fields",
    "distribute_fields",
    "drill_down",
    "fit_rfm",
    "grow_tree",
    "segment_by_comparison",
    "segment_by_rfm",
    "segment_customers",
]

_LAZY = {
    "Cell": "drilldown",
    "Comparison": "comparison",
    "Crossing": "distributions",
    "Differentiator": "segmentation",
    "Distribution": "distributions",
    "DrillDown": "drilldown",
    "MergeTree": "merges",
    "MethodResult": "segmentation",
    "MethodScore": "comparison",
    "RfmBounds": "rfm",
    "RfmCell": "segmentation",
    "SegmentMean": "segmentation",
    "SegmentProfile": "segmentation",
    "Segmentation": "segmentation",
    "compare_methods": "comparison",
    "cross_fields": "distributions",
    "distribute_fields": "distributions",
    "drill_down": "drilldown",
    "fit_rfm": "rfm",
    "grow_tree": "merges",
    "segment_by_comparison": "compared",
    "segment_by_rfm": "rfm",
    "segment_customers": "kmeans",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
