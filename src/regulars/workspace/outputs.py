"""The files that an analysis leaves: report, scores, contact list, quarantine."""

from __future__ import annotations

from datetime import UTC, datetime
from getpass import getuser
from typing import TYPE_CHECKING

from regulars.errors import StorageError
from regulars.quality import CleaningPlan
from regulars.report.excel import write_contact_list
from regulars.report.html import render_html
from regulars.report.tables import (
    write_classes,
    write_contact_list_csv,
    write_customers,
    write_quarantine,
)
from regulars.schema.foreign_words import say_system_error
from regulars.schema.wording import Wording
from regulars.vault import Access
from regulars.workspace.classes import list_class_scores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from regulars.ingest.result import LoadResult
    from regulars.report.model import Report
    from regulars.report.parts import SegmentProfile
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace
    from regulars.workspace.study import CustomerStudy

__all__ = ["write_outputs"]

_QUARANTINE = ("source", "source_row", "reason", "column", "raw")
_MEANINGS = {
    "report.html": Wording(
        en="the report, opens in any browser", ru="отчёт, открывается в браузере"
    ),
    "report.json": Wording(en="the same for programs", ru="то же для программ"),
    "customers.parquet": Wording(
        en="segment, probability and reasons of every customer",
        ru="сегмент, вероятность и причины по каждому клиенту",
    ),
    "classes.parquet": Wording(
        en="most probable class of every customer, and how probable each is",
        ru="самый вероятный класс каждого клиента и вероятность каждого класса",
    ),
    "contact_list.xlsx": Wording(en="whom to contact, and why", ru="с кем связаться и почему"),
    "contact_list.csv": Wording(en="the same as text", ru="то же текстом"),
    "cleaning.toml": Wording(
        en="what is done with missing values; edit it and give it back: --clean",
        ru="что делается с пропусками; поправьте и верните: --clean",
    ),
    "actions.toml": Wording(
        en="what is suggested for which reason; edit it and give it back: --actions",
        ru="что предлагается по какой причине; поправьте и верните: --actions",
    ),
    "rfm_bounds.toml": Wording(
        en="bounds of RFM, to apply later: --rfm-bounds",
        ru="границы RFM, чтобы применить позже: --rfm-bounds",
    ),
    "quarantine.csv": Wording(
        en="rows that were set aside, with the reason", ru="отложенные строки с причиной"
    ),
}


def write_outputs(
    report: Report,
    study: CustomerStudy,
    workspace: Workspace,
    folder: Path,
    *,
    loads: Sequence[LoadResult],
    run_id: str,
    language: Language,
) -> dict[str, Wording]:
    """Write every file of an analysis into `folder`; returns their names and what they are.

    Personal values are decrypted for the contact list at this moment, and the vault's journal
    says so; no other file holds any. A file of an earlier analysis that this one does not make
    again is removed, so that the folder never mixes two.

    Raises
    ------
    StorageError
        When a file cannot be written: the disk is full, or the file is open in Excel.
    """
    written = ["report.html", "report.json"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(report.to_json(), encoding="utf-8")
        page = render_html(report, language=language)
        (folder / "report.html").write_text(page, encoding="utf-8")
        if study.scores is not None:
            write_customers(folder / "customers.parquet", study.scores)
            written.append("customers.parquet")
        if study.classes is not None and study.features is not None:
            scored = list_class_scores(study.features, study.classes)
            write_classes(folder / "classes.parquet", scored)
            written.append("classes.parquet")
        if study.contact_list is not None and report.churn is not None:
            read = _read_personal(workspace, run_id)
            names = {profile.segment: profile.name for profile in _profiles(report)}

            def name_of(code: str) -> str:
                return names[code].to(language) if code in names else code

            write_contact_list(
                folder / "contact_list.xlsx",
                study.contact_list,
                language=language,
                read_personal=read,
                segments=name_of,
                risk_bands=report.churn.risk_bands,
                rule=report.contact_list.rule if report.contact_list else None,
                grade=report.summary.grades.get("churn") if report.summary else None,
                is_churn=report.is_churn,
                made_at=datetime.now(UTC),
            )
            write_contact_list_csv(
                folder / "contact_list.csv",
                study.contact_list,
                language=language,
                read_personal=read,
                segments=name_of,
                is_churn=report.is_churn,
            )
            written += ["contact_list.xlsx", "contact_list.csv"]
        written += _write_plans(study, folder)
        write_quarantine(folder / "quarantine.csv", _QUARANTINE, _quarantined(workspace, loads))
        written.append("quarantine.csv")
        for name in _MEANINGS.keys() - set(written):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        if isinstance(error, StorageError):
            raise
        raise StorageError(
            en=f"'{error.filename or folder}' cannot be written: {say_system_error(error).en}."
            " Close it if it is open elsewhere, free some space, or choose another folder: --out.",
            ru=f"«{error.filename or folder}» не удаётся записать: {say_system_error(error).ru}. "
            "Закройте файл в другой программе, освободите место или выберите другую папку: "
            "--out.",
        ) from error
    return {name: _MEANINGS[name] for name in _MEANINGS if name in written}


def _write_plans(study: CustomerStudy, folder: Path) -> list[str]:
    """What a person may edit and give to the next analysis."""
    plans = {}
    if study.contact_list is not None:
        plans["actions.toml"] = study.contact_list.actions.to_toml()
    if study.cleaned is not None:
        plan = CleaningPlan(columns=tuple(column.plan for column in study.cleaned.columns))
        plans["cleaning.toml"] = plan.to_toml()
    bounds = study.segments.segmentation.rfm if study.segments else None
    if bounds is not None:
        plans["rfm_bounds.toml"] = bounds.to_toml()
    for name, text in plans.items():
        (folder / name).write_text(text, encoding="utf-8")
    return list(plans)


def _profiles(report: Report) -> Sequence[SegmentProfile]:
    return report.segments.profiles if report.segments else ()


def _read_personal(workspace: Workspace, run_id: str) -> Callable[[Sequence[str]], pa.Table]:
    def read(customer_ids: Sequence[str]) -> pa.Table:
        access = Access(
            reader=f"cli:{getuser()}", purpose="contact list", at=datetime.now(UTC), run_id=run_id
        )
        return workspace.vault.get(customer_ids, access=access)

    return read


def _quarantined(workspace: Workspace, loads: Sequence[LoadResult]) -> Iterator[Sequence[object]]:
    """The rows that these loads set aside, in source order."""
    snapshot = workspace.lake.snapshot()
    if "quarantine" not in snapshot.tables:
        return
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        snapshot.register(backend.con, ["quarantine"])
        columns = ", ".join(f'"{name}"' for name in _QUARANTINE)
        ids = [load.load_id for load in loads]
        rows = backend.con.execute(
            f"SELECT {columns} FROM quarantine WHERE list_contains(?, load_id)"  # noqa: S608 - our own names
            " ORDER BY source, source_row",
            [ids],
        )
        while batch := rows.fetchmany(10_000):
            yield from batch
