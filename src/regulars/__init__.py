"""Know your regulars. Keep them: self-hosted customer intelligence."""

from importlib import import_module

# Type checkers know it by its name; `typing` itself would take half of the time until a command
# listens to Ctrl-C.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from regulars.workspace import Workspace

__all__ = ["Workspace", "__version__"]

__version__ = "0.1.0"

_LAZY = {"Workspace": "regulars.workspace"}


def __getattr__(name: str) -> object:
    # PEP 562: `import regulars` stays light; heavy packages load when they are named.
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'regulars' has no attribute '{name}'")
