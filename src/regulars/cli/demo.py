"""`regulars demo`: the main job on a company that is made up."""

from __future__ import annotations

from pathlib import Path

from regulars.cli.analyze import print_analysis
from regulars.cli.console import open_progress, print_text
from regulars.cli.options import LanguageOption, choose_language

__all__ = ["demo"]


def demo(
    folder: Path = Path("regulars-demo"),
    /,
    *,
    customers: int = 2_000,
    seed: int = 7,
    lang: LanguageOption = None,
) -> int:
    """Make up a telecom company, load it, and analyze it like any other.

    Parameters
    ----------
    folder
        Where its files and the report go.
    customers
        How many it has.
    seed
        Everything random follows from it.
    """
    language = choose_language(lang)
    from regulars.workspace.demo import run_demo

    with open_progress() as progress:
        analysis = run_demo(
            folder, customers=customers, seed=seed, language=language, progress=progress
        )
    print_analysis(analysis, language)
    print_text(
        "",
        {
            "en": "The company is made up. With your own file: regulars analyze customers.csv",
            "ru": "Компания вымышленная. С вашим файлом: regulars analyze customers.csv",
        }[language],
    )
    return 0
