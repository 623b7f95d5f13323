"""`regulars spaces`: named choices of features, with versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from regulars.cli.console import print_json, print_text
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption, find_workspace
from regulars.errors import InvalidParameterError

if TYPE_CHECKING:
    from regulars.features import FeatureSpace
    from regulars.workspace import Workspace
    from regulars.workspace.spaces import SpaceStore

__all__ = ["spaces"]


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
    replace: bool = False,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """List, create, show, compare and delete feature spaces.

    `NAME@VERSION` means one version. A space is a file in `definitions/space/` of the workspace,
    which can also hold row filters.

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
    home, _ = find_workspace(workspace, lang)
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
        space = _make(chosen, features, without, criterion, period_days)
        space = home.spaces.create(space, definitions=home.read_features(), replace=replace)
    else:
        space = _get(home.spaces, chosen)
    return _show(home, space, format)


def _require(name: str | None) -> str:
    if name is None:
        raise InvalidParameterError(
            en="Which feature space? Name it: regulars spaces show NAME.",
            ru="Какое пространство признаков? Назовите его: regulars spaces show ИМЯ.",
        )
    return name


def _make(
    name: str, features: str | None, without: str | None, criterion: str, period_days: int | None
) -> FeatureSpace:
    from pydantic import ValidationError

    from regulars.cli.options import split_names
    from regulars.conditions import explain_definition_error
    from regulars.features import FeatureSpace

    try:
        return FeatureSpace(
            name=name,
            criterion=criterion,
            features=split_names(features) or ("*",),
            without=split_names(without),
            period_days=period_days,
        )
    except ValidationError as error:
        explained = explain_definition_error(error, where=name)
        raise InvalidParameterError(en=explained.en, ru=explained.ru) from error


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


def _show(home: Workspace, space: FeatureSpace, shape: OutputFormat) -> int:
    pinned = space.pin(home.read_features())
    _, names = pinned.choose(pinned.definitions)
    if shape == "json":
        plain = space.model_dump(mode="json", by_alias=True, exclude={"definitions"})
        print_json(plain | {"version": pinned.version, "feature_names": list(names)})
    else:
        print_text(f"{space.name}@{pinned.version}  {space.criterion}".rstrip())
        for name in names:
            print_text(f"  {name}")
    return 0


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
