"""`regulars predict compare`: every suitable model on the same customers, none of whom it had seen."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from regulars.cli.console import open_progress, print_json, print_lines
from regulars.cli.naming import ask_for_names, is_terminal
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption, split_names
from regulars.cli.predict_compare_models import read_models, read_tuning_seconds, read_ways
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home, read_as_customers
from regulars.errors import InvalidParameterError, UnnamedColumnsError
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from pathlib import Path

    from regulars.cli.options import Day, Language
    from regulars.evaluate import CampaignPrices
    from regulars.workspace import Workspace
    from regulars.workspace.outcome_kind import OutcomeKind
    from regulars.workspace.outcomes import HappeningKind, LeavingKind, LeavingWishes

__all__ = ["compare"]

_N_PRICES = 3
_AT = Wording(
    en="{as_of}: {positives} with it, {negatives} without",
    ru="{as_of}: с исходом {positives}, без него {negatives}",
)
_ENOUGH = Wording(en="That is enough: {needed}.", ru="Этого достаточно: {needed}.")
_NOT_ENOUGH = Wording(en="That is too few: {needed}.", ru="Этого мало: {needed}.")
_NEEDED = {
    "yes-no": Wording(
        en="at least {fewest} with the outcome and {fewest} without it are needed",
        ru="нужно не меньше чем по {fewest} с исходом и без него",
    ),
    "over-time": Wording(
        en="at least {fewest} customers with the outcome and {fewest} without it are needed at one date, and as"
        " many at dates whose outcome was known by then",
        ru="нужно не меньше чем по {fewest} клиентов с исходом и без него на одну дату и столько же на даты,"
        " исход которых к ней уже известен",
    ),
    "classes": Wording(
        en="at least {fewest} customers of each class are needed, and at most {most} classes",
        ru="нужно не меньше чем по {fewest} клиентов каждого класса, а классов не больше {most}",
    ),
    "number": Wording(
        en="at least {fewest} customers of whom it is known are needed, and not all the same",
        ru="нужно не меньше {fewest} клиентов, у которых оно известно, и не у всех одинаковое",
    ),
}


def compare(
    file: Files = (),
    /,
    *,
    split: Annotated[
        Literal["stratified", "time", "rolling"] | None,
        Parameter(
            help="Five folds at random; the first rows teach and the last third tests; a window that moves on"
            " through the rows. At random if not said; over time where a history tells who left."
        ),
    ] = None,
    order_by: Annotated[
        str | None,
        Parameter(
            help="The column that says which rows are earlier: dates or numbers; `row` for the order of the"
            " file, which is taken if not said."
        ),
    ] = None,
    gap: Annotated[
        float,
        Parameter(
            help="So much is left empty before each test: days of a date or a history, units of a number, or rows.",
            validator=Number(gte=0),
        ),
    ] = 0.0,
    models: Annotated[
        str | None,
        Parameter(
            help="Only these models, with commas, beside the plain one. If not said, all that are installed; over"
            " a history the everyday ones and the rule of one feature."
        ),
    ] = None,
    budget: Annotated[
        float | None,
        Parameter(
            help="About so many seconds may the models learn: the slowest are left out until they do; 300 if not"
            " said. Over a history none is left out.",
            validator=Number(gt=0),
        ),
    ] = None,
    tuning_seconds: Annotated[
        float | None,
        Parameter(
            help="Of the model `tuned`: so many seconds each fit may search for its settings (30 if not"
            " said).",
            validator=Number(gt=0),
        ),
    ] = None,
    monotone: Annotated[
        str | None,
        Parameter(
            help="Which way the outcome goes as a number rises, where it is known: `tenure=down,calls=up`."
            " Models that cannot be held to it are left out."
        ),
    ] = None,
    outcome_kind: Annotated[
        Literal["yes-no", "classes", "number"] | None,
        Parameter(
            help="What the outcome is; found out if not said: yes or no, several classes, or a number."
        ),
    ] = None,
    by: Annotated[
        str | None,
        Parameter(help="Show the chosen model's quality for each value, or range, of this column."),
    ] = None,
    capacity: Annotated[
        float | None,
        Parameter(
            help="So many customers can be contacted: a share up to 1, or a number; a tenth if not said."
        ),
    ] = None,
    prices: Annotated[
        str | None,
        Parameter(
            help="What a customer who is kept brings, what an offer costs, and what a contact costs, with"
            " commas: for the profit of a campaign; `200,10,1` if not said."
        ),
    ] = None,
    costs: Annotated[
        str | None,
        Parameter(
            help="Four columns, with commas, of what each decision costs for each customer: contacted in"
            " vain, missed, contacted rightly, left alone rightly: for the savings."
        ),
    ] = None,
    keep: Annotated[
        str | None,
        Parameter(
            help="Columns that the models may use though they seem to know the outcome, with commas."
        ),
    ] = None,
    leaving: Annotated[
        Literal["contract-end", "no-session", "no-purchase", "no-event"] | None,
        Parameter(help="What leaving is, where no column says it, or instead of one."),
    ] = None,
    happens: Annotated[
        Literal["event", "first-event", "support-contact", "answer", "upgrade"] | None,
        Parameter(help="What is foretold instead of leaving, by the words of `analyze`."),
    ] = None,
    horizon_days: Annotated[
        int | None, Parameter(help="Where no column says who left: within how many days.")
    ] = None,
    active_days: Annotated[
        int | None,
        Parameter(
            help="Of `no-purchase`, `no-event`, `event` and `first-event`: who was active within so many days"
            " before is looked at (as many as `--horizon-days` if not said)."
        ),
    ] = None,
    quiet_days: Annotated[
        int | None,
        Parameter(
            help="Of `no-session`: so many days without a session after the paid period (30 if not said)."
        ),
    ] = None,
    grace_days: Annotated[
        int | None,
        Parameter(
            help="Of `contract-end`: a new subscription within so many days of the end is a renewal (30 if"
            " not said)."
        ),
    ] = None,
    event_names: Annotated[
        str | None, Parameter(help="Names of the events that count, with commas; else all do.")
    ] = None,
    answers: Annotated[
        str | None,
        Parameter(help="Of `answer`: how a contact ends that counts as agreed, with commas."),
    ] = None,
    count: Annotated[
        bool,
        Parameter(
            negative=(),
            help="Only count who has the outcome, at each date, and say whether that is enough to learn from.",
        ),
    ] = False,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    seed: Annotated[
        int,
        Parameter(
            help="Of everything random: the same seed gives the same figures. Of more than 5,000 rows it "
            "depends on the machine which models fit into `--budget`; a large one gives the same table "
            "everywhere."
        ),
    ] = 0,
    no_input: Annotated[
        bool,
        Parameter(negative=(), help="Ask nothing. Nothing is asked without a terminal either."),
    ] = False,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Compare all suitable models on customers they have not seen, and say which one to take.

    Columns that know the outcome are left out first, as `analyze` does.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from regulars.cli.predict_compare_json import describe_comparison
    from regulars.cli.predict_compare_several import describe_several, print_several
    from regulars.cli.predict_compare_words import print_comparison
    from regulars.workspace.compared import ComparisonWishes, compare_in_workspace
    from regulars.workspace.outcomes import LeavingWishes

    named = read_models(models)
    wishes = ComparisonWishes(
        split=split,
        order_by=order_by,
        gap=gap,
        models=named,
        budget_seconds=budget,
        tuning_seconds=read_tuning_seconds(tuning_seconds, named),
        monotone=read_ways(monotone),
        prices=None if prices is None else _read_prices(prices),
        costs=split_names(costs),
        capacity=capacity,
        by=by,
        outcome_kind=outcome_kind,
        keep=split_names(keep),
        leaving=LeavingWishes(
            kind=_choose_one(leaving, happens),
            horizon_days=horizon_days,
            quiet_days=quiet_days,
            event_names=split_names(event_names),
            answers=split_names(answers),
            active_days=active_days,
            grace_days=grace_days,
        ),
        seed=seed,
    )
    home, language = _find_home(file, workspace, lang, as_of, how, no_input=no_input)
    if count:
        told = wishes.leaving if not gap else replace(wishes.leaving, gap_days=round(gap))
        return _count(home, told, wishes.outcome_kind, as_of, language, format)
    with open_progress(language) as progress:
        found = compare_in_workspace(
            home, wishes=wishes, as_of=as_of, language=language, progress=progress
        )
    is_several = found.classes is not None or found.amount is not None
    if format == "json":
        describe = describe_several if is_several else describe_comparison
        print_json(describe(found, language))
    else:
        show = print_several if is_several else print_comparison
        show(found, language)
    return 0


def _find_home(
    file: tuple[str, ...],
    workspace: Path | None,
    lang: Language | None,
    as_of: Day | None,
    how: HowRead | None,
    *,
    no_input: bool,
) -> tuple[Workspace, Language]:
    """As every verb; a file without names of columns is asked about where somebody can answer."""
    if how is not None and how.outcome is not None:
        how = read_as_customers(file, how)
    try:
        return find_home(file, workspace, lang, as_of, how=how, verb="predict")
    except UnnamedColumnsError as error:
        if no_input or not is_terminal():
            raise
        names = ask_for_names(error, lang or "en")
        if names is None:
            raise
        named = replace(how or HowRead(), columns=",".join(names))
    return find_home(file, workspace, lang, as_of, how=named, verb="predict")


def _read_prices(text: str) -> CampaignPrices:
    from regulars.evaluate import CampaignPrices

    told = split_names(text)
    try:
        value, offer, contact = (float(one) for one in told)
    except ValueError as error:
        raise InvalidParameterError(
            en=f"--prices '{text}' is not {_N_PRICES} numbers: the value of a kept customer, the price of an"
            " offer and of a contact. For example: --prices 200,10,1.",
            ru=f"--prices «{text}» — не {_N_PRICES} числа: ценность удержанного клиента, цена предложения и "
            "цена обращения. Например: --prices 200,10,1.",
        ) from error
    return CampaignPrices(value, offer, contact)


def _count(
    home: Workspace,
    leaving: LeavingWishes,
    outcome_kind: OutcomeKind | None,
    as_of: Day | None,
    language: Language,
    format: OutputFormat,
) -> int:
    """Say how often the outcome was seen, before anything is learnt."""
    from regulars.features.sentences import format_number
    from regulars.predictions.outcomes.outcome import MOST_CLASSES
    from regulars.workspace.counted import count_outcome

    found = count_outcome(home, leaving=leaving, outcome_kind=outcome_kind, as_of=as_of)
    if format == "json":
        print_json(
            {
                "said_outcome": found.sentence.to(language),
                "kind": found.kind,
                "positives": found.positives,
                "negatives": found.negatives,
                "classes": dict(found.classes),
                "known": found.known,
                "unknown": found.unknown,
                "customers": found.customers,
                "fewest": found.fewest,
                "is_enough": found.is_enough,
                "dates": [asdict(one) for one in found.dates],
            }
        )
        return 0
    dates = [
        _AT.to(language).format(
            as_of=one.as_of,
            positives=format_number(one.positives, language),
            negatives=format_number(one.negatives, language),
        )
        for one in found.dates
    ]
    needed = _NEEDED["over-time" if found.dates else found.kind].to(language)
    verdict = (_ENOUGH if found.is_enough else _NOT_ENOUGH).to(language)
    said = verdict.format(needed=needed.format(fewest=found.fewest, most=MOST_CLASSES))
    print_lines(found.sentence.to(language), *dates, said)
    return 0


def _choose_one(
    leaving: LeavingKind | None, happens: HappeningKind | None
) -> LeavingKind | HappeningKind | None:
    if leaving is not None and happens is not None:
        raise InvalidParameterError(
            en="--leaving and --happens each say what is foretold. Leave one of them out.",
            ru="--leaving и --happens оба говорят, что прогнозировать. Уберите одно из них.",
        )
    return leaving or happens
