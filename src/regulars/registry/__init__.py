"""Models that are kept: written without pickle, signed, and loaded only as they were written."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.registry.manifest import ModelManifest
    from regulars.registry.models import SavedModels, load_models, read_manifest, save_models

__all__ = ["ModelManifest", "SavedModels", "load_models", "read_manifest", "save_models"]

_LAZY = {
    "ModelManifest": "manifest",
    "SavedModels": "models",
    "load_models": "models",
    "read_manifest": "models",
    "save_models": "models",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
