"""Groups of customers who resemble each other, and what sets each group apart."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.segments.kmeans import segment_customers
    from regulars.segments.segmentation import (
        Differentiator,
        MethodResult,
        Segmentation,
        SegmentMean,
        SegmentProfile,
    )

__all__ = [
    "Differentiator",
    "MethodResult",
    "SegmentMean",
    "SegmentProfile",
    "Segmentation",
    "segment_customers",
]

_LAZY = {
    "Differentiator": "segmentation",
    "MethodResult": "segmentation",
    "SegmentMean": "segmentation",
    "SegmentProfile": "segmentation",
    "Segmentation": "segmentation",
    "segment_customers": "kmeans",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
