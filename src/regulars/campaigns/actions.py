"""What to suggest to an operator for the reason that a customer may leave."""

import tomllib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from regulars.errors import DefinitionError
from regulars.schema.column_names import split_words
from regulars.schema.wording import Wording

__all__ = ["NEUTRAL_ACTION", "ActionTable", "Side", "SuggestedAction", "packaged_actions"]

Side = Literal["low", "high"]


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
            raise ValueError(f"code {doubled[0]} is given to more than one action")
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
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise DefinitionError(
                en=f"{where} is not TOML: {error}. Correct that place.",
                ru=f"{where} — не TOML: {error}. Исправьте это место.",
            ) from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(step) for step in first["loc"]) or "the whole table"
            raise DefinitionError(
                en=f"{where}, {place}: {first['msg']}. "
                "An action has code, action = { en, ru } and features; [otherwise] has no features.",
                ru=f"{where}, {place}: {first['msg']}. "
                "У действия есть code, action = { en, ru } и features; у [otherwise] нет features.",
            ) from error

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
