"""What each family of models is called."""

from typing import Literal

__all__ = ["ModelName"]

ModelName = Literal[
    "baseline",
    "one_feature",
    "naive_bayes",
    "logistic",
    "random_forest",
    "extra_trees",
    "lightgbm",
    "histogram_trees",
    "xgboost",
    "catboost",
    "tuned",
    "network",
    "blend",
    "stack",
]
"""Simplest first."""
