"""What an outcome is: one typed definition each, stated in a sentence."""

import re
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from regulars.features.sentences import quote
from regulars.predictions.outcomes.phrases import (
    AGREEING,
    ANSWERING,
    CONTACTING,
    LEAVING,
    STOPPING,
    UPGRADING,
    Phrases,
    phrase_named,
)
from regulars.schema.wording import Language, Wording, pluralize

__all__ = [
    "AnswerOutcome",
    "ColumnOutcome",
    "ContractEnd",
    "EventOutcome",
    "NoEvent",
    "NoPurchase",
    "NoSession",
    "OutcomeDefinition",
    "PlanUpgrade",
    "SupportContact",
    "TimedOutcome",
]

YES_WORDS = frozenset(["1", "yes", "y", "true", "t", "да", "истина"])
_CHURN_NAMES = re.compile(
    r"churn|exited|\bleft\b|attrition|leaver|отток|уш[её]л|уход", re.IGNORECASE
)
_ANSWER_NAMES = re.compile(
    r"^y$|respon|answer|repl(y|ied)|accept|subscribed|отклик|ответ|согла", re.IGNORECASE
)


def _span(days: int, language: Language) -> str:
    """A number of days; in Russian as it stands by itself and behind "за"."""
    forms = ("day", "days") if language == "en" else ("день", "дня", "дней")
    return pluralize(days, language, *forms)


def _during(days: int, language: Language) -> str:
    """A number of days; in Russian as it stands behind "в течение"."""
    forms = ("day", "days") if language == "en" else ("дня", "дней", "дней")
    return pluralize(days, language, *forms)


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
            return LEAVING
        is_yes = self.positive.strip().casefold() in YES_WORDS
        if is_yes and _ANSWER_NAMES.search(self.column):
            return ANSWERING
        if is_yes:
            # Of a column of yes and no the column is what somebody has.
            return phrase_named(Wording(en=quote(self.column, "en"), ru=quote(self.column, "ru")))
        return phrase_named(Wording(en=self.name("en"), ru=self.name("ru")))

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
    def days_before(self) -> int:
        """Days of history that have to lie before a cut-off date."""
        return self.horizon_days

    is_churn: ClassVar[bool] = True
    """Whether it is a way to leave, so that sentences may say "left"."""

    @property
    def days_until_known(self) -> int:
        """Days from the cut-off until the outcome is known."""
        return self.gap_days + self.horizon_days

    @property
    def phrases(self) -> Phrases:
        """How sentences speak of it."""
        return LEAVING

    def _say_start(self, language: Language) -> str:
        if not self.gap_days:
            return "the cut-off date" if language == "en" else "даты отсчёта"
        gap = _span(self.gap_days, language)
        if language == "en":
            return f"the end of a gap of {gap} after the cut-off date"
        return f"конца зазора ({gap}) после даты отсчёта"


class _Active(_Timed):
    """At risk is who was active for some time before the cut-off date."""

    active_days: int | None = Field(default=None, ge=1)
    """At risk is who was active within so many days before the cut-off; `horizon_days` when None."""

    @property
    def at_risk_days(self) -> int:
        """Days before the cut-off that say who is at risk."""
        return self.horizon_days if self.active_days is None else self.active_days

    @property
    def days_before(self) -> int:
        """Days of history that have to lie before a cut-off date."""
        return max(self.horizon_days, self.at_risk_days)

    def _say_active(self, language: Language) -> str:
        return _span(self.at_risk_days, language)


def _list_names(names: Sequence[str], language: Language) -> str:
    """Which events count, in brackets; nothing where all do."""
    return f" ({', '.join(quote(name, language) for name in names)})" if names else ""


class NoEvent(_Active):
    """No event for `horizon_days`; at risk is who had one within `active_days` before."""

    kind: Literal["no_event"] = "no_event"
    horizon_days: int = Field(default=30, ge=1)
    """How many days without an event count as having gone."""
    event_names: tuple[str, ...] = ()
    """Names of the events that count; empty when all do."""

    @property
    def sentence(self) -> Wording:
        """The definition in words, without a full stop."""
        return Wording(
            en=f"The outcome is no event{_list_names(self.event_names, 'en')} for {_during(self.horizon_days, 'en')} from "
            f"{self._say_start('en')} on; at risk are those who were active within {self._say_active('en')} before it",
            ru=f"Исход: ни одного события{_list_names(self.event_names, 'ru')} в течение {_during(self.horizon_days, 'ru')} с {self._say_start('ru')}; под риском те, "
            f"кто был активен не раньше чем за {self._say_active('ru')} до неё",
        )


class NoPurchase(_Active):
    """No purchase for `horizon_days`; at risk is who bought within `active_days` before."""

    kind: Literal["no_purchase"] = "no_purchase"
    horizon_days: int = Field(default=90, ge=1)
    """How many days without a purchase count as having stopped."""

    @property
    def phrases(self) -> Phrases:
        """How sentences speak of it."""
        return STOPPING

    @property
    def sentence(self) -> Wording:
        """The definition in words, without a full stop."""
        return Wording(
            en=f"The outcome is no purchase for {_during(self.horizon_days, 'en')} from {self._say_start('en')} on; at risk are "
            f"those who bought within {self._say_active('en')} before it",
            ru=f"Исход: ни одной покупки в течение {_during(self.horizon_days, 'ru')} с {self._say_start('ru')}; под риском те, кто "
            f"покупал не раньше чем за {self._say_active('ru')} до неё",
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
        return Wording(
            en=f"The outcome is that the subscription ends within {_during(self.horizon_days, 'en')} of {self._say_start('en')} "
            f"and is not renewed within {_during(self.grace_days, 'en')}; at risk are those subscribed on that date",
            ru=f"Исход: подписка кончается в течение {_during(self.horizon_days, 'ru')} с {self._say_start('ru')} и не продлена в "
            f"течение {_during(self.grace_days, 'ru')}; под риском те, кто подписан в этот день",
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
        return Wording(
            en=f"The outcome is that the paid period ends within {_during(self.horizon_days, 'en')} of {self._say_start('en')} and "
            f"no session{_list_names(self.session_names, 'en')} follows for {_during(self.quiet_days, 'en')}; at risk are those whose period is paid on that date",
            ru=f"Исход: оплаченный период кончается в течение {_during(self.horizon_days, 'ru')} с {self._say_start('ru')}, и "
            f"{_span(self.quiet_days, 'ru')} после него нет ни одного сеанса{_list_names(self.session_names, 'ru')}; под "
            "риском те, у кого в этот день оплачено",
        )


class EventOutcome(_Active):
    """One of some events within the horizon: an upgrade, a visit; at risk is who was active before."""

    kind: Literal["event"] = "event"
    is_churn: ClassVar[bool] = False
    event_names: tuple[str, ...] = Field(min_length=1)
    """Names of the events that count."""
    is_first: bool = False
    """Whether only those are at risk who never had one of these events before."""

    @property
    def phrases(self) -> Phrases:
        """How sentences speak of it."""
        return phrase_named(Wording(en=self.name("en"), ru=self.name("ru")))

    def name(self, language: Language) -> str:
        """The event, by its names."""
        noun = "the event" if language == "en" else "событие"
        return f"{noun} {', '.join(quote(name, language) for name in self.event_names)}"

    @property
    def sentence(self) -> Wording:
        """The definition in words, without a full stop."""
        first = " and never had this one" if self.is_first else ""
        first_ru = ", а такого ещё не было" if self.is_first else ""
        return Wording(
            en=f"The outcome is {self.name('en')} within {_during(self.horizon_days, 'en')} of {self._say_start('en')}; at risk are "
            f"those who had any event within {self._say_active('en')} before it{first}",
            ru=f"Исход: {self.name('ru')} в течение {_during(self.horizon_days, 'ru')} с {self._say_start('ru')}; рассматриваются те, "
            f"у кого было событие не раньше чем за {self._say_active('ru')} до неё{first_ru}",
        )


class SupportContact(_Timed):
    """A customer turns to the company within the horizon; at risk is who is subscribed, or active."""

    kind: Literal["support_contact"] = "support_contact"
    is_churn: ClassVar[bool] = False

    @property
    def phrases(self) -> Phrases:
        """How sentences speak of it."""
        return CONTACTING

    def name(self, language: Language) -> str:
        """What it is called."""
        return "contact with support" if language == "en" else "обращение в поддержку"

    @property
    def sentence(self) -> Wording:
        """The definition in words, without a full stop."""
        return Wording(
            en=f"The outcome is a contact with support within {_during(self.horizon_days, 'en')} of {self._say_start('en')}; at risk "
            f"are those subscribed on that date or, without subscriptions, active within {_during(self.horizon_days, 'en')} before it",
            ru=f"Исход: обращение в поддержку в течение {_during(self.horizon_days, 'ru')} с {self._say_start('ru')}; "
            "рассматриваются те, кто подписан в этот день, а где подписок нет — кто был активен не "
            f"раньше чем за {_span(self.horizon_days, 'ru')} до неё",
        )


class PlanUpgrade(_Timed):
    """A customer moves to a dearer plan within the horizon; at risk is who is subscribed at a known fee."""

    kind: Literal["upgrade"] = "upgrade"
    is_churn: ClassVar[bool] = False

    @property
    def phrases(self) -> Phrases:
        """How sentences speak of it."""
        return UPGRADING

    def name(self, language: Language) -> str:
        """What it is called."""
        return "move to a dearer plan" if language == "en" else "переход на тариф дороже"

    @property
    def sentence(self) -> Wording:
        """The definition in words, without a full stop."""
        return Wording(
            en=f"The outcome is that within {_during(self.horizon_days, 'en')} of {self._say_start('en')} a subscription begins whose fee a month "
            "is higher than that of any the customer has on that date; at risk are those subscribed on it",
            ru=f"Исход: в течение {_during(self.horizon_days, 'ru')} с {self._say_start('ru')} начинается подписка, плата за месяц по "
            "которой выше, чем по любой, что есть у клиента в этот день; рассматриваются те, кто в этот день "
            "подписан",
        )


class AnswerOutcome(_Timed):
    """A customer whom the company contacts within the horizon agrees; at risk is who is contacted."""

    kind: Literal["answer"] = "answer"
    is_churn: ClassVar[bool] = False
    answers: tuple[str, ...] = Field(min_length=1)
    """How a contact ended that counts as agreed."""

    @property
    def phrases(self) -> Phrases:
        """How sentences speak of it."""
        return AGREEING

    def name(self, language: Language) -> str:
        """What it is called."""
        noun = "answer to a contact" if language == "en" else "ответ на обращение"
        return f"{noun}: {', '.join(quote(name, language) for name in self.answers)}"

    @property
    def sentence(self) -> Wording:
        """The definition in words, without a full stop."""
        answers = {
            language: ", ".join(quote(name, language) for name in self.answers)
            for language in ("en", "ru")
        }
        return Wording(
            en=f"The outcome is that a contact within {_during(self.horizon_days, 'en')} of {self._say_start('en')} ends with "
            f"{answers['en']}; learnt from those who were contacted then",
            ru=f"Исход: обращение компании к клиенту в течение {_during(self.horizon_days, 'ru')} с {self._say_start('ru')} "
            f"заканчивается так: {answers['ru']}; обучение на тех, с кем тогда связались",
        )


TimedOutcome = Annotated[
    NoPurchase
    | NoEvent
    | ContractEnd
    | NoSession
    | EventOutcome
    | SupportContact
    | PlanUpgrade
    | AnswerOutcome,
    Field(discriminator="kind"),
]
"""An outcome that is seen after a cut-off date."""

OutcomeDefinition = Annotated[
    ColumnOutcome
    | NoPurchase
    | NoEvent
    | ContractEnd
    | NoSession
    | EventOutcome
    | SupportContact
    | PlanUpgrade
    | AnswerOutcome,
    Field(discriminator="kind"),
]
"""Any outcome; read one from TOML or JSON with `pydantic.TypeAdapter(OutcomeDefinition)`."""
