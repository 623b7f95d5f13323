"""The words of the model card, in both languages."""

from collections.abc import Mapping, Sequence

from regulars.schema.wording import Wording

__all__ = ["CARD_WORDS", "GATE_MARKS", "RISKS"]


def _w(en: str, ru: str) -> Wording:
    return Wording(en=en, ru=ru)


CARD_WORDS: Mapping[str, Wording] = {
    "title": _w("Model card", "Карточка модели"),
    "run": _w("Run", "Прогон"),
    "made": _w("Made", "Когда обучена"),
    "made_by": _w("Made by", "Кем обучена"),
    "state": _w("State", "Состояние"),
    "in_use": _w("**in use**", "**в деле**"),
    "not_in_use": _w("kept, not in use", "сохранена, не в деле"),
    "section_purpose": _w("What it is for", "Для чего она"),
    "use": _w(
        "It gives every customer a probability of the outcome below. Customers with a probability of"
        " {threshold} or more are proposed for contact; a person decides whether and how.",
        "Модель даёт каждому клиенту вероятность исхода, названного ниже. Клиентов с вероятностью от "
        "{threshold} предлагают для контакта; связываться ли и как, решает человек.",
    ),
    "not_for": _w(
        "It is not for refusing a service, setting a price, or any decision with legal effect on a person"
        " without a person deciding; not for another outcome, and not for customers of another kind than"
        " those it was learnt from.",
        "Она не для отказа в услуге, не для назначения цены и не для решений с правовыми последствиями "
        "без участия человека; не для другого исхода и не для клиентов иного рода, чем те, на которых "
        "обучена.",
    ),
    "section_data": _w("What it was made of", "Из чего она сделана"),
    "source": _w("Source", "Источник"),
    "rows": _w("Rows", "Строк"),
    "seen_until": _w(
        "Nothing from {as_of} on was seen.", "Ничего начиная с {as_of} модель не видела."
    ),
    "versions": _w(
        "Versions of the tables in the lake: {versions}.", "Версии таблиц в озере: {versions}."
    ),
    "customers": _w(
        "Known outcomes: {rows} tests of {customers} customers, {positives} with the outcome ({rate}).",
        "Известные исходы: проверок {rows}, клиентов {customers}, с исходом {positives} ({rate}).",
    ),
    "section_features": _w("What it looks at", "На что она смотрит"),
    "feature": _w("Feature", "Признак"),
    "meaning": _w("Meaning", "Смысл"),
    "kind": _w("Kind", "Вид"),
    "levels": _w("Values", "Значений"),
    "numeric": _w("number", "число"),
    "category": _w("category", "категория"),
    "boolean": _w("yes or no", "да или нет"),
    "flagged": _w(
        "⚑ tells which group of people a customer is of: see below.",
        "⚑ говорит, к какой группе людей относится клиент: см. ниже.",
    ),
    "section_quality": _w("How good it is", "Насколько она хороша"),
    "model": _w("Model", "Модель"),
    "brier": _w("Brier", "Брайер"),
    "unseen": _w(
        "The chosen model on customers whose outcome it had not seen, each figure with its 95% interval:",
        "Выбранная модель на клиентах, исхода которых не видела; каждая цифра с интервалом 95 %:",
    ),
    "figure": _w("Figure", "Показатель"),
    "value": _w("Value", "Значение"),
    "figure_roc_auc": _w("ROC-AUC (0.5 is chance)", "ROC-AUC (0,5 — случайность)"),
    "figure_pr_auc": _w("PR-AUC", "PR-AUC"),
    "figure_brier": _w("Brier score (lower is better)", "Мера Брайера (меньше — лучше)"),
    "figure_precision": _w("Precision at the threshold", "Точность на пороге"),
    "figure_recall": _w("Recall at the threshold", "Полнота на пороге"),
    "figure_calibration_error": _w("Calibration error", "Ошибка калибровки"),
    "section_promises": _w("Whether its probabilities come true", "Сбываются ли её вероятности"),
    "tests": _w("Tests", "Проверок"),
    "said": _w("Said", "Обещано"),
    "came": _w("Came", "Сбылось"),
    "section_groups": _w("How it treats groups of people", "Как она обходится с группами людей"),
    "no_groups": _w(
        "No column of at least two groups of 50 customers tells sex, age or region.",
        "Ни один столбец не говорит о поле, возрасте или регионе хотя бы двух групп по 50 клиентов.",
    ),
    "group": _w("Group", "Группа"),
    "of_customers": _w("Customers", "Клиентов"),
    "outcome": _w("Outcome", "Исход"),
    "contacted": _w("Contacted", "Свяжутся"),
    "recall": _w("Recall", "Полнота"),
    "false_alarms": _w("False alarms", "Ложные тревоги"),
    "calibration": _w("Said less came, points", "Обещано минус сбылось, п. п."),
    "section_gate": _w("The gate, and who decided", "Проверка перед вводом и кто решил"),
    "gate_today": _w("By the bounds that hold today:", "По границам, которые действуют сегодня:"),
    "decisions": _w(
        "Decisions, as the signed journal has them:", "Решения по подписанному журналу:"
    ),
    "no_decisions": _w(
        "Nobody has decided to take it into use.", "Решения ввести её в дело никто не принимал."
    ),
    "action_promote": _w(
        "Entry {number} of the journal, {at}: taken into use by {by}.",
        "Запись № {number} в журнале, {at}: введена в дело. Решение: {by}.",
    ),
    "action_rollback": _w(
        "Entry {number} of the journal, {at}: taken into use again by {by}.",
        "Запись № {number} в журнале, {at}: снова введена в дело. Решение: {by}.",
    ),
    "in_spite": _w(
        "In spite of: {lines}. The reason given: {reason}",
        "Несмотря на: {lines}. Названная причина: {reason}",
    ),
    "section_settings": _w("How the models are set", "Настройки моделей"),
    "settings": _w("Settings", "Настройки"),
    "settings_said": _w(
        "Names are those of the libraries. The number of trees, the sizes, penalties and intervals were"
        " chosen on customers that the candidates had not seen.",
        "Названия — как в библиотеках. Число деревьев, размеры, штрафы и интервалы выбраны на клиентах, "
        "которых кандидаты не видели.",
    ),
    "section_risks": _w("Limits and known risks", "Пределы и известные риски"),
    "section_origin": _w("How it can be made again", "Как её повторить"),
    "again": _w("Make it again", "Повторить"),
    "command": _w("Made by the command", "Команда"),
    "code": _w("Version of the code", "Версия кода"),
    "libraries": _w("Libraries", "Библиотеки"),
    "seed": _w("Seed", "Начальное число"),
    "manifest": _w("What is kept", "Опись"),
    "signature": _w("Signature", "Подпись"),
    "signed": _w(
        "HMAC-SHA256 by the master key `{key}`, verified when this card was written",
        "HMAC-SHA256 главным ключом `{key}`, проверена при составлении карточки",
    ),
}

GATE_MARKS: Mapping[str, Wording] = {
    "met": _w("✓ met", "✓ выполнено"),
    "not_shown": _w("? not shown", "? не показано"),
    "not_met": _w("**✗ not met**", "**✗ не выполнено**"),
}

RISKS: Mapping[str, Sequence[Wording]] = {
    "always": (
        _w(
            "It tells what goes together with the outcome, not what causes it: a contact that changes a"
            " feature need not change the outcome.",
            "Она говорит о том, что сопутствует исходу, а не о причинах: если контакт изменит признак, "
            "исход может и не измениться.",
        ),
        _w(
            "Customers change. Its figures hold for the time it was learnt from; compare its past"
            " probabilities with what came, and make it anew when they part.",
            "Клиенты меняются. Цифры верны для времени, на котором она обучена; сверяйте прежние "
            "вероятности с тем, что случилось, и обучайте заново, когда они разойдутся.",
        ),
        _w(
            "Values of a category that it never saw count as not known.",
            "Значения категорий, которых она не видела, считаются неизвестными.",
        ),
        _w(
            "Groups are compared one column at a time; together (women over 65, say) they may differ more.",
            "Группы сравниваются по одному столбцу; в сочетаниях (скажем, женщины старше 65) различия "
            "могут быть больше.",
        ),
    ),
    "not_in_time": (
        _w(
            "It was tested on other customers of the same day, not on a later day: what comes later may be"
            " told less well.",
            "Она проверена на других клиентах того же дня, а не на более позднем дне: будущее она может "
            "предсказывать хуже.",
        ),
    ),
    "sees_groups": (
        _w(
            "It looks at columns that tell groups of people. Whether that may be is for the company's lawyers;"
            " without them others may still tell the group.",
            "Она смотрит на столбцы, которые говорят о группах людей. Допустимо ли это, решают юристы "
            "компании; и без них группу могут выдавать другие признаки.",
        ),
    ),
    "no_groups": (
        _w(
            "Whether it treats groups of people alike was not looked at, for nothing here tells them.",
            "Одинаково ли она обходится с группами людей, не проверено: о группах здесь ничто не говорит.",
        ),
    ),
}
"""What a reader has to know, by when it is said."""
