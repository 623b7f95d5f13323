"""What a check found."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from regulars.quality.check import Severity
from regulars.quality.numbers import Unit, format_share, format_units
from regulars.schema.wording import Language, Wording

__all__ = ["Finding", "Unit", "has_errors", "sort_findings"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found in one table.

    Attributes
    ----------
    check, table, column
        Which rule, where; `column` is None when it is about whole rows.
    severity
        error, warning or notice.
    count, share
        How many `unit`s break the rule, and of all the table's; `share` is None where
        a share says nothing (days of delay).
    examples
        Up to five rows as column → value, ready for JSON; personal columns are masked.
    sentence
        What was found, in both languages.
    unit
        What is counted.
    action
        `quarantine` when such rows are kept out at load.
    """

    check: str
    table: str
    column: str | None
    severity: Severity
    count: int
    share: float | None
    examples: tuple[Mapping[str, object], ...]
    sentence: Wording
    unit: Unit = "row"
    action: Literal["report", "quarantine"] = "report"

    def to_dict(self) -> dict[str, object]:
        """The finding as plain values for JSON."""
        return {
            **asdict(self),
            "examples": [dict(row) for row in self.examples],
            "sentence": self.sentence.model_dump(),
        }


def word_finding(
    meaning: Wording, *, column: str | None, count: int, share: float | None, unit: Unit
) -> Wording:
    """The sentence of a finding: headline, count, share."""
    return Wording(
        en=_word(meaning.en, "en", column=column, count=count, share=share, unit=unit),
        ru=_word(meaning.ru, "ru", column=column, count=count, share=share, unit=unit),
    )


def _word(
    meaning: str,
    language: Language,
    *,
    column: str | None,
    count: int,
    share: float | None,
    unit: Unit,
) -> str:
    subject = f"{meaning} ({column})" if column else meaning
    counted = format_units(count, language, unit)
    portion = "" if share is None else f" ({format_share(share, language)})"
    return f"{subject}: {counted}{portion}."


def has_errors(findings: tuple[Finding, ...] | list[Finding]) -> bool:
    """Whether any finding is of severity error."""
    return any(finding.severity == "error" for finding in findings)


def sort_findings(findings: list[Finding]) -> list[Finding]:
    """The findings, gravest and largest first; the order depends on nothing else."""
    severities = get_args(Severity)
    return sorted(
        findings,
        key=lambda finding: (
            severities.index(finding.severity),
            -(finding.share or 0.0),
            finding.table,
            finding.check,
            finding.column or "",
        ),
    )
