"""What an outcome is: one typed definition each, stated in a sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from regulars.features.sentences import format_share, quote
from regulars.schema.wording import Language, Wording, pluralize

__all__ = [
    "ColumnOutcome",
    "ContractEnd",
    "NoEvent",
    "NoPurchase",
    "NoSession",
    "OutcomeDefinition",
    "Phrases",
    "TimedOutcome",
]

YES_WORDS = frozenset(["1", "yes", "y", "true", "t", "да", "истина"])
_CHURN_NAMES = re.compile(
    r"churn|exited|\bleft\b|attrition|leaver|отток|уш[её]л|уход", re.IGNORECASE
)
_ANSWER_NAMES = re.compile(
    r"^y$|respon|answer|repl(y|ied)|accept|subscribed|отклик|ответ|согла", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Phrases:
    """How sentences speak of an outcome.

    Attributes
    ----------
    will
        Of one customer to come: "will leave", "уйдёт".
    did
        Of several in the past: "left", "ушли".
    share
        Half a sentence about customers of one kind, with {own} and {all} shares to fill in.
    """

    will: Wording
    did: Wording
    share: Wording

    def say_share(self, share: float, overall: float) -> Wording:
        """How often customers of one kind have the outcome, against all, as half a sentence."""
        own = {language: format_share(share, language) for language in ("en", "ru")}
        all_ = {language: format_share(overall, language) for language in ("en", "ru")}
        return Wording(
            en=self.share.en.format(own=own["en"], all=all_["en"]),
            ru=self.share.ru.format(own=own["ru"], all=all_["ru"]),
        )


_LEAVING = Phrases(
    will=Wording(en="will leave", ru="уйдёт"),
    did=Wording(en="left", ru="ушли"),
    share=Wording(
        en="{own} of such customers left, against {all} overall",
        ru="из таких клиентов ушли {own}, в среднем уходят {all}",
    ),
)
_ANSWERING = Phrases(
    will=Wording(en="will answer yes", ru="ответит «да»"),
    did=Wording(en="answered yes", ru="ответили «да»"),
    share=Wording(
        en="{own} of such customers answered yes, against {all} overall",
        ru="из таких клиентов ответили «да» {own}, в среднем {all}",
    ),
)
_STOPPING = Phrases(
    will=Wording(en="will stop buying", ru="перестанет покупать"),
    did=Wording(en="stopped buying", ru="перестали покупать"),
    share=Wording(
        en="{own} of such customers stopped buying, against {all} overall",
        ru="из таких клиентов перестали покупать {own}, в среднем {all}",
    ),
)


class _Definition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ColumnOutcome(_Definition):
    """A given column, and the value in it that counts as yes."""

    kind: Literal["column"] = "column"
    column: str
    """The column it is read from."""
    positive: str
    """The value that counts as yes."""

    @property
    def days_until_known(self) -> int:
        """None: the file tells it at once."""
        return 0

    @property
    def is_churn(self) -> bool:
        """Whether the column's name speaks of leaving, so that sentences may say "left"."""
        return bool(_CHURN_NAMES.search(self.column.replace("_", " ")))

    @property
    def phrases(self) -> Phrases:
        """How sentences speak of it."""
        if self.is_churn:
            return _LEAVING
        is_yes = self.positive.strip().casefold() in YES_WORDS
        if is_yes and _ANSWER_NAMES.search(self.column):
            return _ANSWERING
        name = {language: self.name(language) for language in ("en", "ru")}
        # The shares are filled in later, so braces of the file's own are doubled.
        safe = {
            language: text.replace("{", "{{").replace("}", "}}") for language, text in name.items()
        }
        return Phrases(
            will=Wording(en=f"will have {name['en']}", ru=f"будет с {name['ru']}"),
            did=Wording(en=f"had {name['en']}", ru=f"оказались с {name['ru']}"),
            share=Wording(
                en=f"{{own}} of such customers have {safe['en']}, against {{all}} overall",
                ru=f"{safe['ru']} у {{own}} таких клиентов, в среднем у {{all}}",
            ),
        )

    @property
    def sentence(self) -> Wording:
        """The definition in words, without a full stop."""
        return Wording(en=f"The outcome is {self.name('en')}", ru=f"Исход: {self.name('ru')}")

    def name(self, language: Language) -> str:
        """The column and the value as an equation."""
        return f"{quote(self.column, language)} = {quote(self.positive, language)}"


class _Timed(_Definition):
    """An outcome that is seen after a cut-off date."""

    horizon_days: int = Field(default=30, ge=1)
    """How many days from the cut-off (and the gap) on it is looked for."""
    gap_days: int = Field(default=0, ge=0)
    """Days left empty after the cut-off, so that there is time to act."""

    @property
    def is_churn(self) -> bool:
        """All of these are ways to leave."""
        return True

    @property
    def days_until_known(self) -> int:
        """Days from the cut-off until the outcome is known."""
        return self.gap_days + self.horizon_days

    @property
    def phrases(self) -> Phrases:
        """How sentences speak of it."""
        return _LEAVING

    def _say_start(self, language: Language) -> str:
        if not self.gap_days:
            return "the cut-off date" if language == "en" else "даты отсчёта"
        if language == "en":
            return f"the end of a gap of {pluralize(self.gap_days, 'en', 'day', 'days')} after the cut-off date"
        gap = pluralize(self.gap_days, "ru", "день", "дня", "дней")
        return f"конца зазора ({gap}) после даты отсчёта"


def _list_names(names: Sequence[str], language: Language) -> str:
    """Which events count, in brackets; nothing where all do."""
    return f" ({', '.join(quote(name, language) for name in names)})" if names else ""


class NoEvent(_Timed):
    """No event for `horizon_days`; at risk is who had one within as many days before."""

    kind: Literal["no_event"] = "no_event"
    horizon_days: int = Field(default=30, ge=1)
    """How many days without an event count as having gone."""
    event_names: tuple[str, ...] = ()
    """Names of the events that count; empty when all do."""

    @property
    def sentence(self) -> Wording:
        """The definition in words, without a full stop."""
        days = pluralize(self.horizon_days, "en", "day", "days")
        days_ru = pluralize(self.horizon_days, "ru", "дня", "дней", "дней")
        return Wording(
            en=f"The outcome is no event{_list_names(self.event_names, 'en')} for {days} from "
            f"{self._say_start('en')} on; at risk are those who were active within {days} before it",
            ru=f"Исход: ни одного события{_list_names(self.event_names, 'ru')} в течение {days_ru} с {self._say_start('ru')}; под риском те, "
            f"кто был активен не раньше чем за {days_ru} до неё",
        )


class NoPurchase(_Timed):
    """No purchase for `horizon_days`; at risk is who bought within as many days before."""

    kind: Literal["no_purchase"] = "no_purchase"
    horizon_days: int = Field(default=90, ge=1)
    """How many days without a purchase count as having stopped."""

    @property
    def phrases(self) -> Phrases:
        """How sentences speak of it."""
        return _STOPPING

    @property
    def sentence(self) -> Wording:
        """The definition in words, without a full stop."""
        days = pluralize(self.horizon_days, "en", "day", "days")
        days_ru = pluralize(self.horizon_days, "ru", "дня", "дней", "дней")
        return Wording(
            en=f"The outcome is no purchase for {days} from {self._say_start('en')} on; at risk are "
            f"those who bought within {days} before it",
            ru=f"Исход: ни одной покупки в течение {days_ru} с {self._say_start('ru')}; под риском те, кто "
            f"покупал не раньше чем за {days_ru} до неё",
        )


class ContractEnd(_Timed):
    """A subscription ends within the horizon and none follows within `grace_days`."""

    kind: Literal["contract_end"] = "contract_end"
    grace_days: int = Field(default=30, ge=0)
    """A new subscription so many days after the end counts as a renewal."""

    @property
    def days_until_known(self) -> int:
        """Days from the cut-off until the outcome is known."""
        return super().days_until_known + self.grace_days

    @property
    def sentence(self) -> Wording:
        """The definition in words, without a full stop."""
        days = pluralize(self.horizon_days, "en", "day", "days")
        days_ru = pluralize(self.horizon_days, "ru", "дня", "дней", "дней")
        grace = pluralize(self.grace_days, "en", "day", "days")
        grace_ru = pluralize(self.grace_days, "ru", "дня", "дней", "дней")
        return Wording(
            en=f"The outcome is that the subscription ends within {days} of {self._say_start('en')} "
            f"and is not renewed within {grace}; at risk are those subscribed on that date",
            ru=f"Исход: подписка кончается в течение {days_ru} с {self._say_start('ru')} и не продлена в "
            f"течение {grace_ru}; под риском те, кто подписан в этот день",
        )


class NoSession(_Timed):
    """No session for `quiet_days` after the paid period, which ends within the horizon."""

    kind: Literal["no_session"] = "no_session"
    quiet_days: int = Field(default=30, ge=1)
    """Days without a session and without a new paid period after the last one."""
    session_names: tuple[str, ...] = ()
    """Names of the events that count as a session; empty when all do."""

    @property
    def days_until_known(self) -> int:
        """Days from the cut-off until the outcome is known."""
        return super().days_until_known + self.quiet_days

    @property
    def sentence(self) -> Wording:
        """The definition in words, without a full stop."""
        days = pluralize(self.horizon_days, "en", "day", "days")
        days_ru = pluralize(self.horizon_days, "ru", "дня", "дней", "дней")
        quiet = pluralize(self.quiet_days, "en", "day", "days")
        quiet_ru = pluralize(self.quiet_days, "ru", "дня", "дней", "дней")
        return Wording(
            en=f"The outcome is that the paid period ends within {days} of {self._say_start('en')} and "
            f"no session{_list_names(self.session_names, 'en')} follows for {quiet}; at risk are those whose period is paid on that date",
            ru=f"Исход: оплаченный период кончается в течение {days_ru} с {self._say_start('ru')}, и "
            f"{quiet_ru} после него нет ни одного сеанса{_list_names(self.session_names, 'ru')}; под "
            "риском те, у кого в этот день оплачено",
        )


TimedOutcome = Annotated[
    NoPurchase | NoEvent | ContractEnd | NoSession, Field(discriminator="kind")
]
"""An outcome that is seen after a cut-off date."""

OutcomeDefinition = Annotated[
    ColumnOutcome | NoPurchase | NoEvent | ContractEnd | NoSession, Field(discriminator="kind")
]
"""Any outcome; read one from TOML or JSON with `pydantic.TypeAdapter(OutcomeDefinition)`."""
