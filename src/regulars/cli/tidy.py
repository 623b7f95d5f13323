"""`regulars tidy`: the upkeep of a lake that is loaded into every day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.cli.console import open_progress, print_json, print_lines
from regulars.cli.options import (
    Language,
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
    find_workspace,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regulars.workspace.tidy import Tidying

__all__ = ["tidy"]


def tidy(
    *,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Join the small files that many loads left, and delete versions that are past their time.

    No row changes. How long old versions are kept, for time travel and for `reproduce`, is the
    setting `retention_days`. Worth doing every night where loads come daily.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from regulars.workspace.tidy import tidy_lake

    home, language = find_workspace(workspace, lang)
    with open_progress(language) as progress:
        done = tidy_lake(home, language=language, progress=progress)
    if format == "json":
        print_json(
            {
                "files_before": done.compaction.files_before,
                "files_after": done.compaction.files_after,
                "files_removed": done.vacuum.files_removed,
                "bytes_removed": done.vacuum.bytes_removed,
                "loads_kept": done.vacuum.loads_kept,
                "readable_since": done.readable_since.isoformat(),
            }
        )
    else:
        print_lines(*_tell(done, language))
    return 0


_WORDS = {
    "en": {
        "joined": "{table}: {before} joined into {after}.",
        "nothing": "No table has many small files.",
        "removed": "Old versions deleted: {files}, {megabytes} MB.",
        "since": "Every state since {day} can still be looked at.",
    },
    "ru": {
        "joined": "{table}: {before} собрано в {after}.",
        "nothing": "Таблиц из множества мелких файлов нет.",
        "removed": "Удалено старых версий: {files}, {megabytes} МБ.",
        "since": "Любое состояние с {day} по-прежнему можно посмотреть.",
    },
}
_FILES = {"en": ("file", "files"), "ru": ("файл", "файла", "файлов")}


def _tell(done: Tidying, language: Language) -> Iterator[str]:
    from regulars.quality.numbers import format_count, format_number

    words = _WORDS[language]

    def say_files(count: int) -> str:
        return format_count(count, language, *_FILES[language])

    joined = done.compaction
    for table, before in joined.files_before.items():
        yield words["joined"].format(
            table=table,
            before=say_files(before),
            after=format_number(joined.files_after[table], language),
        )
    if not joined.files_before:
        yield words["nothing"]
    yield words["removed"].format(
        files=say_files(done.vacuum.files_removed),
        megabytes=format_number(done.vacuum.bytes_removed / 1e6, language, digits=1),
    )
    day = done.readable_since
    yield words["since"].format(day=f"{day:%d.%m.%Y}" if language == "ru" else day.isoformat())
