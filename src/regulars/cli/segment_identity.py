"""What became of the clusters that were chosen, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regulars.cli.console import print_lines
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regulars.schema.wording import Language
    from regulars.segments.identity import ClusterFate
    from regulars.workspace.cluster_choice import FoundAgain

__all__ = ["describe_again", "print_again"]

_KEPT = Wording(
    en="Kept as your choice: {method}, {k} clusters.",
    ru="Сохранено как ваш выбор: {method}, кластеров: {k}.",
)
_SINCE = Wording(
    en="Beside your choice as of {as_of} ({method}), over the {compared} customers of both days:",
    ru="По сравнению с вашим выбором на {as_of} ({method}), среди клиентов обоих дней ({compared}):",
)
_FATES = {
    "same": Wording(
        en="{before}: the same (they share {share})", ru="{before}: тот же (общих {share})"
    ),
    "born": Wording(en="{after}: new", ru="{after}: новый"),
    "died": Wording(en="{before}: gone", ru="{before}: исчез"),
    "split": Wording(
        en="{before}: split into {after} ({share} of it)",
        ru="{before}: разделился на {after} ({share})",
    ),
    "merged": Wording(
        en="{before}: merged into {after} ({share} of it)",
        ru="{before}: слились в {after} ({share})",
    ),
}


def describe_again(again: FoundAgain | None, language: Language) -> dict[str, Any] | None:
    """The chosen clusters now, with lasting numbers, and what became of those before."""
    if again is None:
        return None
    is_first = again.choice is None
    return {
        "method": again.method,
        "clusters": [
            {"id": number, "name": again.names[number].to(language), "size": size}
            for number, size in zip(again.identity.numbers, again.sizes, strict=True)
        ],
        "since": None if again.choice is None else again.choice.as_of,
        "compared": again.identity.compared,
        "changes": []
        if is_first
        else [
            {
                "kind": fate.kind,
                "before": list(fate.before),
                "after": list(fate.after),
                "similarity": fate.similarity,
            }
            for fate in again.identity.fates
        ],
    }


def print_again(again: FoundAgain | None, language: Language) -> None:
    """The same as lines."""
    if again is None:
        return
    if again.choice is None:
        kept = _KEPT.to(language).format(method=again.method, k=len(again.sizes))
        print_lines("", kept)
        return
    from regulars.quality.numbers import format_number

    since = _SINCE.to(language).format(
        as_of=again.choice.as_of,
        method=again.choice.method,
        compared=format_number(again.identity.compared, language),
    )
    names = {**again.choice.names, **again.names}
    fates = [_say_fate(fate, names, language) for fate in again.identity.fates]
    print_lines("", since, *(f"  {fate}" for fate in fates))


def _say_fate(fate: ClusterFate, names: Mapping[int, Wording], language: Language) -> str:
    from regulars.quality.numbers import format_share

    before, after = (
        ", ".join(f"{number} ({names[number].to(language)})" for number in numbers)
        for numbers in (fate.before, fate.after)
    )
    share = format_share(fate.similarity, language)
    return _FATES[fate.kind].to(language).format(before=before, after=after, share=share)
