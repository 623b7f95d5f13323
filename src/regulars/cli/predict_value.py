"""`regulars predict value`: what customers are worth, straight on a file or on a workspace."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from regulars.cli.console import open_progress, print_json, print_lines
from regulars.cli.options import Day, LanguageOption, OutputFormat, WorkspaceOption
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home
from regulars.errors import InvalidParameterError, SchemaError

if TYPE_CHECKING:
    from regulars.predictions.lifetime_value import Horizon
    from regulars.schema.wording import Language
    from regulars.workspace import Workspace

__all__ = ["value"]

_UNITS = {"days": 1.0, "weeks": 7.0}
_YEAR_DAYS = 365
_PURCHASES = "purchases"


def value(
    file: Files = (),
    /,
    *,
    until: Annotated[
        Day | None,
        Parameter(
            help="Last day that is looked at (YYYY-MM-DD); if not said, that of the last purchase."
        ),
    ] = None,
    unit: Annotated[
        Literal["days", "weeks"],
        Parameter(help="Unit of time of the models' parameters and of --horizon."),
    ] = "days",
    horizon: Annotated[
        int | None,
        Parameter(
            help="Count value over so many days or weeks from then on; a year if not said.",
            validator=Number(gte=1),
        ),
    ] = None,
    discount: Annotated[
        float,
        Parameter(help="What a year takes off later money: 0.1 for 10 %; 0 for nothing."),
    ] = 0.1,
    margin: Annotated[
        float, Parameter(help="Share of a basket that counts; at 1 value is turnover.")
    ] = 1.0,
    by: Annotated[
        str | None,
        Parameter(
            help="Value the groups of a column, too: the channel customers came by, a region …"
        ),
    ] = None,
    top: Annotated[
        int,
        Parameter(help="Show so many customers, the most valuable first.", validator=Number(gte=0)),
    ] = 10,
    out: Annotated[
        Path | None,
        Parameter(
            help="Write every customer to this file; the ending says the kind: `.csv`, `.xlsx`,"
            " `.parquet`."
        ),
    ] = None,
    duration: Annotated[
        str | None,
        Parameter(
            help="Of a file of contracts: the column that says how long each customer was there."
        ),
    ] = None,
    event: Annotated[
        str | None,
        Parameter(
            help="The column that says whether they left then: `COLUMN` or `COLUMN=VALUE`; the others"
            " were still there."
        ),
    ] = None,
    fee: Annotated[
        str | None, Parameter(help="The column with what each customer pays a month.")
    ] = None,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Say what customers are worth: who is still active, how often they will buy, for how much.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from regulars.cli.predict_value_said import describe_values, print_values
    from regulars.report.members import check_members_file, write_members
    from regulars.workspace.lifetime_value import list_values, tells_contracts, value_customers

    if out is not None:
        check_members_file(out)
    asked, day = _read_horizon(unit, horizon, discount, margin), _choose_day(until, as_of)
    if file and event and not (how and how.outcome):
        how = replace(how or HowRead(), outcome=event)
    home, language = find_home(file, workspace, lang, day, how=how, verb="predict value")
    if len(file) == 1 and not (duration or event or fee):
        home = _take_for_purchases(home, file, day, how or HowRead(), language)
    if duration or event or fee or tells_contracts(home):
        _refuse_groups(by)
        return _value_contracts(
            home, (duration, event, fee), asked, day, top=top, out=out, format=format, lang=language
        )
    with open_progress(language) as progress:
        found = value_customers(
            home, horizon=asked, by=by, as_of=day, language=language, progress=progress
        )
        table = list_values(found)
        if out is not None:
            write_members(out, table, title="lifetime value")
    if format == "json":
        print_json(describe_values(found, table.slice(0, top), unit, by, language))
    else:
        print_values(found, table.slice(0, top), unit, by, language)
        if out is not None:
            print_lines("", str(out))
    return 0


def _take_for_purchases(
    home: Workspace, file: tuple[str, ...], day: Day | None, how: HowRead, language: Language
) -> Workspace:
    """The file read again, as purchases, where nobody said what its rows are and that makes sense."""
    from regulars.workspace.lifetime_value import has_returning_buyers, tells_no_history

    if how.kind or not tells_no_history(home):
        return home
    asked = replace(how, kind=_PURCHASES)
    try:
        again, _ = find_home(file, None, language, day, how=asked, verb="predict value")
    except SchemaError:
        return home
    if not has_returning_buyers(again):
        return home
    said = {
        "en": "The rows are taken for purchases, one each. If they are something else, say what: --kind.",
        "ru": "Строки считаются покупками, по одной на строку. Если это не так, скажите, что это: --kind.",
    }[language]
    sys.stderr.write(f"{said}\n")
    return again


def _value_contracts(
    home: Workspace,
    columns: tuple[str | None, str | None, str | None],
    asked: Horizon,
    day: Day | None,
    *,
    top: int,
    out: Path | None,
    format: OutputFormat,
    lang: Language,
) -> int:
    from regulars.cli.contract_value_said import describe_contracts, print_contracts
    from regulars.report.members import write_members
    from regulars.workspace.contract_value import list_contracts, value_customer_contracts

    duration, event, fee = columns
    column, _, positive = (event or "").partition("=")
    with open_progress(lang) as progress:
        found = value_customer_contracts(
            home,
            duration=duration,
            event=column.strip() or None,
            event_value=positive.strip() or None,
            fee=fee,
            horizon=asked,
            as_of=day,
            language=lang,
            progress=progress,
        )
        table = list_contracts(found)
        if out is not None:
            write_members(out, table, title="lifetime value")
    if format == "json":
        print_json(describe_contracts(found, table.slice(0, top), lang))
    else:
        print_contracts(found, table.slice(0, top), lang)
        if out is not None:
            print_lines("", str(out))
    return 0


def _refuse_groups(by: str | None) -> None:
    if by is None:
        return
    raise InvalidParameterError(
        en=f"--by {by} values groups of customers by their purchases; contracts are valued one by one. Write"
        " them to a file, and sum that up: --out values.csv.",
        ru=f"--by {by} оценивает группы клиентов по покупкам, а договоры оцениваются по одному. Запишите их в"
        " файл и сложите там: --out values.csv.",
    )


def _choose_day(until: Day | None, as_of: Day | None) -> Day | None:
    """The first day that is not seen: the one after `--until`."""
    if until is None:
        return as_of
    if as_of is not None:
        raise InvalidParameterError(
            en="--until names the last day that is looked at, --as-of the first one that is not: name one"
            " of them.",
            ru="--until называет последний учитываемый день, --as-of — первый неучитываемый: укажите один"
            " из них.",
        )
    return until + timedelta(days=1)


def _read_horizon(unit: str, horizon: int | None, discount: float, margin: float) -> Horizon:
    from regulars.predictions.lifetime_value import Horizon

    unit_days = _UNITS[unit]
    days = _YEAR_DAYS if horizon is None else int(horizon * unit_days)
    return Horizon(days=days, discount=discount, margin=margin, unit_days=unit_days)
