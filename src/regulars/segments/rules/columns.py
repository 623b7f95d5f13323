"""What the columns of a rule may be: a customer's own, or a feature of the library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import UnknownNameError
from regulars.schema.contract import get_contract
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import ibis

    from regulars.features import FeatureDefinition

__all__ = ["CustomerColumns", "list_customer_columns", "name_customer_columns"]

_TABLES = ("profiles", "customers")
_NUMBERED = frozenset({"count", "distinct", "days_since_first", "days_since_last"})
_KEPT_BY_THE_LAKE = frozenset(
    {"customer_id", "known_at", "load_id", "attributes", "bucket", "source_row", "row_key"}
)


@dataclass(frozen=True, slots=True)
class CustomerColumns:
    """Names that a rule may compare.

    Attributes
    ----------
    own
        Table and column, by the name that a rule may call it by.
    features
        Names of features.
    """

    own: Mapping[str, tuple[str, str]]
    features: frozenset[str]

    def find(self, name: str) -> tuple[str | None, str]:
        """Table and column of a name; the table is None for a feature, "" for the id itself.

        Raises
        ------
        UnknownNameError
            With the nearest name that there is.
        """
        if name == "customer_id":
            return "", name
        if name in self.own:
            return self.own[name]
        if name in self.features:
            return None, name
        listed = [*self.own, *sorted(self.features)]
        raise UnknownNameError("column or feature", name, listed, ru="столбца или признака")


def list_customer_columns(
    tables: Mapping[str, ibis.Table],
    definitions: Iterable[FeatureDefinition],
    *,
    aliases: Mapping[str, str] | None = None,
) -> CustomerColumns:
    """What a rule may compare.

    Parameters
    ----------
    tables
        Canonical tables by name.
    definitions
        The features that there are.
    aliases
        Column of `profiles` by what the file itself called it.

    Returns
    -------
    CustomerColumns
        A column of the customers' own file goes before a feature of the same name.
    """
    own: dict[str, tuple[str, str]] = {}
    for table in _TABLES:
        for column in tables[table].columns if table in tables else ():
            if column not in _KEPT_BY_THE_LAKE:
                own.setdefault(column, (table, column))
    for called, column in (aliases or {}).items():
        if column in own:
            own.setdefault(called, own[column])
    features = (name for feature in definitions for name in feature.feature_names)
    return CustomerColumns(own, frozenset(features))


def name_customer_columns(
    definitions: Iterable[FeatureDefinition],
    own_names: Mapping[str, Wording],
    aliases: Mapping[str, str],
) -> dict[str, Wording]:
    """What a rule's columns are called in words, as the subject of a sentence.

    Parameters
    ----------
    definitions
        The features that there are.
    own_names
        What columns of `profiles` are called.
    aliases
        Column of `profiles` by what the file itself called it.
    """
    names: dict[str, Wording] = {}
    for feature in definitions:
        for days in feature.windows or (None,):
            meaning = feature.meaning_of(days)
            if feature.aggregate in _NUMBERED:
                en, ru = f"the number of {meaning.en}", f"число {meaning.ru}"
                meaning = Wording(en=en, ru=ru)
            names[feature.name_of(days)] = meaning
    names |= {column.name: column.meaning for column in get_contract("customers").columns}
    names |= own_names
    return names | {called: names[column] for called, column in aliases.items() if column in names}
