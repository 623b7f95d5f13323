"""The verb `demo`: a company that is made up goes the ordinary way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.rehearsal import make_company, write_company
from regulars.workspace.analyze import Analysis, AnalysisWishes, analyze_files
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from pathlib import Path

    from regulars.progress import Progress
    from regulars.schema.wording import Language

__all__ = ["run_demo"]


def run_demo(
    folder: Path,
    *,
    customers: int = 2_000,
    seed: int = 7,
    language: Language = "en",
    progress: Progress,
) -> Analysis:
    """Make a telecom company of so many customers in `folder` and analyze its customer file.

    Parameters
    ----------
    folder
        Its files go to `company/`, the report to the folder itself.
    customers
        How many.
    seed
        Everything random follows from it.
    language
        Of the report.
    progress
        Told of each stage.
    """
    with progress.stage(speak(language)("demo")):
        files = write_company(make_company(customers=customers, seed=seed), folder / "company")
    return analyze_files(
        [str(files[0])],
        folder=folder,
        analysis=AnalysisWishes(seed=seed, command="regulars demo"),
        language=language,
        progress=progress,
    )
