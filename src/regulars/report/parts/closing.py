"""What to do, and how all this was made."""

from collections.abc import Mapping

from pydantic import Field

from regulars.report.parts.base import Count, Grade, MaybeNumber, Part
from regulars.schema.wording import Wording

__all__ = ["ContactListPart", "LineagePart", "Summary"]


class ContactListPart(Part):
    """The contact list in figures: requested = kept + the sum of excluded."""

    requested: Count
    """Customers that the threshold or the number asked for."""
    kept: Count
    """Customers on the list."""
    excluded: Mapping[str, Count] = Field(default_factory=dict)
    """Customers left out, by reason."""
    rule: Wording | None = None
    """Who was asked for, as a sentence."""
    by_risk: Mapping[str, Count] = Field(default_factory=dict)
    """Kept customers by risk band."""
    by_segment: Mapping[str, Count] = Field(default_factory=dict)
    """Kept customers by segment."""
    by_reason: Mapping[str, Count] = Field(default_factory=dict)
    """Kept customers by their first reason."""
    by_action: Mapping[str, Count] = Field(default_factory=dict)
    """Kept customers by suggested action, code of the action."""
    actions: Mapping[str, Wording] = Field(default_factory=dict)
    """What each of these codes suggests to the operator."""
    expected_loss: MaybeNumber = None
    """Sum of probability times money over the list, where money is known."""


class LineagePart(Part):
    """From what this report can be made again."""

    data: Mapping[str, str]
    """Name of each source and its sha256."""
    code: str
    """Version of Regulars."""
    seed: int
    """Seed of everything random."""
    versions: Mapping[str, str] = Field(default_factory=dict)
    """Versions of Python and of the libraries."""
    snapshot: Mapping[str, int] = Field(default_factory=dict)
    """Version of every table in the lake."""
    run: str | None = None
    """Identifier of the run."""
    load_ids: tuple[str, ...] = ()
    """The loads it stands on."""
    command: str | None = None
    """What was typed."""


class Summary(Part):
    """The report in one grade and a few sentences."""

    grade: Grade
    """A: act on it; B: usable with care; C: look into it first; D: not for decisions."""
    grades: Mapping[str, Grade]
    """Grade of each part; the whole is as good as its weakest part."""
    reasons: Mapping[str, Wording]
    """Why each part got its grade."""
    verdict: Wording
    """The grade in words."""
    sentences: tuple[Wording, ...]
    """What to retell."""
