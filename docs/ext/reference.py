"""Write the reference pages that are read off the code: tables, errors, settings, command line.

``make approve`` runs it after a change made on purpose; a test compares the pages with the code.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from regulars import errors
from regulars.cli.app import app
from regulars.schema.contract import Column, Contract, list_contracts
from regulars.settings import ENVIRONMENT_ONLY, SETTINGS_FILE, Settings

FOLDER = Path(__file__).resolve().parent.parent / "reference"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _column_row(column: Column, contract: Contract) -> str:
    notes = [
        *(["key"] if column.name in contract.key else []),
        *(["required"] if column.is_required else []),
        *(["personal: kept in the vault"] if column.role == "personal" else []),
        *([f"one of: {', '.join(column.allowed)}"] if column.allowed else []),
    ]
    cells = (f"`{column.name}`", column.type, column.unit or "", column.meaning.en)
    return "| " + " | ".join(map(_cell, (*cells, column.meaning.ru, "; ".join(notes)))) + " |"


def _describe_table(contract: Contract) -> str:
    kind = {
        "fact": f"Facts: each happened once, at `{contract.time_column}`.",
        "state": "State: each change is kept as a version, told apart by `known_at`.",
    }[contract.temporal]
    rows = "\n".join(_column_row(column, contract) for column in contract.columns)
    return (
        f"## `{contract.name}`\n\n{contract.meaning.en}\n\n{contract.meaning.ru}\n\n{kind}\n\n"
        "| column | type | unit | meaning | значение | notes |\n|---|---|---|---|---|---|\n" + rows
    )


def describe_tables() -> str:
    """The page of canonical tables."""
    intro = (
        "# Tables\n\n"
        "What Regulars keeps, whatever the source called it. The types: `decimal` is for money\n"
        "(18 digits, 4 after the point), `instant` is a moment in UTC, `date` a day of the company.\n"
        "Every table also has `load_id` (which load brought the row), `known_at` (when it became\n"
        "known) and `attributes` (the other columns of the source, as JSON)."
    )
    return "\n\n".join([intro, *map(_describe_table, list_contracts())]) + "\n"


def _walk(error: type[errors.RegularsError], depth: int = 0) -> Iterator[str]:
    summary = (error.__doc__ or "").strip().splitlines()[0]
    yield f"{'  ' * depth}- `{error.__name__}` (code `{error.code}`): {summary}"
    ours = [child for child in error.__subclasses__() if child.__module__ == errors.__name__]
    for child in sorted(ours, key=lambda one: one.__name__):
        yield from _walk(child, depth + 1)


def describe_errors() -> str:
    """The page of errors."""
    intro = (
        "# Errors\n\n"
        "Everything that Regulars raises on purpose is a `RegularsError`. Catch the class you can\n"
        "do something about; the code stays the same in logs and interfaces. A message says what\n"
        "is wrong, where, what was found there and what to do, and holds no personal data.\n\n"
        "On the command line each is one line and an exit code: 1 for a failure, 2 for wrong usage."
    )
    return intro + "\n\n" + "\n".join(_walk(errors.RegularsError)) + "\n"


def _setting_row(name: str) -> str:
    field = Settings.model_fields[name]
    default = "" if field.default is None else f"`{field.default}`"
    in_file = "" if name in ENVIRONMENT_ONLY else f"`{name}`"
    variable = f"`REGULARS_{name.upper()}`"
    return f"| {in_file} | {variable} | {default} | {_cell(field.description or '')} |"


def describe_settings() -> str:
    """The page of settings."""
    intro = (
        "# Settings\n\n"
        f"A setting is a line of `{SETTINGS_FILE}` in the workspace, or a variable of the\n"
        "environment, or an option of a command; the later goes before the earlier. An unknown key\n"
        "or variable is refused, with the nearest that exists. What has no key is set in the\n"
        "environment only.\n\n"
        "```toml\n"
        'time_zone = "Europe/Moscow"\n'
        'currency = "RUB"\n'
        'language = "ru"\n'
        "```"
    )
    rows = "\n".join(map(_setting_row, Settings.model_fields))
    return f"{intro}\n\n| key | variable | default | meaning |\n|---|---|---|---|\n{rows}\n"


def describe_commands() -> str:
    """The page of the command line."""
    page = app.generate_docs(output_format="markdown", heading_level=1).rstrip() + "\n"
    # MyST, as GitHub does, makes three dashes of a blank and two dashes.
    page = page.replace("(#regulars-install", "(#regulars---install")
    return page.replace("# regulars\n", "# Commands\n", 1)


PAGES = {
    "tables.md": describe_tables,
    "errors.md": describe_errors,
    "settings.md": describe_settings,
    "commands.md": describe_commands,
}


def main() -> int:
    """Write every page."""
    for name, describe in PAGES.items():
        (FOLDER / name).write_text(describe(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
