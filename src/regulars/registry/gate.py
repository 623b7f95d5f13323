"""What a model must meet before it is used: ranking, calibration, fairness, no alarm."""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from regulars.evaluate.fairness import GroupMeasure
from regulars.predictions.fairness.group_checks import GroupCheck
from regulars.predictions.fairness.group_sentences import MEASURE_TITLES, name_group
from regulars.quality.numbers import format_number, format_share
from regulars.registry.manifest import HeldOut, ModelManifest
from regulars.schema.wording import LANGUAGES, Language, Wording

__all__ = ["GateBounds", "GateLine", "check_gate"]

GateState = Literal["met", "not_shown", "not_met"]


class GateBounds(BaseModel):
    """The bounds of the gate, as the settings give them; a bound of 1 on a difference never refuses.

    Attributes
    ----------
    ranking
        The lower end of the interval of ROC-AUC must be above it.
    calibration
        The calibration error must not be above it, unless chance may have made that.
    recall_gap, calibration_gap, contacted_gap, false_alarms_gap
        The widest difference between groups that chance hardly makes must not be above it.
    twin_flips
        The share of customers whose decision depends on their group alone must not be above it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ranking: float = Field(default=0.5, ge=0, le=1)
    calibration: float = Field(default=0.05, ge=0, le=1)
    recall_gap: float = Field(default=0.1, ge=0, le=1)
    calibration_gap: float = Field(default=0.05, ge=0, le=1)
    contacted_gap: float = Field(default=1.0, ge=0, le=1)
    false_alarms_gap: float = Field(default=1.0, ge=0, le=1)
    twin_flips: float = Field(default=0.05, ge=0, le=1)


class GateLine(BaseModel):
    """One figure held against its bound.

    Attributes
    ----------
    name
        The setting without `gate_`, or `alarm`, `held_out` or `groups`.
    column
        Of which column; None where it is not about groups.
    figure, bound
        What was found and what may be; None where there is nothing to measure.
    state
        `met`; `not_met`, which refuses; `not_shown` where a figure is beyond its bound and chance may
        have made it, or there was nothing to look at.
    sentence
        The same in words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    column: str | None = None
    figure: float | None = None
    bound: float | None = None
    state: GateState
    sentence: Wording


_TITLES = {
    "ranking": Wording(
        en="Lower end of the interval of ROC-AUC {figure}; it must be above {bound}",
        ru="Нижняя граница ROC-AUC {figure}; должна быть выше {bound}",
    ),
    "calibration": Wording(
        en="Calibration error {figure}; at most {bound}",
        ru="Ошибка калибровки {figure}; не больше {bound}",
    ),
    "twin_flips": Wording(
        en="{column}: the decision depends on the group alone for {figure} of customers; at most {bound}",
        ru="{column}: одна лишь группа решает для {figure} клиентов; не больше {bound}",
    ),
    "gap": Wording(
        en="{column}: {title} differs by {figure} points between {higher} and {lower}; at most {bound}",
        ru="{column}: {title} — разница {figure} п. п. между «{higher}» и «{lower}»; не больше {bound}",
    ),
}
_BY_CHANCE = Wording(en=" (chance may have made it)", ru=" (могло получиться и случайно)")
_OLD = Wording(
    en="The models were kept by an earlier version, without what the gate looks at; analyze again",
    ru="Модели сохранены прежней версией, без того, на что смотрит проверка; проанализируйте заново",
)
_NO_GROUPS = Wording(
    en="No column tells sex, age or region, so no groups were compared",
    ru="Ни один столбец не говорит о поле, возрасте или регионе: группы не сравнивались",
)
_NO_ALARM = Wording(en="No alarm when the models were made", ru="Тревог при обучении не было")


def check_gate(manifest: ModelManifest, bounds: GateBounds) -> tuple[GateLine, ...]:
    """Every figure of the chosen model that has a bound, held against it.

    Parameters
    ----------
    manifest
        What is kept of the models.
    bounds
        What may be.
    """
    if manifest.held_out is None:
        return (GateLine(name="held_out", state="not_met", sentence=_OLD),)
    groups = tuple(line for check in manifest.groups for line in _check_column(check, bounds)) or (
        GateLine(name="groups", state="not_shown", sentence=_NO_GROUPS),
    )
    return (*_check_quality(manifest.held_out, bounds), *_check_alarms(manifest.held_out), *groups)


def _check_quality(held_out: HeldOut, bounds: GateBounds) -> Iterator[GateLine]:
    low, error = held_out.roc_auc.low, held_out.calibration_error
    ranks: GateState = "met" if low > bounds.ranking else "not_met"
    promises: GateState = "met"
    if error.mean > bounds.calibration:
        # Of few customers chance alone makes an error of some hundredths.
        promises = "not_met" if error.low > bounds.calibration else "not_shown"
    for name, figure, bound, state in (
        ("ranking", low, bounds.ranking, ranks),
        ("calibration", error.mean, bounds.calibration, promises),
    ):
        told = {
            language: _TITLES[name]
            .to(language)
            .format(figure=_three(figure, language), bound=_three(bound, language))
            + (_BY_CHANCE.to(language) if state == "not_shown" else "")
            for language in LANGUAGES
        }
        yield GateLine(
            name=name,
            figure=figure,
            bound=bound,
            state=state,
            sentence=Wording(**told),
        )


def _check_alarms(held_out: HeldOut) -> Iterator[GateLine]:
    rang = [alarm for alarm in held_out.alarms if alarm.severity == "alarm"]
    for alarm in rang:
        said = Wording(en=alarm.sentence.en.rstrip("."), ru=alarm.sentence.ru.rstrip("."))
        yield GateLine(name="alarm", state="not_met", sentence=said)
    if not rang:
        yield GateLine(name="alarm", state="met", sentence=_NO_ALARM)


def _check_column(check: GroupCheck, bounds: GateBounds) -> Iterator[GateLine]:
    of: dict[GroupMeasure, float] = {
        "recall": bounds.recall_gap,
        "calibration": bounds.calibration_gap,
        "contacted": bounds.contacted_gap,
        "false_alarms": bounds.false_alarms_gap,
    }
    for measure, bound in of.items():
        gap = check.fairness.get_gap(measure)
        if gap is None or bound >= 1:
            continue
        is_within = gap.difference.mean <= bound
        told = {
            language: _TITLES["gap"]
            .to(language)
            .format(
                column=_name_column(check, language),
                title=MEASURE_TITLES[measure].to(language),
                figure=format_number(100 * gap.difference.mean, language, digits=1),
                higher=name_group(gap.higher, language),
                lower=name_group(gap.lower, language),
                bound=format_number(100 * bound, language, digits=1),
            )
            + ("" if is_within or gap.is_certain else _BY_CHANCE.to(language))
            for language in LANGUAGES
        }
        yield GateLine(
            name=f"{measure}_gap",
            column=check.column,
            figure=gap.difference.mean,
            bound=bound,
            state="met" if is_within else "not_met" if gap.is_certain else "not_shown",
            sentence=Wording(**told),
        )
    if check.twins is not None and bounds.twin_flips < 1:
        flips = check.twins.flips.mean
        told = {
            language: _TITLES["twin_flips"]
            .to(language)
            .format(
                column=_name_column(check, language),
                figure=format_share(flips, language),
                bound=format_share(bounds.twin_flips, language),
            )
            for language in LANGUAGES
        }
        yield GateLine(
            name="twin_flips",
            column=check.column,
            figure=flips,
            bound=bounds.twin_flips,
            state="met" if flips <= bounds.twin_flips else "not_met",
            sentence=Wording(**told),
        )


def _name_column(check: GroupCheck, language: Language) -> str:
    name = check.meaning.to(language)
    return name[:1].upper() + name[1:]


def _three(value: float, language: Language) -> str:
    return format_number(value, language, digits=3)
