"""What could be done about groups that are treated differently, in words with its price."""

from regulars.evaluate.intervals import Interval
from regulars.predictions.fairness.group_sentences import name_group
from regulars.predictions.fairness.mitigation import Remedy, RemedyName
from regulars.quality.numbers import format_number, format_share
from regulars.schema.wording import LANGUAGES, Language, Wording

__all__ = ["say_remedy"]

_WHAT: dict[RemedyName, Wording] = {
    "thresholds": Wording(
        en="A threshold for each group ({names})", ru="Свой порог для каждой группы ({names})"
    ),
    "without_column": Wording(en="The model without this column", ru="Модель без этого столбца"),
    "without_proxies": Wording(
        en="The model without what tells the group ({names})",
        ru="Модель без того, что выдаёт группу ({names})",
    ),
    "weights": Wording(
        en="The model learnt from weighted customers", ru="Модель, обученная на взвешенных клиентах"
    ),
}
_LEFT = Wording(
    en="the gap in recall becomes {gap} points", ru="разница в полноте становится {gap} п. п."
)
_RANKING = Wording(
    en="ROC-AUC changes by {change} ({low} to {high})",
    ru="ROC-AUC меняется на {change} (от {low} до {high})",
)
_COST = Wording(
    en="the cost per hundred customers by {change} contacts ({low} to {high})",
    ru="затраты на сотню клиентов — на {change} контакта (от {low} до {high})",
)
_CONTACTED = Wording(
    en="those contacted by {change} points", ru="доля тех, с кем свяжутся, — на {change} п. п."
)
_MOST_NAMED = 8


def say_remedy(one: Remedy) -> Wording:
    """What it is, what gap is left, and what it costs."""
    told = {}
    for language in LANGUAGES:
        parts = [_say_gap(one, language)]
        if one.roc_auc_change is not None:
            parts.append(_fill(_RANKING, one.roc_auc_change, language, digits=3))
        parts.append(_fill(_COST, one.cost_change, language, digits=1, times=100))
        parts.append(_fill(_CONTACTED, one.contacted_change, language, digits=1, times=100))
        what = _WHAT[one.name].to(language).format(names=_list_names(one, language))
        ended = ", ".join(part for part in parts if part)
        told[language] = f"{what}: {ended.removesuffix('.')}."
    return Wording(**told)


def _say_gap(one: Remedy, language: Language) -> str:
    if one.recall_gap is None:
        return ""
    gap = format_number(100 * one.recall_gap.difference.mean, language, digits=1)
    return _LEFT.to(language).format(gap=gap)


def _fill(
    words: Wording, found: Interval, language: Language, *, digits: int, times: float = 1
) -> str:
    mean, low, high = (
        format_number(round(times * value, digits) + 0.0, language, digits=digits)
        for value in (found.mean, found.low, found.high)
    )
    sign = "+" if round(times * found.mean, digits) > 0 else ""
    return words.to(language).format(change=f"{sign}{mean}", low=low, high=high)


def _list_names(one: Remedy, language: Language) -> str:
    if one.thresholds:
        shown = [
            f"{name_group(name, language)}: {format_share(bound, language)}"
            for name, bound in one.thresholds[:_MOST_NAMED]
        ]
        return ", ".join(shown) + (" …" if len(one.thresholds) > _MOST_NAMED else "")
    rest = " …" if len(one.left_out) > _MOST_NAMED else ""
    return ", ".join(one.left_out[:_MOST_NAMED]) + rest
