"""The model card: what a model is for, what it was made of, how good and how fair it is, and its risks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.evaluate.calibration import CalibrationPoint
from regulars.evaluate.intervals import Interval as Bounded
from regulars.predictions.fairness.group_checks import GroupCheck
from regulars.predictions.fairness.group_sentences import name_group, say_check, say_share_interval
from regulars.predictions.fitting.roster import FAMILIES
from regulars.quality.numbers import format_number, format_share
from regulars.registry.card_words import CARD_WORDS, GATE_MARKS, RISKS
from regulars.registry.champions import ChampionEntry
from regulars.registry.gate import GateLine
from regulars.registry.manifest import ModelManifest
from regulars.registry.parameters import say_parameters
from regulars.report.parts import Interval
from regulars.schema.wording import Language

__all__ = ["CardFacts", "render_card", "render_card_page"]

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.55 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }}
h1 {{ font-size: 1.7rem; }} h2 {{ font-size: 1.25rem; margin-top: 2.2rem; border-bottom: 1px solid #d0d7de; }}
table {{ border-collapse: collapse; margin: 1rem 0; font-size: .92rem; display: block; overflow-x: auto; }}
th, td {{ border: 1px solid #d0d7de; padding: .3rem .6rem; text-align: left; vertical-align: top; }}
th {{ background: #f6f8fa; }} th:empty {{ display: none; }} code {{ overflow-wrap: anywhere; }}
@media print {{ body {{ margin: 0; max-width: none; }} h2 {{ break-after: avoid; }} }}
</style></head><body>
{body}
</body></html>
"""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a card says beside what is kept with the models.

    Attributes
    ----------
    manifest, manifest_sha256, key
        What is kept, its sha256, and the name of the key that it is signed by.
    made_at, made_by
        When the models were made, ISO 8601, and by whom; None where that was not written down.
    rows
        Rows of each source as they were loaded.
    calibration
        What was said and what came, in bins.
    gate
        The figures against the bounds that hold today.
    decisions
        Those about this model, oldest first.
    in_use
        Whether it is in use.
    class_number
        Of several classes which.
    """

    manifest: ModelManifest
    manifest_sha256: str
    key: str
    made_at: str | None
    made_by: str | None
    rows: Mapping[str, int]
    calibration: Sequence[CalibrationPoint]
    gate: Sequence[GateLine]
    decisions: Sequence[ChampionEntry]
    in_use: bool
    class_number: int | None = None


def render_card(facts: CardFacts, *, language: Language) -> str:
    """The card as Markdown.

    Parameters
    ----------
    facts
        What it says.
    language
        "en" or "ru".
    """
    card = _Card(facts, language)
    parts = (
        card.head(),
        card.purpose(),
        card.material(),
        card.features(),
        card.quality(),
        card.settings(),
        card.promises(),
        card.groups(),
        card.gate(),
        card.risks(),
        card.origin(),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def render_card_page(facts: CardFacts, *, language: Language) -> str:
    """The same as a page of its own: no script, nothing from elsewhere.

    Parameters
    ----------
    facts, language
        As for `render_card`.
    """
    from html import escape

    from markdown_it import MarkdownIt

    text = render_card(facts, language=language)
    # Names come from files of a company: no markup of theirs is one here.
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    title = text.partition("\n")[0].removeprefix("# ")
    return _PAGE.format(language=language, title=escape(title), body=body)


class _Card:
    def __init__(self, facts: CardFacts, language: Language) -> None:
        self.facts, self.language = facts, language
        self.manifest = facts.manifest

    def head(self) -> str:
        manifest, facts = self.manifest, self.facts
        title = FAMILIES[manifest.chosen].title.to(self.language)
        number = f" #{facts.class_number}" if facts.class_number else ""
        state = self._say("in_use" if facts.in_use else "not_in_use")
        lines = [
            (self._say("run"), f"`{manifest.lineage.run or ''}`{number}"),
            (self._say("made"), facts.made_at or "—"),
            (self._say("made_by"), _cell(facts.made_by or "—")),
            (self._say("state"), state),
        ]
        heading = f"# {self._say('title')}: {title}"
        return f"{heading}\n\n{_tabulate(('', ''), lines)}"

    def purpose(self) -> str:
        sentence = self.manifest.outcome.sentence.to(self.language)
        threshold = format_share(self.manifest.threshold, self.language)
        return self._section(
            "purpose",
            self._say("use").format(threshold=threshold),
            f"{_escape(sentence)}.",
            self._say("not_for"),
        )

    def material(self) -> str:
        lineage, facts = self.manifest.lineage, self.facts
        lines = [
            (
                _cell(name),
                format_number(facts.rows[name], self.language) if name in facts.rows else "—",
                f"`{sha256}`",
            )
            for name, sha256 in lineage.data.items()
        ]
        told = [
            _tabulate((self._say("source"), self._say("rows"), "sha256"), lines),
            self._say("seen_until").format(as_of=self.manifest.as_of),
        ]
        if lineage.snapshot:
            versions = ", ".join(f"{table} {number}" for table, number in lineage.snapshot.items())
            told.append(self._say("versions").format(versions=_escape(versions)))
        held_out = self.manifest.held_out
        if held_out is not None:
            told.append(
                self._say("customers").format(
                    customers=format_number(held_out.customers, self.language),
                    rows=format_number(held_out.rows, self.language),
                    positives=format_number(held_out.positives, self.language),
                    rate=format_share(held_out.positives / held_out.rows, self.language),
                )
            )
        return self._section("data", *told)

    def features(self) -> str:
        told = {one.column: one for one in self.manifest.groups}
        lines = [
            (
                f"`{feature.name}`" + (" ⚑" if feature.name in told else ""),
                _cell(feature.meaning.to(self.language)),
                self._say(feature.kind),
                "—" if feature.levels is None else str(len(feature.levels)),
            )
            for feature in self.manifest.features
        ]
        headings = ("feature", "meaning", "kind", "levels")
        table = _tabulate(tuple(map(self._say, headings)), lines)
        marked = self._say("flagged") if told else ""
        return self._section("features", table, marked)

    def quality(self) -> str:
        manifest, held_out = self.manifest, self.manifest.held_out
        lines = [
            (
                ("**{}**" if name == manifest.chosen else "{}").format(
                    FAMILIES[name].title.to(self.language)
                ),
                *(self._bounds(one) for one in (found.roc_auc, found.pr_auc, found.brier)),
            )
            for name, found in manifest.figures.items()
        ]
        headings = (self._say("model"), "ROC-AUC", "PR-AUC", self._say("brier"))
        told = [_tabulate(headings, lines)]
        if held_out is not None:
            told += [
                _escape(held_out.split.to(self.language)),
                _escape(held_out.why.to(self.language)),
            ]
            names = ("roc_auc", "pr_auc", "brier", "precision", "recall", "calibration_error")
            figures = [
                (self._say(f"figure_{name}"), self._bounds(getattr(held_out, name)))
                for name in names
            ]
            told += [
                self._say("unseen"),
                _tabulate((self._say("figure"), self._say("value")), figures),
            ]
            if held_out.faithfulness is not None:
                told.append(_escape(held_out.faithfulness.sentence.to(self.language)))
        return self._section("quality", *told)

    def settings(self) -> str:
        lines = [
            (
                FAMILIES[name].title.to(self.language),
                _cell(say_parameters(told)),
            )
            for name, told in self.manifest.parameters.items()
        ]
        if not lines:
            return ""
        table = _tabulate((self._say("model"), self._say("settings")), lines)
        return self._section("settings", table, self._say("settings_said"))

    def promises(self) -> str:
        if not self.facts.calibration:
            return ""
        lines = [
            (
                format_number(point.customers, self.language),
                format_share(point.said, self.language),
                say_share_interval(point.came, self.language),
            )
            for point in self.facts.calibration
        ]
        headings = ("tests", "said", "came")
        return self._section("promises", _tabulate(tuple(map(self._say, headings)), lines))

    def groups(self) -> str:
        told = [part for check in self.manifest.groups for part in self._describe_group(check)]
        return self._section("groups", *(told or [self._say("no_groups")]))

    def _describe_group(self, check: GroupCheck) -> list[str]:
        meaning = check.meaning.to(self.language)
        lines = [
            (
                _cell(name_group(group.name, self.language)),
                format_number(group.customers, self.language),
                *(
                    say_share_interval(figure, self.language)
                    for figure in (
                        group.base_rate,
                        group.contacted,
                        group.recall,
                        group.false_alarms,
                    )
                ),
                say_share_interval(group.calibration, self.language, is_signed=True),
            )
            for group in check.fairness.groups
        ]
        names = (
            *("group", "of_customers", "outcome", "contacted", "recall", "false_alarms"),
            "calibration",
        )
        sentences = "\n".join(f"- {_escape(one.to(self.language))}" for one in say_check(check))
        return [
            f"### {_escape(meaning[:1].upper() + meaning[1:])}",
            _tabulate(tuple(map(self._say, names)), lines),
            sentences,
        ]

    def gate(self) -> str:
        checked = "\n".join(
            f"- {GATE_MARKS[line.state].to(self.language)}: {_escape(line.sentence.to(self.language))}."
            for line in self.facts.gate
        )
        decisions = "\n".join(self._describe_decision(one) for one in self.facts.decisions)
        told = (self._say("decisions"), decisions) if decisions else (self._say("no_decisions"),)
        return self._section("gate", self._say("gate_today"), checked, *told)

    def _describe_decision(self, entry: ChampionEntry) -> str:
        said = self._say(f"action_{entry.action}").format(
            number=entry.number, at=entry.at, by=_escape(entry.by)
        )
        if entry.override is None:
            return f"- {said}"
        missed = "; ".join(
            one.sentence.to(self.language) for one in entry.gate if one.state == "not_met"
        )
        spite = self._say("in_spite").format(lines=_escape(missed), reason=_escape(entry.override))
        return f"- {said} {spite}"

    def risks(self) -> str:
        manifest, held_out = self.manifest, self.manifest.held_out
        known = list(RISKS["always"])
        if manifest.outcome.days_until_known == 0:
            known += RISKS["not_in_time"]
        if any(check.is_seen for check in manifest.groups):
            known += RISKS["sees_groups"]
        if not manifest.groups:
            known += RISKS["no_groups"]
        alarms = held_out.alarms if held_out else ()
        lines = [f"- **{_escape(one.sentence.to(self.language))}**" for one in alarms]
        lines += [f"- {one.to(self.language)}" for one in known]
        return self._section("risks", "\n".join(lines))

    def origin(self) -> str:
        lineage, facts = self.manifest.lineage, self.facts
        versions = ", ".join(f"{name} {number}" for name, number in lineage.versions.items())
        lines = [
            (self._say("again"), f"`regulars reproduce {lineage.run or 'RUN'}`"),
            (self._say("command"), f"`{_cell(lineage.command)}`" if lineage.command else "—"),
            (self._say("code"), f"`{lineage.code}`"),
            (self._say("libraries"), _cell(versions)),
            (self._say("seed"), str(lineage.seed)),
            (self._say("manifest"), f"sha256 `{facts.manifest_sha256}`"),
            (self._say("signature"), self._say("signed").format(key=facts.key)),
        ]
        return self._section("origin", _tabulate(("", ""), lines))

    def _say(self, code: str) -> str:
        return CARD_WORDS[code].to(self.language)

    def _section(self, code: str, *parts: str) -> str:
        told = [f"## {self._say(f'section_{code}')}", *(part for part in parts if part)]
        return "\n\n".join(told)

    def _bounds(self, found: Interval | Bounded) -> str:
        mean, low, high = (
            format_number(value, self.language, digits=3)
            for value in (found.mean, found.low, found.high)
        )
        return f"{mean} ({low}–{high})"


def _tabulate(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escape(text: str) -> str:
    """Text of a company's own, so that nothing in it is markup."""
    for sign in ("\\", "`", "*", "_", "<", ">", "[", "]", "#"):
        text = text.replace(sign, f"\\{sign}")
    return text


def _cell(text: str) -> str:
    return _escape(" ".join(text.split())).replace("|", "\\|")
