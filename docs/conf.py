"""How Sphinx builds the documentation: Markdown by MyST, the API from numpydoc docstrings."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "ext"))

import regulars  # noqa: E402 - the version is read from the package

project = "Regulars"
author = "The Regulars authors"
copyright = "2026, the Regulars authors"
release = version = regulars.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "api",
]
html_theme = "furo"
html_title = "Regulars"
html_theme_options = {"navigation_with_keys": True}
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

default_role = "code"  # docstrings write `names` in single backticks
autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False
napoleon_use_ivar = True  # attributes are listed once, as the docstring names them
napoleon_use_rtype = False
