"""The contact list as a workbook that an operator can work from."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.campaigns import ContactList
from regulars.errors import InvalidParameterError
from regulars.report.parts import RiskBand
from regulars.report.parts.base import Grade
from regulars.report.speech import Speech
from regulars.report.tables import (
    PersonalColumns,
    ReadPersonal,
    gather_personal,
    list_cells,
    list_headings,
    neutralize,
    replacing,
)
from regulars.schema.wording import Language, Wording

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

__all__ = ["write_contact_list"]

_WIDTHS = {
    "number": 6, "customer_id": 16, "segment": 26, "probability": 12, "risk": 11, "loss": 13,
    "reason": 38, "action": 38, "outcome": 26,
}  # fmt: skip
_NARROWEST, _WIDEST = 12, 34
_RISK_COLORS = {
    "high": ("#FAE1DE", "#8E1F17"),
    "medium": ("#FBECCB", "#6E4300"),
    "low": ("#DFF0E5", "#17563A"),
}
# Text that begins with a plus, yet can be nothing but a phone.
_PHONE = re.compile(r"\+\d[\d ()\-]{5,20}")
_MOST_ROWS = 1_048_575
_LONGEST_TEXT = 32_767
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)


def write_contact_list(
    path: Path,
    found: ContactList,
    *,
    language: Language,
    read_personal: ReadPersonal | None = None,
    segments: Callable[[str], str] | None = None,
    risk_bands: Sequence[RiskBand] = (),
    rule: Wording | None = None,
    names: Mapping[str, Wording] | None = None,
    currency: str | None = None,
    made_at: datetime | None = None,
    grade: Grade | None = None,
    is_churn: bool = True,
) -> None:
    """The contact list as XLSX: a sheet to work through, and one that says how to read it.

    Parameters
    ----------
    path
        Where; takes the place of an earlier list once it is complete.
    found
        The list.
    language
        Of everything on it.
    read_personal
        Gives names and contacts for customer ids; asked once, at this moment, and nothing of it
        is kept. Without it the list holds ids only.
    segments
        The name of a segment by its code.
    risk_bands
        The bounds of high, medium and low.
    rule
        Who was asked for.
    names
        Words for the reasons of exclusion.
    currency
        ISO 4217 code of the expected losses.
    made_at
        Goes into the file's properties; the same arguments give the same bytes.
    grade
        Of the forecast; C and D are cautioned against, D above the list itself.
    is_churn
        Whether words may speak of leaving.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    if found.kept > _MOST_ROWS:
        raise InvalidParameterError(
            en=f"A sheet holds {_MOST_ROWS} customers at most, and this list has {found.kept}. "
            "Ask for fewer of them, or take the list as CSV.",
            ru=f"На лист помещается не больше {_MOST_ROWS} клиентов, а в списке их {found.kept}. "
            "Возьмите меньше или возьмите список в CSV.",
        )
    speech = Speech(language, is_churn=is_churn)
    caution = speech.say(f"list.grade_{grade}") if grade in ("C", "D") else None
    personal = gather_personal(found, read_personal)
    with replacing(path, is_private=True) as unfinished:
        workbook = Workbook(
            str(unfinished),
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        # The writer would otherwise put the clock's time into the file.
        created = (made_at or _NO_DATE).astimezone(UTC).replace(tzinfo=None)
        workbook.set_properties({"title": speech.say("sheet.list"), "created": created})
        above = caution if grade == "D" else None
        _fill_list(workbook, found, personal, speech, segments or str, currency, above)
        _fill_about(workbook, found, speech, risk_bands, (caution, speech.read(rule)), names or {})
        try:
            workbook.close()
        except FileCreateError as error:
            raise OSError(str(error)) from error


def _fill_list(
    workbook: "Workbook",
    found: ContactList,
    personal: PersonalColumns,
    speech: Speech,
    segments: Callable[[str], str],
    currency: str | None,
    caution: str | None,
) -> None:
    sheet = workbook.add_worksheet(speech.say("sheet.list"))
    headings = list_headings(found, personal, speech)
    kinds = [kind for kind, _ in headings]
    formats = _make_formats(workbook)
    widths = _measure(headings, personal)
    top = 0
    if caution:
        top = 1
        sheet.merge_range(0, 0, 0, len(headings) - 1, caution, formats["caution"])
        sheet.set_row(0, 34)
    for column, (kind, heading) in enumerate(headings):
        title = f"{heading}, {currency}" if kind == "loss" and currency else heading
        sheet.set_column(column, column, widths[column])
        sheet.write_string(top, column, neutralize(title), formats["heading"])
    for row, (contact, texts) in enumerate(zip(found.rows, personal.texts, strict=True), 1):
        cells = list_cells(row, contact, texts, kinds, speech, segments(contact.segment or ""))
        for column, (kind, value) in enumerate(zip(kinds, cells, strict=True)):
            risk = contact.risk if kind == "risk" else ""
            _write(
                sheet, top + row, column, value, formats, formats.get(f"risk_{risk}", formats[kind])
            )
    sheet.set_row(top, 32)
    sheet.freeze_panes(top + 1, 2 + len(personal.names[:1]))
    sheet.autofilter(top, 0, top + max(len(found.rows), 1), len(headings) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, top)
    sheet.set_footer("&L&A&R&P / &N")


def _write(
    sheet: "Worksheet",
    row: int,
    column: int,
    value: str | float | None,
    formats: Mapping[str, "Format"],
    cell_format: "Format",
) -> None:
    if value is None:
        sheet.write_blank(row, column, None, cell_format)
    elif not isinstance(value, str):
        sheet.write_number(row, column, value, cell_format)
    elif _PHONE.fullmatch(value):
        # A text cell with Excel's own mark for text: stays what can be dialed.
        sheet.write_string(row, column, value, formats["phone"])
    else:
        sheet.write_string(row, column, neutralize(value)[:_LONGEST_TEXT], cell_format)


def _make_formats(workbook: "Workbook") -> dict[str, "Format"]:
    plain: dict[str, Any] = {"valign": "top", "font_size": 11}
    text = workbook.add_format({**plain, "text_wrap": True})
    formats = {
        "heading": workbook.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "bg_color": "#0D5A6B",
                "font_color": "#FFFFFF",
                "border": 1,
                "border_color": "#0D5A6B",
            }
        ),
        "caution": workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#FAE1DE"}
        ),
        "phone": workbook.add_format({**plain, "num_format": "@", "quote_prefix": True}),
        "number": workbook.add_format({**plain, "font_color": "#57606C"}),
        "customer_id": workbook.add_format({**plain, "num_format": "@"}),
        "personal": text,
        "segment": text,
        "probability": workbook.add_format({**plain, "num_format": "0%"}),
        "risk": workbook.add_format(plain),
        "loss": workbook.add_format({**plain, "num_format": "#,##0"}),
        "reason": text,
        "action": text,
        "outcome": workbook.add_format({**plain, "text_wrap": True, "bg_color": "#FFFDF2"}),
    }
    for risk, (background, ink) in _RISK_COLORS.items():
        colored = {**plain, "bg_color": background, "font_color": ink, "bold": True}
        formats[f"risk_{risk}"] = workbook.add_format(colored)
    return formats


def _measure(headings: Sequence[tuple[str, str]], personal: PersonalColumns) -> list[int]:
    longest = iter(
        max((len(row[index] or "") for row in personal.texts), default=0)
        for index in range(len(personal.names))
    )
    return [
        min(max(next(longest) + 2, _NARROWEST), _WIDEST) if kind == "personal" else _WIDTHS[kind]
        for kind, _ in headings
    ]


def _fill_about(
    workbook: "Workbook",
    found: ContactList,
    speech: Speech,
    risk_bands: Sequence[RiskBand],
    first: Sequence[str | None],
    names: Mapping[str, Wording],
) -> None:
    sheet = workbook.add_worksheet(speech.say("sheet.about"))
    bold = workbook.add_format({"bold": True, "font_size": 13, "font_color": "#0D5A6B"})
    text = workbook.add_format({"text_wrap": True, "valign": "top"})
    count = workbook.add_format({"num_format": "#,##0", "valign": "top"})
    sheet.set_column(0, 0, 70)
    sheet.set_column(1, 1, 16)
    sheet.hide_gridlines(2)
    sentences = [
        *(sentence for sentence in first if sentence),
        *(
            speech.say(f"sheet.{key}")
            for key in (
                "order",
                "probability_means",
                "reason_means",
                "outcome_means",
                "personal_means",
                "apostrophe_means",
            )
        ),
    ]
    ledger = [
        (speech.say("sheet.requested"), found.requested),
        (speech.say("sheet.kept"), found.kept),
        *(
            (speech.say("sheet.excluded", reason=_word(reason, names, speech)), excluded)
            for reason, excluded in found.excluded.items()
        ),
    ]
    row = 0
    sheet.write_string(row, 0, speech.say("sheet.how"), bold)
    for sentence in sentences:
        row += 1
        sheet.write_string(row, 0, neutralize(sentence), text)
    row += 2
    sheet.write_string(row, 0, speech.say("sheet.sum"), bold)
    for label, number in ledger:
        row += 1
        sheet.write_string(row, 0, neutralize(label), text)
        sheet.write_number(row, 1, number, count)
    if risk_bands:
        row += 2
        sheet.write_string(row, 0, speech.say("sheet.bounds"), bold)
    for band in risk_bands:
        row += 1
        name = speech.read(band.title) or speech.name("risks", band.risk)
        sheet.write_string(row, 0, f"{name}: {speech.span(band.low, band.high)}", text)
        sheet.write_number(row, 1, band.customers, count)


def _word(reason: str, names: Mapping[str, Wording], speech: Speech) -> str:
    if reason in names:
        return speech.read(names[reason])
    return speech.name("exclusions", reason).replace("_", " ")
