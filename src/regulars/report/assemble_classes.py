"""From a comparison on several classes to its part of the report: takes over, computes nothing."""

from regulars.evaluate import Interval as Measured
from regulars.features.sentences import quote
from regulars.predictions import ClassComparison
from regulars.predictions.fitting.roster import FAMILIES
from regulars.report.parts import Alarm, ClassesPart, ClassModelPart, ClassPart, Interval
from regulars.schema.wording import Language, Wording

__all__ = ["report_classes"]


def report_classes(compared: ClassComparison) -> ClassesPart:
    """Who is of which class."""
    codes = compared.classes.codes
    return ClassesPart(
        column=compared.classes.column,
        sentence=compared.classes.sentence,
        customers=int((codes >= 0).sum()),
        unknown=int((codes < 0).sum()),
        roc_auc=_report(compared.roc_auc),
        accuracy=_report(compared.accuracy),
        frequent_share=compared.frequent_share,
        models=tuple(
            ClassModelPart(name=name, title=FAMILIES[name].title, roc_auc=_report(found))
            for name, found in compared.models.items()
        ),
        classes=tuple(
            ClassPart(
                name=one.name,
                customers=one.customers,
                predicted=one.predicted,
                chosen=one.chosen,
                roc_auc=_report(one.roc_auc),
                precision=_report(one.precision),
                recall=_report(one.recall),
                f1=_report(one.f1),
            )
            for one in compared.by_class
        ),
        confusion=tuple(tuple(row) for row in compared.confusion.tolist()),
        alarms=_list_alarms(compared),
    )


def _report(found: Measured) -> Interval:
    return Interval(mean=found.mean, low=found.low, high=found.high)


def _list_alarms(compared: ClassComparison) -> tuple[Alarm, ...]:
    """What rang for one class or several, said once, with the classes before it."""
    rang: dict[Alarm, list[str]] = {}
    for name, comparison in compared.comparisons.items():
        for alarm in comparison.alarms:
            told = Alarm(
                kind=alarm.kind,
                severity=alarm.severity,
                feature=alarm.feature,
                value=alarm.value,
                sentence=alarm.sentence,
            )
            rang.setdefault(told, []).append(name)
    return tuple(
        alarm.model_copy(
            update={
                "sentence": Wording(
                    en=f"{_list(names, 'en')}: {alarm.sentence.en}",
                    ru=f"{_list(names, 'ru')}: {alarm.sentence.ru}",
                )
            }
        )
        for alarm, names in rang.items()
    )


def _list(names: list[str], language: Language) -> str:
    return ", ".join(quote(name, language) for name in names)
