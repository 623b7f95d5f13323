"""How sentences speak of an outcome: of one who will have it, of several who had it, of shares."""

from dataclasses import dataclass

from regulars.features.sentences import format_share
from regulars.schema.wording import LANGUAGES, Wording

__all__ = [
    "AGREEING",
    "ANSWERING",
    "CONTACTING",
    "LEAVING",
    "STOPPING",
    "UPGRADING",
    "Phrases",
    "phrase_named",
]


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


LEAVING = Phrases(
    will=Wording(en="will leave", ru="уйдёт"),
    did=Wording(en="left", ru="ушли"),
    share=Wording(
        en="{own} of such customers left, against {all} overall",
        ru="из таких клиентов ушли {own}, в среднем уходят {all}",
    ),
)
ANSWERING = Phrases(
    will=Wording(en="will answer yes", ru="ответит «да»"),
    did=Wording(en="answered yes", ru="ответили «да»"),
    share=Wording(
        en="{own} of such customers answered yes, against {all} overall",
        ru="из таких клиентов ответили «да» {own}, в среднем {all}",
    ),
)
STOPPING = Phrases(
    will=Wording(en="will stop buying", ru="перестанет покупать"),
    did=Wording(en="stopped buying", ru="перестали покупать"),
    share=Wording(
        en="{own} of such customers stopped buying, against {all} overall",
        ru="из таких клиентов перестали покупать {own}, в среднем {all}",
    ),
)
CONTACTING = Phrases(
    will=Wording(en="will contact support", ru="обратится в поддержку"),
    did=Wording(en="contacted support", ru="обратились в поддержку"),
    share=Wording(
        en="{own} of such customers contacted support, against {all} overall",
        ru="из таких клиентов обратились в поддержку {own}, в среднем {all}",
    ),
)
AGREEING = Phrases(
    will=Wording(en="will agree when contacted", ru="согласится, если с ним связаться"),
    did=Wording(en="agreed when contacted", ru="согласились, когда с ними связались"),
    share=Wording(
        en="{own} of such customers agreed when contacted, against {all} overall",
        ru="из таких клиентов согласились {own}, в среднем {all}",
    ),
)
UPGRADING = Phrases(
    will=Wording(en="will move to a dearer plan", ru="перейдёт на тариф дороже"),
    did=Wording(en="moved to a dearer plan", ru="перешли на тариф дороже"),
    share=Wording(
        en="{own} of such customers moved to a dearer plan, against {all} overall",
        ru="из таких клиентов на тариф дороже перешли {own}, в среднем {all}",
    ),
)


def phrase_named(name: Wording) -> Phrases:
    """Of an outcome that is called by a name: a column and its value, an event."""
    # The shares are filled in later, so braces of the file's own are doubled.
    safe = {
        language: name.to(language).replace("{", "{{").replace("}", "}}") for language in LANGUAGES
    }
    return Phrases(
        will=Wording(en=f"will have {name.en}", ru=f"будет иметь {name.ru}"),
        did=Wording(en=f"had {name.en}", ru=f"имели {name.ru}"),
        share=Wording(
            en=f"{{own}} of such customers have {safe['en']}, against {{all}} overall",
            ru=f"{safe['ru']} у {{own}} таких клиентов, в среднем у {{all}}",
        ),
    )
