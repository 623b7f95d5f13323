"""The baskets of a workspace: which products were bought together, and what they are called."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import NotFoundError
from regulars.features.rows import see
from regulars.lake.shapes import name_past
from regulars.schema.contract import get_contract
from regulars.segments.baskets import Baskets, find_basket_rules
from regulars.workspace.rule_sources import open_rule_sources
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis
    import pyarrow as pa

    from regulars.features import AsOf
    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.segments.baskets import BasketSearch
    from regulars.workspace.folder import Workspace

__all__ = ["search_baskets"]

_ITEMS = "purchase_items"


def search_baskets(
    workspace: Workspace,
    *,
    support: float | None = None,
    confidence: float = 0.3,
    top: int = 20,
    as_of: date | None = None,
    language: Language,
    progress: Progress,
) -> BasketSearch:
    """What is bought together in the orders of a workspace: see `find_basket_rules`.

    A basket is an order with something that was bought and not given back; what it holds is told by
    the code of the product, or by its name where it has no code.

    Parameters
    ----------
    workspace
        Whose lake.
    support, confidence, top
        As `find_basket_rules` takes them.
    as_of
        First day that must not be seen; by default that of `analyze`.
    language
        Of the stage.
    progress
        Told of the stage.

    Raises
    ------
    NotFoundError
        When no order lines were loaded.
    InvalidParameterError, QualityError
        As `find_basket_rules`.
    """
    with open_rule_sources(workspace, as_of=as_of) as (sources, day):
        baskets = _gather(sources.tables, day)
    return find_basket_rules(
        baskets,
        support=support,
        confidence=confidence,
        top=top,
        stage=speak(language)("rules"),
        progress=progress,
    )


def _gather(tables: Mapping[str, ibis.Table], as_of: AsOf) -> Baskets:
    import pyarrow.compute as pc

    if _ITEMS not in tables:
        raise NotFoundError(
            en="Nothing here tells which products were bought together. Load a file with a line for each"
            " product of an order, or with one basket a line.",
            ru="Ничто здесь не говорит, какие товары купили вместе. Загрузите файл, где на каждый товар"
            " заказа своя строка или где на строке одна корзина.",
        )
    superseded = tables.get(name_past(_ITEMS))
    seen = see(tables[_ITEMS], get_contract(_ITEMS), as_of=as_of, superseded=superseded)
    items = seen.mutate(product=seen["product_id"].coalesce(seen["product_name"]))
    is_return = (items["quantity"] < 0).fill_null(False)  # noqa: FBT003 - the value of a cell
    bought = items.filter(items["product"].notnull() & items["purchase_id"].notnull(), ~is_return)
    pairs = bought.select("purchase_id", "product").distinct().to_pyarrow()
    named = bought.group_by("product", "product_name").aggregate(lines=bought.count()).to_pyarrow()
    codes = pc.unique(pairs["product"]).sort()
    order = pairs["purchase_id"].combine_chunks().dictionary_encode()
    product = pc.index_in(pairs["product"].combine_chunks(), value_set=codes)
    return Baskets(
        order.indices.to_numpy().astype(np.int64),
        product.to_numpy(zero_copy_only=False).astype(np.int64),
        _name_products(codes.to_pylist(), named),
        len(order.dictionary),
    )


def _name_products(codes: list[str], named: pa.Table) -> tuple[str, ...]:
    """What each product is called most often; with its code where another one has the same name."""
    calls = sorted(
        named.filter(named["product_name"].is_valid()).to_pylist(),
        key=lambda one: (one["lines"], one["product_name"]),
    )
    names = {one["product"]: one["product_name"] for one in calls}
    said = [names.get(code, code) for code in codes]
    alike = Counter(said)
    return tuple(
        name if alike[name] == 1 else f"{name} ({code})"
        for code, name in zip(codes, said, strict=True)
    )
