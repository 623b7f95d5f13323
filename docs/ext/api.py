"""Write one page of the API for each package, at build time, and leave out what is not ours."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from sphinx.application import Sphinx

import regulars

PAGE = """# `{module}`

```{{eval-rst}}
.. automodule:: {module}
```
"""
INDEX = """# Python

Every public name, package by package; most work starts with `regulars.Workspace`. A package that is not
listed has no public names yet.

```{{toctree}}
:maxdepth: 1

{pages}
```
"""


def list_public_modules() -> list[str]:
    """Each module or package right beneath `regulars` that exports names."""
    names = [f"regulars.{module.name}" for module in iter_modules(regulars.__path__)]
    public = [name for name in names if not name.endswith("__main__")]
    return [name for name in public if _load_names(import_module(name))]


def _load_names(module: ModuleType) -> list[str]:
    # autodoc lists what a module already has; names that load when asked for must be asked for.
    names = list(getattr(module, "__all__", ()))
    vars(module).update({name: getattr(module, name) for name in names})
    return names


def _write(path: Path, text: str) -> None:
    # An unchanged page keeps its time stamp, so a second build has nothing to do.
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def write_pages(app: Sphinx) -> None:
    """Write the pages into reference/generated, and remove those of packages that went away."""
    folder = Path(app.srcdir) / "reference" / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    modules = list_public_modules()
    for module in modules:
        _write(folder / f"{module}.md", PAGE.format(module=module))
    _write(folder / "index.md", INDEX.format(pages="\n".join(modules)))
    for page in folder.glob("regulars*.md"):
        if page.stem not in modules:
            page.unlink()


def skip_foreign(
    app: Sphinx, what: str, name: str, member: object, skip: bool, options: object
) -> bool | None:
    """Leave out what scikit-learn adds to every estimator, and pydantic to every model."""
    is_metadata = name.startswith("set_") and name.endswith("_request")
    return True if is_metadata or name == "model_config" else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("builder-inited", write_pages)
    app.connect("autodoc-skip-member", skip_foreign)
    return {"parallel_read_safe": True}
