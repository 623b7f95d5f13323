"""What a verb of `segment` or `predict` is asked of: files, which are loaded first, or a workspace."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from regulars.cli.console import open_progress
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
    Layout,
    MapOption,
    Outcome,
    Quote,
    Sheet,
    choose_language,
    find_workspace,
    parse_overrides,
    read_delimiter,
    refuse_both,
    split_names,
)
from regulars.errors import InvalidParameterError

if TYPE_CHECKING:
    from regulars.workspace import Workspace

__all__ = ["AsOfOption", "Files", "HowRead", "find_home", "read_as_customers"]

Files = Annotated[
    tuple[str, ...],
    Parameter(
        negative=(),
        show_default=False,
        help="One file or several, which are loaded as `analyze` does; the workspace if not said.",
    ),
]
AsOfOption = Annotated[
    Day | None,
    Parameter(
        help="First day that is not looked at (YYYY-MM-DD); if not said, everything is looked at."
    ),
]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class HowRead:
    """The options that say how a file is read: those of `analyze`."""

    kind: Kind = None
    id: IdColumn = None
    outcome: Outcome = None
    map_: MapOption = ()
    drop: Drop = None
    columns: ColumnNames = None
    sheet: Sheet = None
    delimiter: Delimiter = None
    quote: Quote = None
    encoding: Encoding = None
    header: Header = None
    layout: Layout = "auto"


_AS_IT_IS = HowRead()


def read_as_customers(files: tuple[str, ...], how: HowRead | None) -> HowRead | None:
    """How a single file is read of which columns were named that only a row per customer has."""
    if len(files) != 1 or (how is not None and how.kind is not None):
        return how
    return replace(how or HowRead(), kind="customers")


def find_home(
    files: tuple[str, ...],
    workspace: Path | None,
    lang: Language | None,
    as_of: Day | None,
    *,
    how: HowRead | None = None,
    verb: str = "segment",
) -> tuple[Workspace, Language]:
    """The workspace of the files, which are loaded first, or the one that was named.

    Raises
    ------
    InvalidParameterError
        When it is said how files are read, and none was named; or a workspace beside files.
    """
    from regulars.ingest.wishes import Wishes
    from regulars.workspace.load import FileReading
    from regulars.workspace.straight import load_files

    said = how or _AS_IT_IS
    if not files:
        if said != _AS_IT_IS:
            raise InvalidParameterError(
                en="--kind, --id, --map and the like say how a file is read, and no file was named. Name"
                " it, or say so when it is loaded: regulars load FILE.",
                ru="--kind, --id, --map и подобные говорят, как читать файл, а файл не назван. Назовите "
                "его или укажите это при загрузке: regulars load ФАЙЛ.",
            )
        return find_workspace(workspace, lang)
    refuse_both(workspace)
    language = choose_language(lang)
    with open_progress(language) as progress:
        loaded = load_files(
            files,
            verb=verb,
            wishes=Wishes(
                kind=said.kind,
                overrides=parse_overrides(said.map_),
                id_column=said.id,
                outcome=said.outcome,
                drop=split_names(said.drop),
            ),
            reading=FileReading(
                sheet=said.sheet,
                columns=split_names(said.columns) or None,
                delimiter=read_delimiter(said.delimiter),
                quote=said.quote,
                encoding=said.encoding,
                has_header=said.header,
                layout=said.layout,
            ),
            as_of=as_of,
            language=language,
            progress=progress,
        )
    return loaded.workspace, language
