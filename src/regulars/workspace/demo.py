"""The verb `demo`: a company that is made up goes the ordinary way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import QualityError
from regulars.predictions import ContractEnd
from regulars.rehearsal import (
    Foresight,
    compare_with_truth,
    make_telecom_company,
    write_telecom_company,
)
from regulars.workspace.analyze import Analysis, AnalysisWishes, analyze_files
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from pathlib import Path

    from regulars.progress import Progress
    from regulars.rehearsal import TelecomCompany
    from regulars.schema.wording import Language

__all__ = ["Demo", "run_demo"]


@dataclass(frozen=True, slots=True)
class Demo:
    """What came of the made-up company.

    Attributes
    ----------
    analysis
        As of any company.
    foresight
        The model beside the oracle, at the dates it was tested at and in the month after the files
        end; None where there is no model.
    """

    analysis: Analysis
    foresight: Foresight | None


def run_demo(
    folder: Path,
    *,
    customers: int = 5_000,
    seed: int = 7,
    language: Language = "en",
    progress: Progress,
) -> Demo:
    """Make a telecom company of so many customers in `folder` and analyze its files.

    Parameters
    ----------
    folder
        Its files go to `company/`, the report to the folder itself.
    customers
        How many ever were one; about half are today.
    seed
        Everything random follows from it.
    language
        Of the files and of the report.
    progress
        Told of each stage.
    """
    with progress.stage(speak(language)("demo")):
        company = make_telecom_company(customers=customers, seed=seed)
        files = write_telecom_company(company, folder / "company", language=language)
    analysis = analyze_files(
        [str(file) for file in files],
        folder=folder,
        analysis=AnalysisWishes(seed=seed, command="regulars demo"),
        language=language,
        progress=progress,
    )
    return Demo(analysis, _look_ahead(analysis, company))


def _look_ahead(analysis: Analysis, company: TelecomCompany) -> Foresight | None:
    """The scores beside the truth: at the dates that models were tested at, and today."""
    import pyarrow as pa

    churn, features = analysis.study.churn, analysis.study.features
    if churn is None or churn.past_scores is None or features is None:
        return None
    # The truth is of months: few customers leave too rarely to look so short ahead.
    if churn.outcome.definition != ContractEnd():
        return None
    today = pa.scalar(features.as_of.day, pa.date32())
    now = pa.table(
        {
            "customer_id": churn.customer_ids,
            "as_of": pa.repeat(today, len(churn.customer_ids)),
            "churn_probability": churn.churn_probability,
        }
    )
    scores = pa.concat_tables([churn.past_scores.select(now.column_names), now])
    try:
        return compare_with_truth(scores, company.truth, threshold=churn.threshold.value)
    except QualityError:
        return None
