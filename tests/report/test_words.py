import re
import string
from pathlib import Path

import pytest

import regulars.report
from regulars.connectors.files.rejects import REASONS
from regulars.errors import UnknownNameError
from regulars.ingest.rejection import ERASED
from regulars.quality import load_checks
from regulars.report.speech import Speech, list_words

FOLDER = Path(regulars.report.__file__).parent
NAMED_BY_DATA = {
    "leaving",
    "nouns",
    "roles",
    "reasons",
    "types",
    "methods",
    "risks",
    "severity",
    "exclusions",
    "fields",
} | {
    "tables",
    "any_outcome",
}


def _phrases():
    return [
        (section, name, words)
        for section, names in list_words().items()
        for name, words in names.items()
    ]


def _placeholders(text):
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


@pytest.mark.parametrize(
    ("section", "name", "words"), _phrases(), ids=[f"{s}.{n}" for s, n, _ in _phrases()]
)
def test_a_phrase_is_filled_in_alike_in_both_languages(section, name, words):
    texts = words.values() if section != "nouns" else ["", ""]

    assert set(words) == {"en", "ru"}
    assert len({frozenset(_placeholders(text)) for text in texts}) == 1


def test_a_noun_has_a_form_for_every_plural_category():
    nouns = list_words()["nouns"].values()

    assert {(len(noun["en"]), len(noun["ru"])) for noun in nouns} == {(2, 3)}


def test_no_phrase_is_left_over():
    sources = [
        path.read_text(encoding="utf-8")
        for path in FOLDER.rglob("*")
        if path.suffix in {".py", ".j2"}
    ]
    said = set(re.findall(r"[\w.]+", " ".join(sources)))
    unsaid = [
        f"{section}.{name}"
        for section, name, _ in _phrases()
        if section not in NAMED_BY_DATA and not {f"{section}.{name}", name} & said
    ]

    built = ("summary.verdict_", "summary.part_", "list.grade_", "load.use_", "state.outliers_")

    assert [phrase for phrase in unsaid if not phrase.startswith(built)] == []


def test_an_unknown_phrase_is_named_with_its_nearest():
    with pytest.raises(UnknownNameError, match=r"Did you mean 'churn\.heading'"):
        Speech("en").say("churn.headin")


@pytest.mark.parametrize(
    ("share", "english", "russian"),
    [
        (0.0, "0%", "0\xa0%"),
        (0.00001, "< 0.1%", "< 0,1\xa0%"),
        (0.265, "26.5%", "26,5\xa0%"),
        (0.99999, "> 99.9%", "> 99,9\xa0%"),
        (1.0, "100%", "100\xa0%"),
        (None, "—", "—"),
    ],
)
def test_a_share_is_never_rounded_to_a_whole_that_it_is_not(share, english, russian):
    assert (Speech("en").percent(share), Speech("ru").percent(share)) == (english, russian)


@pytest.mark.parametrize(
    ("count", "russian"),
    [
        (1, "1 клиент"),
        (2, "2 клиента"),
        (5, "5 клиентов"),
        (21, "21 клиент"),
        (112, "112 клиентов"),
    ],
)
def test_russian_counts_agree_with_their_noun(count, russian):
    assert Speech("ru").count(count, "customers") == russian


def test_money_is_written_as_each_language_does():
    assert Speech("ru").money(148_220.4, "RUB") == "148\xa0220\xa0₽"
    assert Speech("en").money(148_220.4, "RUB") == "RUB\xa0148,220"
    assert Speech("en").money(12.5, "EUR") == "€12.50"
    assert Speech("en").money(1_500.0, None) == "1,500"


def test_a_sign_is_shown_and_zero_has_none():
    speech = Speech("en")

    assert [speech.signed(z) for z in (1.26, -0.5, 0.04, -0.04)] == ["+1.3", "−0.5", "0.0", "0.0"]


def test_a_day_that_is_none_is_shown_as_it_is():
    assert Speech("ru").day("2026-01-05") == "5 января 2026\u202fг."
    assert Speech("ru").day("someday") == "someday"


def test_every_reason_for_which_a_row_is_set_aside_has_words():
    kept_out = {check.name for check in load_checks({}) if check.action == "quarantine"}
    known = list_words()["reasons"]

    assert (kept_out | REASONS.keys() | {"unreadable", "missing", "total_row", ERASED}) <= set(
        known
    )
