"""What is known about each customer at one moment, as named columns a model can use."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.features.matrix import FeatureMatrix, encode_features
    from regulars.features.profile import ProfileColumn, profile_features, read_profile_column
    from regulars.features.table import AsOf, Feature, FeatureTable

__all__ = [
    "AsOf",
    "Feature",
    "FeatureMatrix",
    "FeatureTable",
    "ProfileColumn",
    "encode_features",
    "profile_features",
    "read_profile_column",
]

_LAZY = {
    "AsOf": "table",
    "Feature": "table",
    "FeatureMatrix": "matrix",
    "FeatureTable": "table",
    "ProfileColumn": "profile",
    "encode_features": "matrix",
    "profile_features": "profile",
    "read_profile_column": "profile",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
