"""`regulars demo`: the main job on a company that is made up."""

from __future__ import annotations

from pathlib import Path

from regulars.cli.analyze import print_analysis
from regulars.cli.console import open_progress, print_text
from regulars.cli.options import LanguageOption, choose_language
from regulars.schema.wording import Wording

__all__ = ["demo"]

_TRUTH = Wording(
    en="The company is made up, so everybody's true probability is known, in the months tested and in"
    " the one after its files end.",
    ru="Компания вымышленная, поэтому истинная вероятность каждого известна — в проверенные месяцы и в "
    "месяце после конца её файлов.",
)
_YOURS = Wording(
    en="With your own files: regulars analyze customers.csv contracts.csv …",
    ru="С вашими файлами: regulars analyze клиенты.csv договоры.csv …",
)


def demo(
    folder: Path = Path("regulars-demo"),
    /,
    *,
    customers: int = 5_000,
    seed: int = 7,
    lang: LanguageOption = None,
) -> int:
    """Make up a telecom company, load its files, and analyze them like any others.

    Parameters
    ----------
    folder
        Where its files and the report go.
    customers
        How many ever were its customers; about half are today.
    seed
        Everything random follows from it.
    """
    language = choose_language(lang)
    from regulars.workspace.demo import run_demo

    with open_progress(language) as progress:
        demo = run_demo(
            folder, customers=customers, seed=seed, language=language, progress=progress
        )
    print_analysis(demo.analysis, language)
    if demo.foresight is not None:
        lead = _TRUTH.to(language)
        print_text("", f"{lead} {demo.foresight.sentence.to(language)}")
    print_text("", _YOURS.to(language))
    return 0
