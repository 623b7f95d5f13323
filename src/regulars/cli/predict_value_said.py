"""Lifetime values as JSON, and as tables for a person."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from regulars.cli.console import print_lines, print_text
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import RenderableType

    from regulars.evaluate.intervals import Interval
    from regulars.predictions.lifetime_value import GroupValue, HalfCheck
    from regulars.schema.wording import Language
    from regulars.workspace.lifetime_value import CustomerValues

__all__ = ["describe_values", "print_values"]

_AS_BEFORE = "as_before"
_MOST_GROUPS = 30
_SEEN = Wording(
    en="{customers} with {days} from {first} to {last}; {repeat} of them came back.",
    ru="{customers}, {days} с {first} по {last}; вернулись {repeat} из них.",
)
_ROWS = Wording(
    en="{rows} rows = {days} purchase days + {same} more on the same day + {returns} returns + {nobody}"
    " without a customer.",
    ru="Строк {rows} = дней с покупками {days} + ещё в те же дни {same} + возвратов {returns} + без клиента"
    " {nobody}.",
)
_MONEY_SEEN = Wording(
    en="They bought for {amount} and gave back {returned}.",
    ru="Купили на {amount}, вернули на {returned}.",
)
_OVER = Wording(
    en="In the {horizon} from {first} on, {what}, with 95% intervals:",
    ru="За {horizon} начиная с {first}, {what}, с 95-процентными интервалами:",
)
_FIGURES = {
    "value": Wording(en="Value of all customers", ru="Ценность всех клиентов"),
    "purchases": Wording(en="Purchases expected", ru="Ожидается покупок"),
    "alive": Wording(en="Still active", ru="Ещё активны"),
    "newcomer": Wording(
        en="A new customer, after the first purchase", ru="Новый клиент, после первой покупки"
    ),
}
_MODEL_HEADINGS = {
    "en": ("Model", "Log-likelihood", "Foreseen", "Bought", "Error a customer"),
    "ru": ("Модель", "Лог-правдоподобие", "Предсказано", "Куплено", "Ошибка на клиента"),
}
_RULE = Wording(en="everybody as before", ru="все как раньше")
_CHECKED = Wording(
    en="Learnt from the first {learnt} days, held against the next {checked}:",
    ru="Обучены на первых {learnt} дн., сверены со следующими {checked}:",
)
_GROUP_HEADINGS = {
    "en": ("Customers", "Active", "Purchases", "Value", "±", "A new one", "±"),
    "ru": ("Клиентов", "Активны", "Покупок", "Ценность", "±", "Новый", "±"),
}
_TOP_HEADINGS = {
    "en": ("Customer", "Bought", "Days ago", "Active", "Will buy", "Basket", "Value", "from", "to"),
    "ru": ("Клиент", "Покупок", "Дней назад", "Активен", "Купит", "Чек", "Ценность", "от", "до"),
}
_NOT_KNOWN = Wording(en="(not known)", ru="(неизвестно)")


def describe_values(
    values: CustomerValues, top: pa.Table, unit: str, by: str | None, language: Language
) -> dict[str, Any]:
    """The one documented object of `--format json`."""
    found, history = values.found, values.history
    forecast = found.forecast
    fitted = {
        name: {
            **found.estimates[name].parameters,
            "log_likelihood": found.estimates[name].log_likelihood,
        }
        if name in found.estimates
        else None
        for name in ("bg_nbd", "mbg_nbd", "pareto_nbd")
    }
    named = dict(found.estimates) | ({"gamma_gamma": found.baskets} if found.baskets else {})
    counts = asdict(history.counts)
    return {
        **fitted,
        "gamma_gamma": dict(found.baskets.parameters) if found.baskets else None,
        "customers": len(found.purchases),
        "repeat_buyers": found.purchases.repeat_buyers,
        "seconds": round(values.seconds, 3),
        "unit": unit,
        "until": (values.as_of.day - timedelta(days=1)).isoformat(),
        "horizon_days": found.horizon.days,
        "discount": found.horizon.discount,
        "margin": found.horizon.margin,
        "currency": values.currency,
        "recommended": found.recommended,
        "why": found.why.to(language),
        "total": {
            "value": None if found.value is None else _plain(found.value.total()),
            "purchases": _plain(forecast.purchases.total()),
            "alive": _plain(forecast.alive_probability.share()),
        },
        "newcomer": _plain(found.newcomer),
        "intervals": {
            name: {
                letter: {"low": one.low, "high": one.high}
                for letter, one in estimate.intervals.items()
            }
            for name, estimate in named.items()
        },
        "holdout": None if found.check is None else _describe_check(found.check),
        "counts": counts
        | {
            "first_on": history.counts.first_on.isoformat(),
            "last_on": history.counts.last_on.isoformat(),
            "currencies": list(history.counts.currencies),
        },
        "by": by,
        "groups": None if values.groups is None else [_describe_group(g) for g in values.groups],
        "top": [row | {"as_of": row["as_of"].isoformat()} for row in top.to_pylist()],
        "notices": [one.to(language) for one in found.notices],
    }


def _plain(interval: Interval) -> dict[str, float]:
    return {
        "mean": float(interval.mean),
        "low": float(interval.low),
        "high": float(interval.high),
    }


def _describe_check(check: HalfCheck) -> dict[str, Any]:
    return {
        "learnt_days": check.learnt_days,
        "checked_days": check.checked_days,
        "customers": check.customers,
        "actual": check.actual,
        "models": [
            {
                "name": name,
                "expected": check.expected[name],
                "error": error,
                "squared_behind": check.squared[name][0],
                "standard_error": check.squared[name][1],
            }
            for name, error in check.errors.items()
        ],
        "classes": [
            {
                "repeats": one.repeats,
                "or_more": one.is_last,
                "customers": one.customers,
                "actual": one.actual,
                "expected": dict(one.expected),
            }
            for one in check.classes
        ],
    }


def _describe_group(one: GroupValue) -> dict[str, Any]:
    return {
        "group": one.group,
        "customers": one.customers,
        "alive": _plain(one.alive),
        "purchases": _plain(one.purchases),
        "value": None if one.value is None else _plain(one.value),
        "newcomer": None if one.newcomer is None else _plain(one.newcomer),
    }


def print_values(
    values: CustomerValues, top: pa.Table, unit: str, by: str | None, language: Language
) -> None:
    """Totals with their intervals, the models, groups, the most valuable customers, and what to know."""
    print_lines(*_say_seen(values, language), "")
    print_lines(_say_over(values, language))
    print_text(_tabulate_totals(values, language))
    print_lines("", values.found.why.to(language))
    if values.found.check is not None:
        check = values.found.check
        said = _CHECKED.to(language)
        print_lines(said.format(learnt=check.learnt_days, checked=check.checked_days))
    print_text(_tabulate_models(values, language))
    if values.groups is not None and by is not None:
        print_lines("")
        print_text(_tabulate_groups(values.groups, by, language))
    if top.num_rows:
        print_lines("")
        print_text(_tabulate_top(top, language))
    for notice in values.found.notices:
        print_lines("", notice.to(language))


def _say_seen(values: CustomerValues, language: Language) -> list[str]:
    from regulars.quality.numbers import format_count, format_number, format_units

    counts, found = values.history.counts, values.found
    forms: tuple[str, ...] = ("purchase day", "purchase days")
    if language == "ru":
        forms = ("день с покупками", "дня с покупками", "дней с покупками")
    seen = _SEEN.to(language).format(
        customers=format_units(len(found.purchases), language, "customer"),
        days=format_count(counts.purchase_days, language, *forms),
        first=counts.first_on,
        last=counts.last_on,
        repeat=format_number(found.purchases.repeat_buyers, language),
    )
    rows = _ROWS.to(language).format(
        rows=format_number(counts.rows, language),
        days=format_number(counts.purchase_days, language),
        same=format_number(counts.same_day, language),
        returns=format_number(counts.returns, language),
        nobody=format_number(counts.without_customer, language),
    )
    if counts.amount is None or counts.returned_amount is None or not counts.amount:
        return [seen, rows]
    money = _MONEY_SEEN.to(language).format(
        amount=_say_money(counts.amount, values.currency, language),
        returned=_say_money(abs(counts.returned_amount), values.currency, language),
    )
    return [seen, rows, money]


def _say_money(amount: float, currency: str | None, language: Language) -> str:
    from regulars.quality.numbers import format_amount

    said = format_amount(amount, language)
    return f"{said} {currency}" if currency else said


def _say_over(values: CustomerValues, language: Language) -> str:
    from regulars.quality.numbers import format_share, format_units

    horizon = values.found.horizon
    discount = format_share(horizon.discount, language)
    kept = format_share(horizon.margin, language)
    if values.found.value is None:
        what = {"en": "in purchases", "ru": "в покупках"}[language]
    elif horizon.margin < 1:
        what = {
            "en": f"{kept} of turnover, discounted by {discount} a year",
            "ru": f"{kept} от оборота, с дисконтом {discount} в год",
        }[language]
    else:
        what = {
            "en": f"turnover, discounted by {discount} a year",
            "ru": f"оборот, с дисконтом {discount} в год",
        }[language]
    return _OVER.to(language).format(
        horizon=format_units(horizon.days, language, "day"), first=values.as_of.day, what=what
    )


def _tabulate_totals(values: CustomerValues, language: Language) -> RenderableType:
    from rich.table import Table

    from regulars.quality.numbers import format_share

    found = values.found
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)

    def add(name: str, one: Interval, *, is_money: bool = False) -> None:
        low, mean, high = (
            _say_money(figure, None, language) for figure in (one.low, one.mean, one.high)
        )
        unit = f" {values.currency}" if is_money and values.currency else ""
        table.add_row(f"  {_FIGURES[name].to(language)}", f"{mean}{unit}", f"{low} – {high}")

    if found.value is not None:
        add("value", found.value.total(), is_money=True)
    add("newcomer", found.newcomer, is_money=found.value is not None)
    add("purchases", found.forecast.purchases.total())
    alive = found.forecast.alive_probability.share()
    low, mean, high = (format_share(one, language) for one in (alive.low, alive.mean, alive.high))
    table.add_row(f"  {_FIGURES['alive'].to(language)}", mean, f"{low} – {high}")
    return table


def _tabulate_models(values: CustomerValues, language: Language) -> RenderableType:
    from rich.table import Table

    from regulars.predictions.lifetime_value import MODELS
    from regulars.quality.numbers import format_number

    found, check = values.found, values.found.check
    table = Table(box=None, pad_edge=False, header_style="bold")
    shown = _MODEL_HEADINGS[language] if check else _MODEL_HEADINGS[language][:2]
    for place, heading in enumerate(shown):
        table.add_column(heading, justify="right" if place else "left", no_wrap=place == 0)

    def checked(name: str) -> list[str]:
        if check is None or name not in check.errors:
            return []
        return [
            format_number(check.expected[name], language),
            format_number(check.actual, language),
            format_number(check.errors[name], language, digits=3),
        ]

    for name, estimate in found.estimates.items():
        height = format_number(estimate.log_likelihood, language, digits=1)
        table.add_row(MODELS[name].title, height, *checked(name))
    if check is not None:
        table.add_row(_RULE.to(language), "", *checked(_AS_BEFORE))
    return table


def _tabulate_groups(groups: tuple[GroupValue, ...], by: str, language: Language) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from regulars.quality.numbers import format_number
    from regulars.schema.wording import format_share

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(by)
    for heading in _GROUP_HEADINGS[language]:
        table.add_column(heading, justify="right", no_wrap=True)
    for one in groups[:_MOST_GROUPS]:
        table.add_row(
            Text(_NOT_KNOWN.to(language) if one.group is None else one.group),
            format_number(one.customers, language),
            format_share(one.alive.mean, language),
            format_number(one.purchases.mean, language),
            *_say_estimate(one.value, language),
            *_say_estimate(one.newcomer, language),
        )
    return table


def _say_estimate(one: Interval | None, language: Language) -> tuple[str, str]:
    """The figure, and half of its interval as a share of it."""
    from regulars.quality.numbers import format_amount
    from regulars.schema.wording import format_share

    if one is None:
        return "", ""
    width = (one.high - one.low) / 2 / one.mean if one.mean else 0.0
    return format_amount(one.mean, language), format_share(width, language)


def _tabulate_top(top: pa.Table, language: Language) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from regulars.quality.numbers import format_amount, format_number
    from regulars.schema.wording import format_share

    is_money = top["lifetime_value"].null_count < top.num_rows
    headings = _TOP_HEADINGS[language]
    shown = headings if is_money else (*headings[:5], *headings[7:])
    what = "lifetime_value" if is_money else "expected_purchases"
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, heading in enumerate(shown):
        table.add_column(heading, justify="right" if place else "left")
    for row in top.to_pylist():
        money = ("expected_amount", "lifetime_value") if is_money else ()
        table.add_row(
            Text(row["customer_id"]),
            format_number(row["purchase_count"], language),
            format_number(row["tenure_days"] - row["active_span_days"], language),
            format_share(row["alive_probability"], language),
            format_number(row["expected_purchases"], language, digits=1),
            *(
                format_amount(row[name], language)
                for name in (*money, f"{what}_low", f"{what}_high")
            ),
        )
    return table
