"""The sum that every load must keep: nothing is lost silently."""

from dataclasses import asdict, dataclass

from regulars.errors import QualityError
from regulars.quality.numbers import format_count, format_number
from regulars.schema.wording import Language, Wording

__all__ = ["Reconciliation"]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Where each row of a source went; rows in = inserted + updated + unchanged + quarantined.

    Raises
    ------
    QualityError
        When the sum does not hold, or a count is negative.

    Examples
    --------
    >>> Reconciliation(10, inserted=7, updated=1, unchanged=0, quarantined=2).loaded
    8
    >>> Reconciliation(10, inserted=7, updated=1, unchanged=0, quarantined=1)
    Traceback (most recent call last):
        ...
    regulars.errors.QualityError: The load does not add up: 10 rows in, but inserted 7 + updated 1 ...
    """

    rows_in: int
    inserted: int
    updated: int
    unchanged: int
    quarantined: int

    def __post_init__(self) -> None:
        counts = asdict(self)
        negative = [name for name, count in counts.items() if count < 0]
        if negative:
            raise QualityError(
                en=f"The load does not add up: {negative[0]} is {counts[negative[0]]}, "
                "and a count is never below 0. Nothing may be committed.",
                ru=f"Загрузка не сходится: {negative[0]} равно {counts[negative[0]]}, а счётчик не "
                "бывает меньше 0. Записывать нельзя.",
            )
        total = self.loaded + self.quarantined
        if total != self.rows_in:
            raise QualityError(
                en=f"The load does not add up: {self.rows_in} rows in, but inserted {self.inserted} + "
                f"updated {self.updated} + unchanged {self.unchanged} + quarantined "
                f"{self.quarantined} = {total}. Nothing may be committed; please report this.",
                ru=f"Загрузка не сходится: на входе строк {self.rows_in}, а добавлено {self.inserted} "
                f"+ обновлено {self.updated} + без изменений {self.unchanged} + отложено "
                f"{self.quarantined} = {total}. Записывать нельзя; пожалуйста, сообщите об этом.",
            )

    @property
    def loaded(self) -> int:
        """Rows whose content is in the lake: inserted, updated or there already."""
        return self.inserted + self.updated + self.unchanged

    @property
    def is_unchanged(self) -> bool:
        """Whether the load changed nothing in the lake and put nothing aside."""
        return self.unchanged == self.rows_in

    @property
    def sentence(self) -> Wording:
        """The sum in words."""
        return Wording(en=self._word("en"), ru=self._word("ru"))

    def to_dict(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)

    def _word(self, language: Language) -> str:
        forms = ("row", "rows") if language == "en" else ("строка", "строки", "строк")
        names = (
            ("inserted", "updated", "unchanged", "quarantined")
            if language == "en"
            else ("добавлено", "обновлено", "без изменений", "в карантине")
        )
        counts = (self.inserted, self.updated, self.unchanged, self.quarantined)
        parts = [
            f"{format_number(count, language)} {name}"
            if language == "en"
            else f"{name} {format_number(count, language)}"
            for count, name in zip(counts, names, strict=True)
        ]
        return f"{format_count(self.rows_in, language, *forms)} = {' + '.join(parts)}."
