"""`regulars predict score`: kept models applied to all customers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from regulars.cli import ctrl_c
from regulars.cli.console import open_progress, print_json, print_lines
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home
from regulars.schema.wording import Wording, pluralize

if TYPE_CHECKING:
    from regulars.schema.wording import Language
    from regulars.workspace.scoring import ScoredCustomers

__all__ = ["FromOption", "ModelOption", "RunOption", "score"]

_SCORED = Wording(
    en="{customers} scored as of {as_of}: {above} at {threshold} or more, {mean} on average.",
    ru="Оценено: {customers}, на {as_of}; с вероятностью от {threshold}: {above}, в среднем {mean}.",
)
_BY = Wording(
    en="By {title}, run {run}, learnt as of {learnt}. {outcome}.",
    ru="Модель: {title}, прогон {run}, обучена на {learnt}. {outcome}.",
)
_CONTINUED = Wording(
    en="{continued} of {parts} parts were there from a scoring that was stopped.",
    ru="Частей, готовых с прошлого раза, который прервали: {continued} из {parts}.",
)
_NEW = Wording(
    en="“{name}”: {whom} a value that nobody had when the model learnt; to the model it is not known.",
    ru="«{name}»: у {whom} значение, какого не было ни у кого, когда модель училась; для модели оно"
    " неизвестно.",
)
_WHOLE = Wording(
    en="All customers were looked at together: the analysis left out those with outliers "
    "(--outliers drop), and whoever is to be left out is found among all. Memory grows with them.",
    ru="На всех клиентов посмотрели разом: при анализе клиентов с выбросами убрали (--outliers drop), "
    "а кого убрать, видно только среди всех. Памяти нужно тем больше, чем больше клиентов.",
)
_PACE = Wording(en="{pace} customers a second.", ru="Клиентов в секунду: {pace}.")
_NOBODY = Wording(
    en="Nobody was scored: there is no customer of whom the models could say something as of {as_of}.",
    ru="Никто не оценён: на {as_of} нет клиентов, о которых модели могли бы что-то сказать.",
)

FromOption = Annotated[
    Path | None,
    Parameter(
        name="--from",
        help="The workspace that keeps the models, when customers come from files or another workspace.",
    ),
]
RunOption = Annotated[
    str | None,
    Parameter(
        help="Whose models: `regulars predict models`. If not said those in use, or of the last run."
    ),
]
ModelOption = Annotated[
    str | None, Parameter(help="Which model of the run; the chosen one if not said.")
]


def score(
    file: Files = (),
    /,
    *,
    from_: FromOption = None,
    run: RunOption = None,
    model: ModelOption = None,
    reasons: Annotated[
        int,
        Parameter(
            help="So many reasons for each customer; they take longer than the scores.",
            validator=Number(gte=0, lte=7),
        ),
    ] = 0,
    out: Annotated[
        Path | None,
        Parameter(
            help="Where to write, as Parquet; `scores.parquet` beside the results if not said."
        ),
    ] = None,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Score all customers by models that are kept, a part of them at a time.

    A scoring that was stopped goes on where it was.

    Parameters
    ----------
    format
        Text, or one JSON object.
    """
    from regulars.workspace import Workspace
    from regulars.workspace.scoring import score_customers

    home, language = find_home(file, workspace, lang, as_of, how=how, verb="predict score")
    with ctrl_c.keeping_parts(), open_progress(language) as progress:
        scored = score_customers(
            home,
            keeper=Workspace(from_) if from_ else None,
            run=run,
            model=model,
            as_of=as_of,
            reasons=reasons,
            file=out,
            language=language,
            progress=progress,
        )
    if format == "json":
        print_json(_describe(scored, language))
    else:
        print_lines(*_say(scored, language))
    return 0


def _describe(scored: ScoredCustomers, language: Language) -> dict[str, Any]:
    return {
        "run": scored.run,
        "model": scored.model,
        "outcome": scored.outcome.to(language),
        "as_of": scored.as_of,
        "learnt_as_of": scored.learnt_as_of,
        "customers": scored.customers,
        "above": scored.above,
        "threshold": scored.threshold,
        "mean_probability": scored.mean_probability,
        "parts": scored.parts,
        "continued": scored.continued,
        "seconds": scored.seconds,
        "rows_per_second": scored.rows_per_second,
        "file": str(scored.file),
        "new_levels": dict(scored.new_levels),
    }


def _say(scored: ScoredCustomers, language: Language) -> list[str]:
    from regulars.quality.numbers import format_number, format_share

    lines = [
        _BY.to(language).format(
            title=scored.title.to(language),
            run=scored.run,
            learnt=scored.learnt_as_of,
            outcome=scored.outcome.to(language),
        )
    ]
    if scored.continued:
        lines.append(_CONTINUED.to(language).format(continued=scored.continued, parts=scored.parts))
    if scored.mean_probability is None:
        return [*lines, _NOBODY.to(language).format(as_of=scored.as_of)]
    words = ("customer", "customers") if language == "en" else ("клиент", "клиента", "клиентов")
    lines.append(
        _SCORED.to(language).format(
            customers=pluralize(scored.customers, language, *words),
            as_of=scored.as_of,
            above=format_number(scored.above, language),
            threshold=format_share(scored.threshold, language),
            mean=format_share(scored.mean_probability, language),
        )
    )
    lines += [_say_new(name, count, language) for name, count in scored.new_levels.items()]
    if scored.rows_per_second:
        pace = format_number(round(scored.rows_per_second), language)
        lines.append(_PACE.to(language).format(pace=pace))
    if scored.is_whole:
        lines.append(_WHOLE.to(language))
    return [*lines, str(scored.file)]


def _say_new(name: str, count: int, language: Language) -> str:
    words = (
        ("customer has", "customers have")
        if language == "en"
        else ("клиента", "клиентов", "клиентов")
    )
    return _NEW.to(language).format(name=name, whom=pluralize(count, language, *words))
