"""Write one page of the API for each package, at build time, and leave out what is not ours."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from sphinx.application import Sphinx

import regulars

PAGE = """# `{module}`

```{{eval-rst}}
.. automodule:: {module}
```
"""
INDEX = """# Python

Every public name, package by package. A package that is not listed has no public names yet.

```{{toctree}}
:maxdepth: 1

{pages}
```
"""


def list_public_modules() -> list[str]:
    """`regulars` and each module or package right beneath it that exports names."""
    names = [f"regulars.{module.name}" for module in iter_modules(regulars.__path__)]
    public = [name for name in names if not name.endswith("__main__")]
    return [name for name in public if getattr(import_module(name), "__all__", ())]


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
    """Leave out the metadata methods that scikit-learn adds to every estimator."""
    is_metadata = name.startswith("set_") and name.endswith("_request")
    return True if is_metadata else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("builder-inited", write_pages)
    app.connect("autodoc-skip-member", skip_foreign)
    return {"parallel_read_safe": True}
