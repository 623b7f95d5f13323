"""`regulars spaces`: named choices of features, with versions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from regulars.cli.console import print_json, print_lines, print_text
from regulars.cli.options import (
    Language,
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
    find_workspace,
    read_text,
    split_names,
)
from regulars.errors import InvalidParameterError

if TYPE_CHECKING:
    from regulars.conditions import Condition
    from regulars.features import FeatureSpace
    from regulars.workspace import Workspace
    from regulars.workspace.spaces import SpaceStore

__all__ = ["change_space", "spaces"]

_PERIOD = {"en": "Period", "ru": "Период"}
_CUSTOMERS = {"en": "Customers", "ru": "Клиенты"}


def spaces(
    action: Literal["list", "create", "show", "compare", "delete"] = "list",
    name: str | None = None,
    other: str | None = None,
    /,
    *,
    features: str | None = None,
    without: str | None = None,
    criterion: str = "",
    period_days: int | None = None,
    customers: Annotated[
        str | None,
        Parameter(
            help="For `create`: only customers for whom this condition about the features holds: a file,"
            " or the condition itself as JSON."
        ),
    ] = None,
    filter: Annotated[
        tuple[str, ...],
        Parameter(
            name="--filter",
            negative=(),
            show_default=False,
            help="For `create`: only rows of a table for which a condition holds:"
            " `--filter TABLE=CONDITION`, a file or JSON; may be given again.",
        ),
    ] = (),
    replace: bool = False,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """List, create, show, compare and delete feature spaces.

    `NAME@VERSION` means one version. A space is a file in `definitions/space/` of the workspace.

    Parameters
    ----------
    action
        `list`, `create NAME`, `show NAME`, `compare NAME OTHER`, `delete NAME` (versions stay).
    name
        Of the space.
    other
        The second of two that are compared.
    features
        For `create`: names, patterns such as `spend*`, or `table:events`, with commas between them.
    without
        For `create`: what is left out of these.
    criterion
        For `create`: what the space is for.
    period_days
        For `create`: nothing earlier than so many days before `as_of` is looked at.
    replace
        For `create`: save a new version of a space that is there.
    format
        Text, or one JSON object.
    """
    home, language = find_workspace(workspace, lang)
    if action == "list":
        return _list(home.spaces, format)
    chosen = _require(name)
    if action == "delete":
        home.spaces.delete(chosen)
        print_text(chosen)
        return 0
    if action == "compare":
        return _compare(home, chosen, _require(other), format)
    if action == "create":
        space = _make(
            {
                "name": chosen,
                "criterion": criterion,
                "features": split_names(features) or ("*",),
                "without": split_names(without),
                "period_days": period_days,
                "customers": _read_condition(customers, "--customers") if customers else None,
                "filters": dict(_read_filter(one) for one in filter),
            }
        )
        space = home.spaces.create(space, definitions=home.read_features(), replace=replace)
    else:
        space = _get(home.spaces, chosen)
    return _show(home, space, format, language)


def _require(name: str | None) -> str:
    if name is None:
        raise InvalidParameterError(
            en="Which feature space? Name it: regulars spaces show NAME.",
            ru="Какое пространство признаков? Назовите его: regulars spaces show ИМЯ.",
        )
    return name


def _make(said: dict[str, Any]) -> FeatureSpace:
    from pydantic import ValidationError

    from regulars.conditions import explain_definition_error
    from regulars.features import FeatureSpace

    try:
        return FeatureSpace(**said)
    except ValidationError as error:
        explained = explain_definition_error(error, where=said["name"])
        raise InvalidParameterError(en=explained.en, ru=explained.ru) from error


def change_space(
    space: FeatureSpace, *, criterion: str | None, period_days: int | None
) -> FeatureSpace:
    """The space with another criterion or period; what is not said stays.

    Raises
    ------
    InvalidParameterError
        When the period is none.
    """
    if period_days is not None and period_days < 1:
        raise InvalidParameterError(
            en=f"--period-days {period_days} leaves nothing to look at: say 1 or more.",
            ru=f"--period-days {period_days}: смотреть не на что; нужно 1 или больше.",
        )
    changed = {"criterion": criterion, "period_days": period_days}
    return space.model_copy(update={n: value for n, value in changed.items() if value is not None})


def _read_filter(entry: str) -> tuple[str, Condition]:
    """A table and the condition on its rows."""
    from regulars.schema.contract import get_contract

    table, sign, said = entry.partition("=")
    if not sign or not table.strip() or not said.strip():
        raise InvalidParameterError(
            en=f"--filter '{entry}' is not of the form TABLE=CONDITION. For example: --filter"
            " events=calls.json.",
            ru=f"--filter «{entry}» не имеет вида ТАБЛИЦА=УСЛОВИЕ. Например: --filter events=calls.json.",
        )
    name = get_contract(table.strip()).name
    return name, _read_condition(said.strip(), f"--filter {name}")


def _read_condition(said: str, option: str) -> Condition:
    """A condition that is written, or that stands in a file."""
    from regulars.conditions import load_condition

    if said.startswith("{"):
        return load_condition(said, where=option)
    return load_condition(read_text(Path(said)), where=Path(said).name)


def _get(store: SpaceStore, name: str) -> FeatureSpace:
    plain, _, version = name.partition("@")
    return store.get(plain, version or None)


def _list(store: SpaceStore, shape: OutputFormat) -> int:
    found = {name: store.list_versions(name) for name in store.list()}
    if shape == "json":
        print_json({"spaces": [{"name": name, "versions": found[name]} for name in found]})
    else:
        for name, versions in found.items():
            print_text(f"{name}  {' '.join(versions)}")
    return 0


def _show(home: Workspace, space: FeatureSpace, shape: OutputFormat, language: Language) -> int:
    pinned = space.pin(home.read_features())
    _, names = pinned.choose(pinned.definitions)
    if shape == "json":
        plain = space.model_dump(mode="json", by_alias=True, exclude={"definitions"})
        print_json(plain | {"version": pinned.version, "feature_names": list(names)})
    else:
        print_lines(f"{space.name}@{pinned.version}  {space.criterion}".rstrip())
        print_lines(*_say_limits(space, language), *(f"  {name}" for name in names))
    return 0


def _say_limits(space: FeatureSpace, language: Language) -> list[str]:
    """The period and the filters, as sentences."""
    from regulars.conditions import read_condition
    from regulars.quality.numbers import format_units

    told = []
    if space.period_days:
        told.append(f"{_PERIOD[language]}: {format_units(space.period_days, language, 'day')}")
    for table, condition in space.filters.items():
        told.append(f"{table}: {read_condition(condition, language)}")
    if space.customers:
        told.append(f"{_CUSTOMERS[language]}: {read_condition(space.customers, language)}")
    return told


def _compare(home: Workspace, first: str, second: str, shape: OutputFormat) -> int:
    from dataclasses import asdict

    from regulars.features import compare_spaces

    difference = compare_spaces(
        _get(home.spaces, first), _get(home.spaces, second), definitions=home.read_features()
    )
    if shape == "json":
        print_json(asdict(difference))
    else:
        signs = {"added": "+", "removed": "-", "changed": "~", "settings": "="}
        for part, names in asdict(difference).items():
            for each in names:
                print_text(f"{signs[part]} {each}")
    return 0
