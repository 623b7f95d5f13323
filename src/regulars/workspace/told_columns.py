"""Columns of a flat file that a person names: their values, customer by customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError, NotFoundError, UnknownColumnError
from regulars.features import read_profile_column
from regulars.schema.contract import Role
from regulars.workspace.customer_features import build_customer_features

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import ibis
    import pyarrow as pa

    from regulars.features import AsOf, FeatureTable
    from regulars.schema.mapping import Mapping as SourceMapping
    from regulars.schema.wording import Wording

__all__ = [
    "NO_WORDS",
    "YES_WORDS",
    "DroppedColumn",
    "ToldColumns",
    "as_stored",
    "open_told_columns",
]

_PROFILES = "profiles"
YES_WORDS = frozenset({"1", "yes", "y", "true", "t", "да", "истина"})
NO_WORDS = frozenset({"0", "no", "n", "false", "f", "нет", "ложь"})
"""What a boolean column may be asked for."""


@dataclass(frozen=True, slots=True)
class DroppedColumn:
    """A column that models are not given.

    Attributes
    ----------
    column
        As the file calls it.
    because
        The evidence against it.
    """

    column: str
    because: Wording


@dataclass(frozen=True, slots=True)
class ToldColumns:
    """The columns of files with one row per customer.

    Attributes
    ----------
    profiles
        Their rows.
    mappings
        How the files were read.
    features
        What is known of each customer, in the order of `read`.
    as_of
        First day that is not seen.
    """

    profiles: ibis.Table
    mappings: Sequence[SourceMapping]
    features: FeatureTable
    as_of: AsOf

    def read(self, name: str) -> pa.ChunkedArray:
        """The values of a column, one per customer.

        Raises
        ------
        UnknownColumnError
            When there is none of this name; the nearest one is offered.
        InvalidParameterError
            When its values are not kept.
        """
        return read_profile_column(self.profiles, self._find(name)[0], as_of=self.as_of)

    def find_type(self, name: str) -> str:
        """The type in which a column is kept; errors as of `read`."""
        return self._find(name)[1]

    def call(self, feature: str, because: Wording) -> DroppedColumn:
        """A feature that is left out, called as the file calls its column."""
        made_of = self.features.get_feature(feature).source or feature
        columns = {column.target: column.source for one in self.mappings for column in one.columns}
        return DroppedColumn(columns.get(made_of, made_of), because)

    def without(self, names: Collection[str]) -> FeatureTable:
        """The features that are not made of these columns."""
        return self.features.drop(self.list_made_of(names))

    def list_made_of(self, names: Collection[str]) -> list[str]:
        """Names of the features that are made of these columns."""
        targets = {self._find(name)[0] for name in names}
        return [one.name for one in self.features.features if one.source in targets]

    def _find(self, name: str) -> tuple[str, str]:
        columns = {
            column.source: column
            for mapping in self.mappings
            if mapping.table == _PROFILES
            for column in mapping.columns
        }
        by_target = {column.target: column for column in columns.values()}
        column = columns.get(name) or by_target.get(name)
        if column is None:
            raise UnknownColumnError(name, columns, where="The file", ru="В файле")
        if column.role in (Role.IGNORED, Role.PERSONAL):
            raise InvalidParameterError(
                en=f"The values of column '{name}' are not kept: it was read as {column.role.value}. Say"
                f' what it is when the file is read: --map "{name}=category" or "{name}=numeric".',
                ru=f"Значения столбца «{name}» не хранятся: он прочитан как {column.role.value}. Скажите,"
                f' что это, при чтении файла: --map "{name}=category" или "{name}=numeric".',
            )
        return column.target, column.type


def open_told_columns(
    tables: Mapping[str, ibis.Table], mappings: Sequence[SourceMapping], *, as_of: AsOf
) -> ToldColumns:
    """The columns of the files with one row per customer among `tables`.

    Raises
    ------
    NotFoundError
        When there is no such file.
    """
    built = build_customer_features(tables, mappings, as_of=as_of).features
    if _PROFILES not in tables or built is None:
        raise NotFoundError(
            en="No file with one row per customer was loaded, and a column of such a file is named. Load"
            " it; if it was taken for something else, say: --kind customers.",
            ru="Назван столбец файла, где на клиента одна строка, а такого файла нет. Загрузите его; если"
            " он был принят за другой, укажите: --kind customers.",
        )
    return ToldColumns(tables[_PROFILES], mappings, built, as_of)


def as_stored(wanted: str | None, column_type: str) -> str | None:
    """A value for yes as the lake holds it: a boolean column knows true and false only.

    Examples
    --------
    >>> as_stored("gone", "string"), as_stored("gone", "boolean"), as_stored("No", "boolean")
    ('gone', 'true', 'false')
    """
    if wanted is None or column_type != "boolean":
        return wanted
    return "false" if wanted.strip().casefold() in NO_WORDS else "true"
