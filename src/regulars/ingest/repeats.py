"""What a load says beside its checks: of things that were here already, came late, or were left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.quality import Finding
from regulars.quality.numbers import format_count
from regulars.schema.wording import Language, Wording

if TYPE_CHECKING:
    from regulars.ingest.orders import OrderCounts
    from regulars.lake import UpsertResult
    from regulars.lake.upsert import WholeRule
    from regulars.quality.check import Severity

__all__ = ["find_mixed_orders", "find_personal_of_nobody", "find_repeats"]

_LINES: dict[Language, tuple[str, ...]] = {
    "en": ("line", "lines"),
    "ru": ("позиция", "позиции", "позиций"),
}
_ROWS: dict[Language, tuple[str, ...]] = {
    "en": ("row", "rows"),
    "ru": ("строка", "строки", "строк"),
}
_TYPES = {
    "VARCHAR": Wording(en="text", ru="текст"),
    "BIGINT": Wording(en="whole numbers", ru="целые числа"),
    "BOOLEAN": Wording(en="yes and no", ru="«да» и «нет»"),
    "DATE": Wording(en="dates", ru="даты"),
    "TIMESTAMP WITH TIME ZONE": Wording(en="moments", ru="моменты времени"),
}
_ORDERS: dict[Language, tuple[str, ...]] = {
    "en": ("order", "orders"),
    "ru": ("заказ", "заказа", "заказов"),
}


def find_repeats(table: str, upserted: UpsertResult, *, orders: WholeRule) -> list[Finding]:
    """What became of rows that are about something the lake knew already."""
    found = []
    if upserted.removed and table != "purchase_items":
        found.append(
            _find(
                "rows_read_otherwise",
                table,
                "notice",
                upserted.removed,
                _count(upserted.removed, _ROWS),
                en="Of what this file had brought, {0} are gone: read in this way, it does not have"
                " them.",
                ru="Из того, что принёс этот файл раньше, убрано: {0}. При таком чтении их в нём нет.",
            )
        )
    elif upserted.removed and orders == "auto":
        found.append(
            _find(
                "rows_gone",
                table,
                "warning",
                upserted.removed,
                _count(upserted.removed, _LINES),
                en="Orders that came again no longer have {0} that earlier files brought. If this file"
                " has only parts of its orders, load the earlier one and it again with --orders parts.",
                ru="В заказах, которые пришли снова, больше нет того, что принесли прежние файлы: {0}."
                " Если в этом файле только части заказов, загрузите прежний и его ещё раз с --orders parts.",
            )
        )
    if upserted.continued and orders == "auto":
        found.append(
            _find(
                "orders_continued",
                table,
                "notice",
                upserted.continued,
                _count(upserted.continued, _LINES),
                en="Orders that were here got {0} more, since this file has none of the products they"
                " had. If it has whole orders, load it again with --orders whole.",
                ru="Заказы, которые уже были, дополнены ({0}): их прежних товаров в этом файле нет."
                " Если заказы в нём целые, загрузите его ещё раз с --orders whole.",
            )
        )
    found += [_find_widened(table, *one) for one in upserted.widened]
    if upserted.outdated:
        found.append(
            _find(
                "rows_outdated",
                table,
                "notice",
                upserted.outdated,
                _count(upserted.outdated, _ROWS),
                en="What a source of a later day says stays as it is: {0} of this one say otherwise.",
                ru="Сказанное источником за более поздний день остаётся в силе; здесь иначе: {0}.",
            )
        )
    if upserted.late:
        found.append(
            _find(
                "rows_late",
                table,
                "notice",
                upserted.late,
                _count(upserted.late, _ROWS),
                en="{0} came late, for days that earlier loads told of already: they count as known"
                " since this load, and an earlier --as-of does not see them. If they were known"
                " then, load the file again with --as-of and the day of that load.",
                ru="Пришло с опозданием, за дни прежних загрузок: {0}. Это считается известным с этой"
                " загрузки, и более ранний --as-of его не видит. Если это было известно тогда,"
                " загрузите файл ещё раз с --as-of и днём той загрузки.",
            )
        )
    if upserted.overtaking:
        found.append(
            _find(
                "rows_overtaking",
                table,
                "warning",
                upserted.overtaking,
                _count(upserted.overtaking, _ROWS),
                en="Files of later days are here already, and {0} of this one are now the last thing"
                " known. A file that only confirmed what was known left no trace on them: load the"
                " later files once more, and they have the last word.",
                ru="Файлы за более поздние дни уже загружены, а последним известным теперь стало"
                " сказанное здесь: {0}. Файл, который лишь подтверждал известное, следа на них не"
                " оставил: загрузите более поздние файлы ещё раз, и последнее слово будет за ними.",
            )
        )
    return found


def _find_widened(table: str, column: str, before: str, after: str) -> Finding:
    was, now = _name_type(before), _name_type(after)
    return Finding(
        check="column_widened",
        table=table,
        column=column,
        severity="notice",
        count=1,
        share=None,
        examples=(),
        sentence=Wording(
            en=f"Column '{column}' held {was.en}, and something else came: it holds {now.en} from now"
            " on, and nothing of it is lost.",
            ru=f"В столбце «{column}» были {was.ru}, а пришло другое: теперь в нём {now.ru}, и ничего"
            " не потеряно.",
        ),
        unit="row",
    )


def _name_type(stored: str) -> Wording:
    return _TYPES.get(stored, Wording(en="numbers", ru="числа"))


def find_mixed_orders(counts: OrderCounts) -> list[Finding]:
    """Orders whose lines name more than one customer."""
    if not counts.mixed:
        return []
    share = counts.mixed / counts.orders
    finding = _find(
        "orders_of_several_customers",
        "purchases",
        "warning",
        counts.mixed,
        _count(counts.mixed, _ORDERS),
        en="The lines of {0} name more than one customer. The order is counted for the first of"
        " them by id, its lines for whom they name.",
        ru="В позициях одного заказа названы разные клиенты: {0}. Заказ засчитан первому из них"
        " по идентификатору, позиции — тем, кто в них назван.",
        share=share,
    )
    return [finding]


def find_personal_of_nobody(table: str, count: int) -> list[Finding]:
    """Rows whose personal values have nobody to whom the vault could keep them."""
    if not count:
        return []
    finding = _find(
        "personal_of_nobody",
        table,
        "warning",
        count,
        _count(count, _ROWS),
        en="Personal values of {0} without a customer were not kept: the vault keeps them by customer.",
        ru="Личные данные без клиента не сохранены: {0}. Сейф хранит их по клиентам.",
    )
    return [finding]


def _count(count: int, forms: dict[Language, tuple[str, ...]]) -> Wording:
    return Wording(
        en=format_count(count, "en", *forms["en"]), ru=format_count(count, "ru", *forms["ru"])
    )


def _find(
    name: str,
    table: str,
    severity: Severity,
    count: int,
    counted: Wording,
    *,
    en: str,
    ru: str,
    share: float | None = None,
) -> Finding:
    return Finding(
        check=name,
        table=table,
        column=None,
        severity=severity,
        count=count,
        share=share,
        examples=(),
        sentence=Wording(en=en.format(counted.en), ru=ru.format(counted.ru)),
    )
