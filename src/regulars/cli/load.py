"""`regulars load`: files or a database become rows of the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_json, print_text
from regulars.cli.options import (
    ColumnNames,
    Day,
    Delimiter,
    Drop,
    Encoding,
    Header,
    IdColumn,
    Kind,
    Language,
    LanguageOption,
    Layout,
    MapOption,
    Outcome,
    OutputFormat,
    Quote,
    Readmit,
    Sheet,
    WorkspaceOption,
    find_workspace,
    parse_overrides,
    read_delimiter,
    split_names,
)
from regulars.errors import InvalidParameterError

if TYPE_CHECKING:
    from regulars.ingest.result import LoadResult
    from regulars.ingest.wishes import Wishes
    from regulars.progress import Progress
    from regulars.workspace import Workspace
    from regulars.workspace.load import FileReading, TableReading

__all__ = ["load"]


def load(
    source: Annotated[tuple[str, ...], Parameter(negative=())],
    /,
    *,
    kind: Kind = None,
    id: IdColumn = None,
    outcome: Outcome = None,
    map_: MapOption = (),
    drop: Drop = None,
    columns: ColumnNames = None,
    sheet: Sheet = None,
    delimiter: Delimiter = None,
    quote: Quote = None,
    encoding: Encoding = None,
    header: Header = None,
    layout: Layout = "auto",
    day_first: Annotated[bool | None, Parameter(negative="--month-first")] = None,
    as_of: Day | None = None,
    orders: Literal["auto", "whole", "parts"] = "auto",
    readmit: Readmit = None,
    table: str | None = None,
    query: str | None = None,
    cursor: str | None = None,
    full: Annotated[bool, Parameter(negative=())] = False,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Load files, or a table of a database, into the lake.

    Every row is accounted for: rows in = inserted + updated + unchanged + quarantined.
    Loading the same thing twice adds nothing.

    Parameters
    ----------
    source
        Files (`archive.zip::member` for one of several in an archive), or one database URL:
        `postgresql://…`, `mysql://…`, `sqlite:///path`.
    day_first
        How dates such as 01/02/2020 are meant.
    as_of
        Day that the file describes (YYYY-MM-DD); today if not said.
    orders
        Of a file with a row per line of an order, when an order is here already: `whole` when the
        file has all of its lines, `parts` when it has further ones. Found out if not said: an
        order that comes with one of its products again is whole.
    table
        Of a database.
    query
        A SELECT instead of a table.
    cursor
        A column that only grows: the next load reads on from its greatest value.
    full
        Read everything although there is a cursor value from before.
    format
        A table, or one JSON object.
    """
    from regulars.ingest.wishes import Wishes
    from regulars.workspace.load import FileReading, TableReading

    wishes = Wishes(
        kind=kind,
        overrides=parse_overrides(map_),
        id_column=id,
        outcome=outcome,
        drop=split_names(drop),
        day_first=day_first,
        orders=orders,
    )
    home, language = find_workspace(workspace, lang)
    back = split_names(readmit)
    reading: FileReading | TableReading
    if any("://" in name for name in source):
        reading = TableReading(table=table, query=query, cursor=cursor, is_full=full)
    else:
        reading = FileReading(
            sheet=sheet,
            columns=split_names(columns) or None,
            delimiter=read_delimiter(delimiter),
            quote=quote,
            encoding=encoding,
            has_header=header,
            layout=layout,
        )
    with open_progress(language) as progress:
        results = [
            _load_one(home, name, wishes, reading, as_of, back, language, progress)
            for name in source
        ]
    if format == "json":
        documents = [result.to_dict() for result in results]
        print_json(documents[0] if len(documents) == 1 else {"loads": documents})
        return 0
    from regulars.report.text import render_load, render_mapping

    for result in results:
        if not result.is_repeat:
            print_text(render_mapping(result.mapping, language), "")
        print_text(render_load(result, language))
    return 0


def _load_one(
    home: Workspace,
    name: str,
    wishes: Wishes,
    reading: FileReading | TableReading,
    as_of: Day | None,
    readmit: tuple[str, ...],
    lang: Language,
    progress: Progress,
) -> LoadResult:
    from regulars.workspace.load import TableReading, load_file, load_table

    if isinstance(reading, TableReading):
        if "://" not in name:
            raise InvalidParameterError(
                en=f"'{name}' is a file among database addresses. Load files and databases apart.",
                ru=f"«{name}» — файл среди адресов баз данных. Загружайте файлы и базы отдельно.",
            )
        return load_table(
            home,
            name,
            wishes=wishes,
            reading=reading,
            known_on=as_of,
            readmit=readmit,
            language=lang,
            progress=progress,
        )
    return load_file(
        home,
        name,
        wishes=wishes,
        reading=reading,
        known_on=as_of,
        readmit=readmit,
        language=lang,
        progress=progress,
    )
