"""What is known about each customer at one moment, as named columns a model can use."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.features.compile import compile_features, find_features
    from regulars.features.definition import FeatureDefinition
    from regulars.features.leakage import Leak, find_leaks, list_blocking
    from regulars.features.library import load_features, read_features
    from regulars.features.matrix import FeatureMatrix, encode_features
    from regulars.features.profile import ProfileColumn, profile_features, read_profile_column
    from regulars.features.space import FeatureSpace, compare_spaces, read_space
    from regulars.features.table import AsOf, Feature, FeatureTable
    from regulars.features.transformers import make_transform

__all__ = [
    "AsOf",
    "Feature",
    "FeatureDefinition",
    "FeatureMatrix",
    "FeatureSpace",
    "FeatureTable",
    "Leak",
    "ProfileColumn",
    "compare_spaces",
    "compile_features",
    "encode_features",
    "find_features",
    "find_leaks",
    "list_blocking",
    "load_features",
    "make_transform",
    "profile_features",
    "read_features",
    "read_profile_column",
    "read_space",
]

_LAZY = {
    "AsOf": "table",
    "Feature": "table",
    "FeatureDefinition": "definition",
    "FeatureMatrix": "matrix",
    "FeatureSpace": "space",
    "FeatureTable": "table",
    "Leak": "leakage",
    "ProfileColumn": "profile",
    "compare_spaces": "space",
    "compile_features": "compile",
    "encode_features": "matrix",
    "find_features": "compile",
    "find_leaks": "leakage",
    "list_blocking": "leakage",
    "load_features": "library",
    "make_transform": "transformers",
    "profile_features": "profile",
    "read_features": "library",
    "read_profile_column": "profile",
    "read_space": "space",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
