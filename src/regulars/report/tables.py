"""Rows as files that other programs open: CSV without formulas, Parquet with reasons."""

import csv
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from regulars.campaigns import Contact, ContactList
from regulars.errors import StorageError
from regulars.report.speech import Speech
from regulars.schema.foreign_words import say_system_error
from regulars.schema.wording import Language

__all__ = [
    "CUSTOMERS_SCHEMA",
    "ReadPersonal",
    "neutralize",
    "write_classes",
    "write_contact_list_csv",
    "write_customers",
    "write_quarantine",
]

ReadPersonal: TypeAlias = Callable[[Sequence[str]], pa.Table]
"""Customer ids → one row per id in that order: `customer_id` and texts, null where not known."""

REASON = pa.struct(
    [
        ("feature", pa.string()),
        ("value", pa.string()),
        ("peer_value", pa.string()),
        ("contribution", pa.float64()),
        ("text", pa.string()),
    ]
)
CUSTOMERS_SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("segment", pa.string()),
        ("churn_probability", pa.float64()),
        ("risk", pa.string()),
        ("reasons", pa.list_(REASON)),
    ]
)
"""What customers.parquet holds: one row per customer."""

MOST_REASONS = 3
_PERSONAL_ORDER = (
    "full_name", "name", "surname", "last_name", "given_name", "first_name", "patronymic",
    "phone", "email",
)  # fmt: skip
# Whoever calls has no need of these, and a list that lies about must not hold them.
_NOT_FOR_CALLS = frozenset(
    {"passport", "tax_number", "card_number", "birth_on", "ip_address", "customer_id"}
)

# The second column of a kind is called tax_number_2.
_SECOND = re.compile(r"_\d+$")

# A spreadsheet takes a text that begins like this for a formula; the last four are the wide forms.
_AFTER_MARK = re.compile(r"([;,|\t]\s*)([=+\-@＝＋－＠])")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutralize(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula: with an apostrophe where needed.

    Examples
    --------
    >>> neutralize("=HYPERLINK(1)"), neutralize("Ivan"), neutralize("  +7 927")
    ("'=HYPERLINK(1)", 'Ivan', "'  +7 927")
    """
    # Some programs drop leading spaces before they look for a formula; and one that splits the
    # lines at another mark than we do takes what follows the mark for a cell of its own.
    inside = _AFTER_MARK.sub(r"\1'\2", text)
    begins = text.startswith(("\t", "\r", "\n")) or _begins_formula(text)
    return f"'{inside}" if begins else inside


def _begins_formula(text: str) -> bool:
    return text.lstrip().startswith(_FORMULA_STARTS)


@contextmanager
def replacing(path: Path, *, is_private: bool = False) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` once all is written.

    What is private can be read by its owner alone.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A name that nobody can foresee, in a file that is its owner's from the start.
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(number)
        unfinished = Path(name)
        try:
            yield unfinished
            if not is_private:
                unfinished.chmod(0o644)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            en=f"{path} cannot be written: {say_system_error(error).en}. "
            "Free some space, close the file elsewhere, or choose another folder with --out.",
            ru=f"Файл {path} не удаётся записать: {say_system_error(error).ru}. Освободите место, "
            "закройте файл в другой программе или выберите другую папку: --out.",
        ) from error


@dataclass(frozen=True, slots=True)
class PersonalColumns:
    """Personal texts for the rows of a list, in its order; held only while a file is written."""

    names: tuple[str, ...]
    texts: tuple[tuple[str | None, ...], ...]


def gather_personal(found: ContactList, read_personal: ReadPersonal | None) -> PersonalColumns:
    """Ask for the personal columns of the customers on the list.

    Columns without values are left out, and so are documents, cards and full dates of birth.
    """
    if read_personal is None or not found.rows:
        return PersonalColumns((), tuple(() for _ in found.rows))
    ids = [contact.customer_id for contact in found.rows]
    table = read_personal(ids)
    by_id = {row["customer_id"]: row for row in table.to_pylist()}
    filled = (
        name
        for name in table.column_names
        if _SECOND.sub("", name) not in _NOT_FOR_CALLS and table[name].null_count < table.num_rows
    )
    names = tuple(sorted(filled, key=_rank_personal))
    texts = tuple(tuple(by_id.get(customer, {}).get(name) for name in names) for customer in ids)
    return PersonalColumns(names, texts)


def _rank_personal(name: str) -> int:
    """Who it is comes first, then how to reach them, then the rest as it was."""
    return _PERSONAL_ORDER.index(name) if name in _PERSONAL_ORDER else len(_PERSONAL_ORDER)


def list_headings(
    found: ContactList, personal: PersonalColumns, speech: Speech
) -> list[tuple[str, str]]:
    """The columns of a contact list: kind and heading."""
    reasons = max((len(contact.reasons) for contact in found.rows), default=0)
    return [
        ("number", speech.say("sheet.number")),
        ("customer_id", speech.say("sheet.customer_id")),
        *(("personal", speech.name("fields", name)) for name in personal.names),
        ("segment", speech.say("sheet.segment")),
        ("probability", speech.say("sheet.probability")),
        ("risk", speech.say("sheet.risk")),
        *([("loss", speech.say("sheet.loss"))] if found.expected_loss is not None else []),
        *(
            ("reason", speech.say("sheet.reason", number=number + 1))
            for number in range(min(reasons, MOST_REASONS))
        ),
        ("action", speech.say("sheet.action")),
        ("outcome", speech.say("sheet.outcome")),
    ]


def list_cells(
    number: int,
    contact: Contact,
    texts: Sequence[str | None],
    kinds: Sequence[str],
    speech: Speech,
    segment: str,
) -> list[str | float | None]:
    """The values of one row of a contact list, one for each of `kinds`."""
    personal, reasons = iter(texts), iter(contact.reasons)
    single: dict[str, str | float | None] = {
        "number": number,
        "customer_id": contact.customer_id,
        "segment": segment,
        "probability": contact.churn_probability,
        "risk": speech.name("risks", contact.risk),
        "loss": contact.expected_loss,
        "action": speech.read(contact.action.action),
        "outcome": None,
    }
    cells: list[str | float | None] = []
    for kind in kinds:
        if kind == "personal":
            cells.append(next(personal))
        elif kind == "reason":
            reason = next(reasons, None)
            cells.append(reason.text if reason else None)
        else:
            cells.append(single[kind])
    return cells


def write_contact_list_csv(
    path: Path,
    found: ContactList,
    *,
    language: Language,
    read_personal: ReadPersonal | None = None,
    segments: Callable[[str], str] | None = None,
    is_churn: bool = True,
) -> None:
    """The contact list as CSV (UTF-8 with a mark, so that Excel reads Cyrillic): no formulas.

    Parameters
    ----------
    path
        Where; takes the place of an earlier list once it is complete.
    found
        The list.
    language
        Of the headings.
    read_personal
        Gives names and contacts for customer ids; without it the list holds ids only.
    segments
        The name of a segment by its code.
    is_churn
        Whether words may speak of leaving.
    """
    speech = Speech(language, is_churn=is_churn)
    personal = gather_personal(found, read_personal)
    headings = list_headings(found, personal, speech)
    kinds = [kind for kind, _ in headings]
    with (
        replacing(path, is_private=True) as unfinished,
        unfinished.open("w", encoding="utf-8-sig", newline="") as f,
    ):
        writer = csv.writer(f, lineterminator="\r\n")
        writer.writerow([heading for _, heading in headings])
        for number, (contact, texts) in enumerate(zip(found.rows, personal.texts, strict=True), 1):
            segment = (segments or str)(contact.segment or "")
            row = list_cells(number, contact, texts, kinds, speech, segment)
            writer.writerow([_plain(cell) for cell in row])


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return neutralize(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value) if isinstance(value, int) else neutralize(str(value))


def write_customers(path: Path, scores: pa.Table) -> None:
    """Every customer with segment, churn probability, risk and reasons, as Parquet.

    Parameters
    ----------
    path
        Where; takes the place of an earlier file once it is complete.
    scores
        One row per customer with the columns of `CUSTOMERS_SCHEMA`; others are left out.
    """
    table = scores.select(CUSTOMERS_SCHEMA.names).cast(CUSTOMERS_SCHEMA)
    with replacing(path) as unfinished:
        pq.write_table(table.sort_by("customer_id"), unfinished, compression="zstd")


def write_classes(path: Path, scores: pa.Table) -> None:
    """Every customer with the most probable class and the probability of each, as Parquet.

    Parameters
    ----------
    path
        Where; takes the place of an earlier file once it is complete.
    scores
        One row per customer: `customer_id`, `predicted_class`, `probabilities`.
    """
    with replacing(path) as unfinished:
        pq.write_table(scores.sort_by("customer_id"), unfinished, compression="zstd")


def write_quarantine(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Rows that were set aside, as CSV without formulas; how many there were.

    Parameters
    ----------
    path
        Where; takes the place of an earlier file once it is complete.
    columns
        Headings.
    rows
        Values in the order of `columns`; they may come in one by one.
    """
    count = 0
    with replacing(path) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as f:
        writer = csv.writer(f, lineterminator="\r\n")
        writer.writerow([neutralize(column) for column in columns])
        for row in rows:
            writer.writerow([_plain(value) for value in row])
            count += 1
    return count
