"""`report.json` as a pydantic model: the documented, versioned result of `analyze`."""

import json
from collections.abc import Mapping
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from regulars.report.parts import (
    ChurnPart,
    ClassesPart,
    ContactListPart,
    DataPart,
    LeakagePart,
    LineagePart,
    Part,
    SegmentsPart,
    Summary,
)
from regulars.report.parts.base import MaybeNumber
from regulars.schema.wording import Wording

__all__ = ["REPORT_VERSION", "Report"]

REPORT_VERSION: Final = "1.6"


class Report(Part):
    """Everything that `analyze` found, in totals; of single rows only masked examples of findings.

    A part that could not be made is null, and `why_absent` says why under its name.
    """

    version: Literal["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6"] = REPORT_VERSION
    """Version of this contract: a new minor number adds keys, a new major one changes a meaning."""
    title: str
    """What was analyzed: usually the name of the file."""
    made_at: str | None = None
    """When, ISO 8601 with a time zone."""
    as_of: str | None = None
    """First day that was not looked at, ISO 8601."""
    currency: str | None = None
    """ISO 4217 code of the amounts, when all are in one currency."""
    money: Wording | None = None
    """What is counted as brought by a customer; null where no amounts are known."""
    summary: Summary | None = None
    """The report in one grade and a few sentences."""
    data: DataPart
    """What was loaded, and in what state it is."""
    leakage: tuple[LeakagePart, ...] = ()
    """Columns that seem to know the outcome in advance."""
    segments: SegmentsPart | None = None
    """Who the customers are."""
    churn: ChurnPart | None = None
    """Who is about to leave."""
    classes: ClassesPart | None = None
    """Who is of which class, where the outcome has several and none was named as leaving."""
    contact_list: ContactListPart | None = None
    """Whom to contact, in figures."""
    why_absent: Mapping[Literal["segments", "churn", "contact_list"], Wording] = Field(
        default_factory=dict
    )
    """For each part that is null, a sentence that says why."""
    names: Mapping[str, Wording] = Field(default_factory=dict)
    """Words for the codes that are keys above: features, actions, reasons of exclusion and of
    quarantine. A code without words is shown as it is."""
    artefacts: Mapping[str, str] = Field(default_factory=dict)
    """Files written beside the report: name and what it is for (a code)."""
    lineage: LineagePart
    """From what this report can be made again."""
    seconds: MaybeNumber = None
    """How long it took."""
    stages: Mapping[str, float] = Field(default_factory=dict)
    """Seconds of each stage."""

    @model_validator(mode="after")
    def _check_sums(self) -> Self:
        rows = self.data
        loaded = rows.rows_inserted + rows.rows_updated + rows.rows_unchanged
        if rows.rows_loaded != loaded or rows.rows_in != loaded + rows.rows_quarantined:
            raise ValueError(
                f"rows do not add up: {rows.rows_in} in, {rows.rows_loaded} loaded "
                f"({rows.rows_inserted} inserted, {rows.rows_updated} updated, "
                f"{rows.rows_unchanged} unchanged), {rows.rows_quarantined} quarantined"
            )
        listed = self.contact_list
        if listed and listed.requested != listed.kept + sum(listed.excluded.values()):
            raise ValueError(
                f"the contact list does not add up: {listed.requested} requested, "
                f"{listed.kept} kept, {dict(listed.excluded)} excluded"
            )
        return self

    @property
    def is_churn(self) -> bool:
        """Whether words may speak of leaving: the outcome is churn, or there is none."""
        if self.churn is None:
            return self.classes is None
        return self.churn.outcome.is_churn

    def to_json(self) -> str:
        """The report as JSON text: sorted keys, finite numbers, the same bytes for the same report.

        Examples
        --------
        >>> from regulars.report.model import Report
        >>> from regulars.report.parts import DataPart, LineagePart
        >>> nothing = DataPart(
        ...     rows_in=0,
        ...     rows_loaded=0,
        ...     rows_inserted=0,
        ...     rows_updated=0,
        ...     rows_unchanged=0,
        ...     rows_quarantined=0,
        ... )
        >>> report = Report(
        ...     title="empty.csv", data=nothing, lineage=LineagePart(data={}, code="0.1.0", seed=1)
        ... )
        >>> Report.from_json(report.to_json()) == report
        True
        """
        content = self.model_dump(mode="json")
        return (
            json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
            + "\n"
        )

    @classmethod
    def to_schema(cls) -> str:
        """The contract itself as JSON Schema (draft 2020-12), for programs in other languages.

        Examples
        --------
        >>> import json
        >>> json.loads(Report.to_schema())["title"]
        'report.json of Regulars, version 1.6'
        """
        schema = cls.model_json_schema(mode="serialization")
        head = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"report.json of Regulars, version {REPORT_VERSION}",
        }
        return json.dumps({**schema, **head}, ensure_ascii=False, indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The report that `to_json` wrote."""
        return cls.model_validate_json(text)
