"""`regulars segment baskets`: what is bought together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from regulars.cli.console import open_progress, print_json, print_lines, print_text
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from rich.console import RenderableType

    from regulars.schema.wording import Language
    from regulars.segments.baskets import BasketRule, BasketSearch

__all__ = ["baskets"]

_HEADINGS = {
    "en": ("Who buys", "also buys", "Baskets", "Support", "Confidence", "Lift"),
    "ru": ("Кто берёт", "берёт и", "Корзин", "Поддержка", "Уверенность", "Лифт"),
}
_FOUND = Wording(
    en="{rules} in {baskets} of {products}: support at least {support}, confidence at least {confidence}.",
    ru="{rules}: {baskets}, {products}, поддержка не ниже {support}, уверенность не ниже {confidence}.",
)
_EXPLAINED = Wording(
    en="Support: the share of all baskets with everything named. Confidence: the share of the left side's"
    " baskets with the right side too. Lift: in baskets with {left} there is {right} {times} as often as"
    " in any.",
    ru="Поддержка: доля всех корзин, где есть всё названное. Уверенность: доля корзин с левой частью, где"
    " есть и правая. Лифт: там, где есть {left}, товар {right} встречается в {times} чаще, чем в любых"
    " корзинах.",
)
_NO_PAIR = Wording(
    en="No two products lie together so often. Ask for less: --support {lower}.",
    ru="Никакие два товара не лежат вместе так часто. Спросите о меньшей поддержке: --support {lower}.",
)
_NOT_SURE = Wording(
    en="Products lie together often enough, but none calls for another so surely. Ask for less:"
    " --confidence {lower}.",
    ru="Товары часто лежат вместе, но ни один не ведёт к другому так уверенно. Спросите о меньшей"
    " уверенности: --confidence {lower}.",
)


def baskets(
    file: Files = (),
    /,
    *,
    support: Annotated[
        float | None,
        Parameter(
            help="Least share of all baskets that hold everything a rule names; 0.01, and five baskets,"
            " if not said."
        ),
    ] = None,
    confidence: Annotated[
        float,
        Parameter(help="Least share of the left side's baskets that hold the right side too."),
    ] = 0.3,
    top: Annotated[
        int, Parameter(help="Show so many rules; all are counted.", validator=Number(gte=0))
    ] = 20,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Say what is bought together.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from regulars.workspace.baskets import search_baskets

    home, language = find_home(file, workspace, lang, as_of, how=how)
    with open_progress(language) as progress:
        found = search_baskets(
            home,
            support=support,
            confidence=confidence,
            top=top,
            as_of=as_of,
            language=language,
            progress=progress,
        )
    if format == "json":
        print_json(_describe(found))
    else:
        _print(found, language)
    return 0


def _describe(found: BasketSearch) -> dict[str, Any]:
    return {
        "rules": found.rules,
        "baskets": found.baskets,
        "products": found.products,
        "frequent_sets": found.sets,
        "support": found.support,
        "confidence": found.confidence,
        "top": [
            {
                "if": list(one.products),
                "then": one.then,
                "support": one.support,
                "confidence": one.confidence,
                "lift": one.lift,
                "baskets": one.baskets,
            }
            for one in found.top
        ],
    }


def _print(found: BasketSearch, language: Language) -> None:
    from regulars.quality.numbers import format_times

    print_lines(_say_found(found, language))
    if not found.rules:
        hint = _NOT_SURE if found.has_pairs else _NO_PAIR
        asked = found.confidence if found.has_pairs else found.support
        print_lines(hint.to(language).format(lower=f"{asked / 2:.2g}"))
    elif found.top:
        print_text(_tabulate(found.top, language))
        first = found.top[0]
        said = {"left": ", ".join(first.products), "right": first.then}
        print_lines(
            _EXPLAINED.to(language).format(
                times=format_times(first.lift, language, digits=2), **said
            )
        )


def _say_found(found: BasketSearch, language: Language) -> str:
    from regulars.quality.numbers import format_count, format_share

    en = language == "en"
    rules = ("rule", "rules") if en else ("правило", "правила", "правил")
    counted = ("basket", "baskets") if en else ("корзина", "корзины", "корзин")
    products = ("product", "products") if en else ("товар", "товара", "товаров")
    return _FOUND.to(language).format(
        rules=format_count(found.rules, language, *rules),
        baskets=format_count(found.baskets, language, *counted),
        products=format_count(found.products, language, *products),
        support=format_share(found.support, language),
        confidence=format_share(found.confidence, language),
    )


def _tabulate(rules: tuple[BasketRule, ...], language: Language) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from regulars.quality.numbers import format_number, format_share

    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, heading in enumerate(_HEADINGS[language]):
        table.add_column(heading, justify="left" if place < 2 else "right")
    for one in rules:
        table.add_row(
            Text(", ".join(one.products)),
            Text(one.then),
            format_number(one.baskets, language),
            format_share(one.support, language),
            format_share(one.confidence, language),
            format_number(one.lift, language, digits=2),
        )
    return table
