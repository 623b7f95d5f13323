"""Columns of a file with one row per customer, read for a comparison: an order, groups, costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError, UnknownColumnError
from regulars.evaluate import CustomerCosts
from regulars.features import read_profile_column
from regulars.predictions.comparing.standings import Ordering
from regulars.schema.contract import Role
from regulars.schema.unnamed_columns import may_name_customers

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence

    import ibis
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.features import AsOf, FeatureTable
    from regulars.schema.mapping import Mapping

__all__ = ["ROW", "ProfileColumns"]

ROW = "row"
"""Stands for the order of the file."""

_MOST_GROUPS = 20
_RANGES = 5
_N_DECISIONS = 4


class ProfileColumns:
    """The columns of the customers who are compared, by the names of the file."""

    def __init__(
        self,
        table: ibis.Table,
        mappings: Sequence[Mapping],
        day: AsOf,
        features: FeatureTable,
        kept: NDArray[np.bool_],
    ) -> None:
        self.table = table
        self.mapping = [one for one in mappings if one.table == "profiles"][-1]
        self.day = day
        self.features = features
        self.kept = kept

    def list_features(self, name: str) -> list[str]:
        """Names of the features that are made of a column."""
        targets = {column.source: column.target for column in self.mapping.columns}
        own = {name, targets.get(name, name)}
        return [one.name for one in self.features.features if {one.name, one.source} & own]

    def name_features(self, by_column: MappingABC[str, int]) -> dict[str, int]:
        """What is told of columns, told of the features made of them; others keep their name."""
        return {
            feature: told
            for column, told in by_column.items()
            for feature in self.list_features(column) or [column]
        }

    def read(self, name: str, option: str) -> pa.ChunkedArray:
        """The values of a column, one per customer who is compared."""
        import pyarrow as pa

        known = {c.source: c.target for c in self.mapping.columns if c.target in self.table.columns}
        known |= {target: target for target in self.table.columns if target in known.values()}
        if name not in known:
            sources = [source for source in known if source != known[source] or source == name]
            raise UnknownColumnError(
                name, sources or known, where=f"{option}: the file", ru=f"{option}: в файле"
            )
        if known[name] == "customer_id":
            return pa.chunked_array([self.features.customer_ids])
        column = read_profile_column(self.table, known[name], as_of=self.day)
        return column.filter(pa.array(self.kept))

    def read_owners(self) -> NDArray[np.int64] | None:
        """Whose each row is, as a number; None where every row is a customer of its own."""
        import numpy as np
        import pyarrow.compute as pc

        if self.mapping.id_column is not None:
            return None
        for column in self.mapping.columns:
            if column.role is Role.ID and may_name_customers(column.source):
                owners = self.read(column.source, "--id")
                codes = pc.rank(owners, tiebreaker="dense").to_numpy().astype(np.int64)
                # Of whom it is not known is nobody else's.
                nobodys = owners.is_null().to_numpy()
                codes[nobodys] = len(codes) + np.arange(int(nobodys.sum()))
                return codes if len(np.unique(codes)) < len(codes) else None
        return None

    def read_order(self, name: str) -> Ordering:
        """Where each customer stands by a column, or by the order of the file."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        is_row = name == ROW and all(c.source != ROW for c in self.mapping.columns)
        if is_row and self.mapping.id_column is not None:
            raise InvalidParameterError(
                en=f"The rows of this file are kept by '{self.mapping.id_column}', not in the order of the"
                " file. Name the column that says which rows are earlier: --order-by COLUMN.",
                ru=f"Строки этого файла хранятся по «{self.mapping.id_column}», а не в порядке файла. "
                "Назовите столбец, который говорит, какие строки раньше: --order-by СТОЛБЕЦ.",
            )
        values = (
            pa.chunked_array([self.features.customer_ids])
            if is_row
            else self.read(name, "--order-by")
        )
        if pa.types.is_temporal(values.type):
            days = pc.cast(values.cast(pa.timestamp("us")), pa.int64()).to_numpy() / 86_400e6
            return Ordering(name, np.asarray(days, dtype=np.float64), "days")
        try:
            numbers = values.cast(pa.float64()).to_numpy().astype(np.float64)
        except pa.ArrowInvalid as error:
            raise InvalidParameterError(
                en=f"--order-by '{name}' holds texts that are neither dates nor numbers, so nothing says which"
                " rows are earlier. Name another column.",
                ru=f"--order-by «{name}»: там тексты, а не даты и не числа, поэтому неясно, какие строки "
                "раньше. Назовите другой столбец.",
            ) from error
        return Ordering(name, numbers, "rows" if is_row else "numbers")

    def read_costs(self, names: Sequence[str]) -> CustomerCosts:
        """What each decision about each customer costs, by four columns of numbers."""
        import numpy as np
        import pyarrow as pa

        if len(names) != _N_DECISIONS:
            raise InvalidParameterError(
                en=f"--costs takes {_N_DECISIONS} columns: of who is contacted in vain, who is missed, who is"
                f" contacted rightly, and who is left alone rightly; found {len(names)}.",
                ru=f"--costs — это {_N_DECISIONS} столбца: цена обращения впустую, пропуска, верного обращения и"
                f" верного необращения; получено {len(names)}.",
            )
        columns = []
        for name in names:
            try:
                cast = self.read(name, "--costs").cast(pa.float64())
            except pa.ArrowInvalid as error:
                raise InvalidParameterError(
                    en=f"--costs: column '{name}' does not hold numbers. Name a column that does.",
                    ru=f"--costs: в столбце «{name}» не числа. Назовите столбец чисел.",
                ) from error
            columns.append(cast.to_numpy().astype(np.float64))
        return CustomerCosts(*columns)

    def read_groups(self, name: str) -> list[str]:
        """What each customer belongs to by a column: its value, or one of five ranges of numbers."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        values = self.read(name, "--by")
        n_values = len(pc.unique(values))
        is_number = pa.types.is_integer(values.type) or pa.types.is_floating(values.type)
        if n_values <= _MOST_GROUPS and not (is_number and n_values > 2 * _RANGES):
            return ["—" if value is None else str(value) for value in values.to_pylist()]
        if not is_number:
            raise InvalidParameterError(
                en=f"--by '{name}' has {n_values} different values; quality is told for {_MOST_GROUPS} groups at"
                " most. Name a column with fewer, or one of numbers.",
                ru=f"--by «{name}»: разных значений {n_values}, а качество показывают не больше чем для "
                f"{_MOST_GROUPS} групп. Назовите столбец, где их меньше, или столбец чисел.",
            )
        numbers = values.cast(pa.float64()).to_numpy().astype(np.float64)
        return _cut_ranges(numbers)


def _cut_ranges(numbers: NDArray[np.float64]) -> list[str]:
    """Five ranges of equally many, named by their bounds, in an order that sorts."""
    import numpy as np

    known = numbers[np.isfinite(numbers)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _RANGES + 1)))
    places = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, max(len(edges) - 2, 0))
    names = [
        f"{place + 1}: {edges[place]:g}–{edges[min(place + 1, len(edges) - 1)]:g}"
        for place in range(max(len(edges) - 1, 1))
    ]
    return [
        names[place] if np.isfinite(number) else "—"
        for place, number in zip(places, numbers, strict=True)
    ]
