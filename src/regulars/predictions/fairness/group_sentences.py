"""How a model treats groups of customers, in words."""

from regulars.evaluate.fairness import Fairness, GroupFigures, GroupGap, GroupMeasure
from regulars.evaluate.intervals import Interval
from regulars.predictions.fairness.group_checks import GroupCheck, GroupGuess, TwinTest
from regulars.quality.numbers import format_number, format_share
from regulars.schema.wording import LANGUAGES, Language, Wording, pluralize

__all__ = [
    "MEASURE_TITLES",
    "name_group",
    "say_check",
    "say_gap",
    "say_share_interval",
]

MEASURE_TITLES: dict[GroupMeasure, Wording] = {
    "contacted": Wording(en="share contacted", ru="доля тех, с кем свяжутся"),
    "recall": Wording(en="recall", ru="полнота"),
    "false_alarms": Wording(en="false alarms", ru="ложные тревоги"),
    "calibration": Wording(en="said less came", ru="обещанное минус сбывшееся"),
}
"""What the figures are called."""

_OTHERS = Wording(en="(others)", ru="(прочие)")
_YES_NO = {"true": Wording(en="yes", ru="да"), "false": Wording(en="no", ru="нет")}
_GAP = Wording(
    en="{title}: {higher} {above}, {lower} {below}; the difference is {difference} points ({low} to {high}), {verdict}.",
    ru="{title}: {higher} — {above}, {lower} — {below}; разница {difference} п. п. (от {low} до {high}), {verdict}.",
)
_CERTAIN = Wording(en="and chance is hardly the cause", ru="случайностью её едва ли объяснить")
_UNCERTAIN = Wording(en="which chance may make", ru="она может быть и случайной")
_AT_ONCE = Wording(
    en="Intervals of differences hold for all {count} comparisons of this column at once, with 95% confidence.",
    ru="Интервалы разниц верны сразу для всех сравнений по этому столбцу (их {count}) с вероятностью 95 %.",
)
_ONE = Wording(
    en="The interval of the difference holds with 95% confidence.",
    ru="Интервал разницы верен с вероятностью 95 %.",
)
_POOLED = Wording(
    en="Put together as (others), for fewer than 50 customers have each or there are more than 20: {names}.",
    ru="Объединены в (прочие), потому что в каждой меньше 50 клиентов или групп больше 20: {names}.",
)
_SMALL = Wording(
    en="Left out, for even together they are fewer than 50 customers: {names}.",
    ru="Не рассмотрены, потому что и вместе в них меньше 50 клиентов: {names}.",
)
_LEFT_OUT = Wording(en="Not in any group: {customers}.", ru="Ни в одной из групп: {customers}.")
_NOT_SEEN = Wording(
    en="The model does not look at this column, so the same customer in another group would have the same score.",
    ru="Модель не смотрит на этот столбец: у того же клиента в другой группе была бы та же оценка.",
)
_TWINS = Wording(
    en="Twins: for {flips} of customers ({low} to {high}) it depends on their group alone whether they are contacted.",
    ru="Двойники: для {flips} клиентов (от {low} до {high}) одна лишь группа решает, свяжутся ли с ними.",
)
_SHIFT = Wording(
    en="Scored as {name}, all else being as it is, others change by {change} points on average.",
    ru="Если считать остальных группой «{name}», а прочее не менять, оценка меняется в среднем на {change} п. п.",
)
_GUESS = Wording(
    en="From what else the model sees, {name} can be told from the others with a ROC-AUC of {auc} ({low} to {high}){how}.",
    ru="По остальному, что видит модель, группу «{name}» можно отличить от других с ROC-AUC {auc} (от {low} до {high}){how}.",
)
_HARDLY = Wording(en=": hardly at all", ru=": почти никак")
_BY = Wording(en="; most telling: {names}", ru="; больше всего выдают: {names}")
_HIDDEN = 0.6
_MOST_NAMED = 8
_MOST_PROXIES = 5


def name_group(name: str | None, language: Language) -> str:
    """What a group is called in a table.

    Examples
    --------
    >>> name_group(None, "en"), name_group("true", "ru"), name_group("Samara", "en")
    ('(others)', 'да', 'Samara')
    """
    if name is None:
        return _OTHERS.to(language)
    return _YES_NO[name].to(language) if name in _YES_NO else name


def say_share_interval(
    found: Interval | None, language: Language, *, is_signed: bool = False
) -> str:
    """A share and its interval in percent; a dash where there is none.

    Examples
    --------
    >>> say_share_interval(Interval(0.25, 0.2, 0.301), "en")
    '25% (20–30.1)'
    >>> say_share_interval(Interval(-0.01, -0.02, 0.0), "en", is_signed=True)
    '-1 (-2 to 0)'
    """
    if found is None:
        return "—"
    mean, low, high = (
        format_number(round(100 * value, 1) + 0.0, language, digits=1)
        for value in (found.mean, found.low, found.high)
    )
    if is_signed:
        return {"en": f"{mean} ({low} to {high})", "ru": f"{mean} ({low} … {high})"}[language]
    sign = {"en": "%", "ru": "\N{NO-BREAK SPACE}%"}[language]
    return f"{mean}{sign} ({low}–{high})"


def say_gap(gap: GroupGap, fairness: Fairness) -> Wording:
    """The widest difference in one figure."""
    by_name = {group.name: group for group in fairness.groups}
    told = {}
    for language in LANGUAGES:
        title = MEASURE_TITLES[gap.measure].to(language)
        difference, low, high = (
            _points(value, language)
            for value in (gap.difference.mean, gap.difference.low, gap.difference.high)
        )
        told[language] = _GAP.to(language).format(
            title=title[:1].upper() + title[1:],
            higher=_quote(gap.higher, language),
            lower=_quote(gap.lower, language),
            above=_figure(by_name[gap.higher], gap.measure, language),
            below=_figure(by_name[gap.lower], gap.measure, language),
            difference=difference,
            low=low,
            high=high,
            verdict=(_CERTAIN if gap.is_certain else _UNCERTAIN).to(language),
        )
    return Wording(**told)


def say_check(check: GroupCheck) -> tuple[Wording, ...]:
    """Everything that was found about one column, a sentence each."""
    fairness = check.fairness
    told = [say_gap(gap, fairness) for gap in fairness.gaps]
    if fairness.gaps:
        told.append(
            _fill(_AT_ONCE if fairness.comparisons > 1 else _ONE, count=str(fairness.comparisons))
        )
    if fairness.pooled:
        shown = ", ".join(fairness.pooled[:_MOST_NAMED])
        rest = " …" if len(fairness.pooled) > _MOST_NAMED else ""
        is_together = any(group.name is None for group in fairness.groups)
        told.append(_fill(_POOLED if is_together else _SMALL, names=shown + rest))
    if fairness.left_out:
        told.append(
            Wording(
                en=_LEFT_OUT.en.format(
                    customers=pluralize(fairness.left_out, "en", "customer", "customers")
                ),
                ru=_LEFT_OUT.ru.format(
                    customers=pluralize(fairness.left_out, "ru", "клиент", "клиента", "клиентов")
                ),
            )
        )
    told += _say_twins(check.twins) if check.twins else ([] if check.is_seen else [_NOT_SEEN])
    return (*told, _say_guess(check.guess)) if check.guess else tuple(told)


def _say_twins(twins: TwinTest) -> list[Wording]:
    told = {
        language: _TWINS.to(language).format(
            flips=format_share(twins.flips.mean, language),
            low=format_share(twins.flips.low, language),
            high=format_share(twins.flips.high, language),
        )
        for language in LANGUAGES
    }
    widest = max(twins.shifts, key=lambda shift: abs(shift.change.mean))
    shift = {
        language: _SHIFT.to(language).format(
            name=name_group(widest.name, language),
            change=f"{'+' if widest.change.mean > 0 else ''}{_points(widest.change.mean, language)}",
        )
        for language in LANGUAGES
    }
    return [Wording(**told), Wording(**shift)]


def _say_guess(guess: GroupGuess) -> Wording:
    told = {}
    for language in LANGUAGES:
        names = ", ".join(guess.features[:_MOST_PROXIES])
        how = _BY.to(language).format(names=names) if names else ""
        auc, low, high = (
            format_number(value, language, digits=3)
            for value in (guess.roc_auc.mean, guess.roc_auc.low, guess.roc_auc.high)
        )
        told[language] = _GUESS.to(language).format(
            name=name_group(guess.name, language),
            auc=auc,
            low=low,
            high=high,
            how=how or (_HARDLY.to(language) if guess.roc_auc.mean < _HIDDEN else ""),
        )
    return Wording(**told)


def _figure(group: GroupFigures, measure: GroupMeasure, language: Language) -> str:
    found: Interval = getattr(group, measure)
    if measure == "calibration":
        return _points(found.mean, language)
    return format_share(found.mean, language)


def _points(value: float, language: Language) -> str:
    # Nothing is not minus nothing.
    return format_number(round(100 * value, 1) + 0.0, language, digits=1)


def _quote(name: str | None, language: Language) -> str:
    shown = name_group(name, language)
    if name is None:
        return shown
    return f"“{shown}”" if language == "en" else f"«{shown}»"


def _fill(words: Wording, **values: str) -> Wording:
    return Wording(en=words.en.format(**values), ru=words.ru.format(**values))
