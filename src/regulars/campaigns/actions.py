"""What to suggest to an operator for the reason that a customer may leave."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from regulars.errors import DefinitionError, InvalidParameterError
from regulars.schema.column_names import split_words
from regulars.schema.definition_files import parse_toml
from regulars.schema.foreign_words import say_value_error
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from tomlkit.items import Table

__all__ = ["NEUTRAL_ACTION", "ActionTable", "Side", "SuggestedAction", "packaged_actions"]

Side = Literal["low", "high"]

_ADVICE = (
    "What to suggest for a reason; edit it and give it back: regulars analyze FILE --actions THIS.",
    "The first reason of a customer that fits a pattern decides; of several actions, the first here.",
    "A pattern is words that stand side by side in a feature's name, in lower case, with _ between;",
    '* stands for the rest of a word. when = "low" or "high": only where the figure is so.',
    "",
    "Что предложить по причине; поправьте и верните: regulars analyze ФАЙЛ --actions ЭТОТ_ФАЙЛ.",
    "Решает первая причина клиента, подходящая под шаблон; из нескольких действий — верхнее.",
    "Шаблон — слова подряд из имени признака, строчными, через _; * заменяет конец слова.",
    'when = "low" или "high": только если значение низкое или высокое.',
)


class SuggestedAction(BaseModel):
    """One action and the features whose reason calls for it.

    Attributes
    ----------
    code
        Stable name, snake_case.
    action
        What the operator is told.
    features
        Patterns of feature names, lower case: whole words with ``_`` between them that stand
        side by side in the name; ``*`` stands for the rest of a word.
    when
        Only for a customer whose figure is `low` or `high` against that of the others; None for
        any figure, and for what is no number.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    action: Wording
    features: tuple[str, ...] = ()
    when: Side | None = None

    def fits(self, feature: str, side: Side | None = None) -> bool:
        """Whether a reason about `feature`, whose figure is low or high, calls for this action."""
        if self.when is not None and side is not None and side != self.when:
            return False
        name = feature.casefold()
        words = (*split_words(feature), *name.replace(" ", "_").split("_"))
        return any(_stands_in(pattern.split("_"), words) for pattern in self.features)


def _stands_in(pattern: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the words of a pattern stand side by side among the words of a name."""
    return any(
        all(fnmatchcase(word, one) for one, word in zip(pattern, words[start:], strict=False))
        for start in range(len(words) - len(pattern) + 1)
    )


class ActionTable(BaseModel):
    """Which action to suggest for which reason; an analyst edits it as TOML.

    Examples
    --------
    >>> table = ActionTable.from_toml('''
    ... [otherwise]
    ... code = "call"
    ... action = { en = "Call", ru = "Позвонить" }
    ... [[actions]]
    ... code = "settle"
    ... features = ["failed_payment"]
    ... action = { en = "Settle the payment", ru = "Уладить платёж" }
    ... ''')
    >>> table.suggest(["tenure_days", "failed_payments_90d"]).code
    'settle'
    >>> table.suggest(["tenure_days"]).code
    'call'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    otherwise: SuggestedAction
    actions: tuple[SuggestedAction, ...] = Field(default=())
    # A list of thousands of customers has a few dozen reasons.
    _found: dict[tuple[str, Side | None], SuggestedAction | None] = PrivateAttr(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _check_codes(self) -> Self:
        codes = [action.code for action in (*self.actions, self.otherwise)]
        doubled = sorted({code for code in codes if codes.count(code) > 1})
        if doubled:
            raise InvalidParameterError(
                en=f"code '{doubled[0]}' is given to more than one action",
                ru=f"код «{doubled[0]}» есть у нескольких действий",
            )
        return self

    @classmethod
    def from_toml(cls, text: str, *, where: str = "the action table") -> Self:
        """The table that `text` describes.

        Raises
        ------
        DefinitionError
            If it is not TOML, or says something that is not allowed; names `where` and the place.
        """
        try:
            return cls.model_validate(parse_toml(text, where=where))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            steps = [str(step + 1) if isinstance(step, int) else step for step in first["loc"]]
            place, said = ".".join(steps), say_value_error(first)
            raise DefinitionError(
                en=f"{where}{place and ', ' + place}: {said.en}."
                " An action has code, action = { en, ru }, features and, if only low or high figures"
                " call for it, when; [otherwise] has code and action.",
                ru=f"{where}{place and ', ' + place}: {said.ru}. У действия есть code, action = "
                "{ en, ru }, features и, если к нему ведут только низкие или высокие значения, "
                "when; у [otherwise] — code и action.",
            ) from error

    def to_toml(self) -> str:
        """The table as text for a file that a person edits."""
        import tomlkit

        document = tomlkit.document()
        for line in _ADVICE:
            document.add(tomlkit.comment(line))
        document.add(tomlkit.nl())
        document.add("otherwise", _write_action(self.otherwise))
        document.add("actions", entries := tomlkit.aot())
        for action in self.actions:
            entries.append(_write_action(action))
        return tomlkit.dumps(document)

    def suggest(self, reasons: Iterable[str | tuple[str, Side | None]]) -> SuggestedAction:
        """The action for a customer with these reasons, strongest first.

        Parameters
        ----------
        reasons
            Names of features, each by itself or with `low` or `high`: how the customer's figure
            stands against that of the others.
        """
        for reason in reasons:
            feature, side = (reason, None) if isinstance(reason, str) else reason
            if (feature, side) not in self._found:
                fitting = (action for action in self.actions if action.fits(feature, side))
                self._found[feature, side] = next(fitting, None)
            found = self._found[feature, side]
            if found is not None:
                return found
        return self.otherwise

    def get_wording(self, code: str) -> Wording | None:
        """The words of the action `code`, or None when the table has no such action."""
        for action in (*self.actions, self.otherwise):
            if action.code == code:
                return action.action
        return None


def _write_action(action: SuggestedAction) -> "Table":
    import tomlkit

    table = tomlkit.table()
    table.add("code", action.code)
    if action.features:
        table.add("features", list(action.features))
    if action.when is not None:
        table.add("when", action.when)
    words = tomlkit.inline_table()
    words.update({"en": action.action.en, "ru": action.action.ru})
    table.add("action", words)
    return table


NEUTRAL_ACTION = SuggestedAction(
    code="contact",
    action=Wording(en="Contact: the outcome is likely", ru="Связаться: исход вероятен"),
)
"""What is suggested where the outcome is not that a customer leaves: nobody needs to be kept."""


@cache
def packaged_actions() -> ActionTable:
    """The action table that comes with Regulars, against leaving."""
    text = (resources.files("regulars.campaigns") / "actions.toml").read_text(encoding="utf-8")
    return ActionTable.from_toml(text, where="The packaged action table")
