"""Values of contracts as JSON, and as tables for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regulars.cli.console import print_lines, print_text
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import RenderableType

    from regulars.schema.wording import Language
    from regulars.workspace.contract_value import ContractValues

__all__ = ["describe_contracts", "print_contracts"]

_HEADINGS = {
    "en": ("Customer", "A month", "Value", "from", "to"),
    "ru": ("Клиент", "В месяц", "Ценность", "от", "до"),
}
_SEEN = Wording(
    en="{there} still there pay {fees} a month; {left} were seen to leave.",
    ru="{there} ещё здесь и платят {fees} в месяц; ушедших видели {left}.",
)
_TOTAL = Wording(
    en="In the {horizon} from {first} on they will pay {value} ({low} – {high}, 95%), discounted by"
    " {discount} a year{margin}.",
    ru="За {horizon} начиная с {first} они заплатят {value} ({low} – {high}, 95\xa0%), с дисконтом"
    " {discount} в год{margin}.",
)
_MARGIN = Wording(en="; of it {share} are counted", ru="; в счёт идёт {share}")
_LONGEST = Wording(
    en="{count} of them are there as long as anybody was seen to be: the mean hazard stands for theirs.",
    ru="Из них {count} здесь дольше, чем за кем-либо наблюдали: для них взят средний риск ухода.",
)
_BEYOND = Wording(
    en="Beyond {days} days nobody was looked at: customers are taken to leave as before then.",
    ru="Дальше {days} дн. наблюдений нет: считается, что уходят так же, как перед этим.",
)
_WITHOUT_FEE = Wording(
    en="{count} more are there whose fee is not known; they are left out.",
    ru="Ещё у {count} плата не известна; они не учтены.",
)
_LOOKED_AT = 365


def describe_contracts(found: ContractValues, top: pa.Table, language: Language) -> dict[str, Any]:
    """The one documented object of `--format json`."""
    study, total = found.study.comparison, found.value.total()
    return {
        "of": "contracts",
        "customers": len(found.fees),
        "left": study.left,
        "without_fee": found.without_fee,
        "fee_a_month": float(found.fees.sum()),
        "horizon_days": found.horizon.days,
        "discount": found.horizon.discount,
        "margin": found.horizon.margin,
        "total": {"value": {"mean": total.mean, "low": total.low, "high": total.high}},
        "chosen": study.chosen,
        "why": study.why.to(language),
        "c_index": {
            "mean": study.c_index.mean,
            "low": study.c_index.low,
            "high": study.c_index.high,
        },
        "top": [row | {"as_of": row["as_of"].isoformat()} for row in top.to_pylist()],
        "notices": _list_notices(found, language),
        "seconds": round(found.seconds, 3),
    }


def print_contracts(found: ContractValues, top: pa.Table, language: Language) -> None:
    """The total with its interval, why the model was taken, and the most valuable customers."""
    from regulars.quality.numbers import format_amount, format_number, format_share, format_units

    total, horizon, study = found.value.total(), found.horizon, found.study.comparison
    share = format_share(horizon.margin, language)
    print_lines(
        _SEEN.to(language).format(
            there=format_units(len(found.fees), language, "customer"),
            fees=format_amount(float(found.fees.sum()), language),
            left=format_number(study.left, language),
        ),
        _TOTAL.to(language).format(
            horizon=format_units(horizon.days, language, "day"),
            first=found.as_of.day,
            value=format_amount(total.mean, language),
            low=format_amount(total.low, language),
            high=format_amount(total.high, language),
            discount=format_share(horizon.discount, language),
            margin=_MARGIN.to(language).format(share=share) if horizon.margin < 1 else "",
        ),
        "",
        study.why.to(language),
    )
    if top.num_rows:
        print_lines("")
        print_text(_tabulate(top, language))
    for notice in _list_notices(found, language):
        print_lines("", notice)


def _list_notices(found: ContractValues, language: Language) -> list[str]:
    from regulars.quality.numbers import format_number

    told = [found.study.comparison.note.to(language)]
    for wording, count in ((_LONGEST, found.longest), (_WITHOUT_FEE, found.without_fee)):
        if count:
            told.append(wording.to(language).format(count=format_number(count, language)))
    if found.horizon.days > _LOOKED_AT:
        told.append(_BEYOND.to(language).format(days=_LOOKED_AT))
    return told


def _tabulate(top: pa.Table, language: Language) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from regulars.quality.numbers import format_amount

    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, heading in enumerate(_HEADINGS[language]):
        table.add_column(heading, justify="right" if place else "left")
    names = ("fee_amount", "lifetime_value", "lifetime_value_low", "lifetime_value_high")
    for row in top.to_pylist():
        table.add_row(
            Text(row["customer_id"]), *(format_amount(row[name], language) for name in names)
        )
    return table
