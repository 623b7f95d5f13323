import hashlib
import json
import re
import shutil
from datetime import date
from html import unescape
from html.parser import HTMLParser
from importlib import resources

import pytest

from regulars.campaigns import NEUTRAL_ACTION
from regulars.evaluate.intervals import Interval
from regulars.predictions.reasons.faithfulness import Faithfulness
from regulars.report.assemble import report_faithfulness
from regulars.report.html import render_data_state_html, render_html
from regulars.report.html.dendrogram import describe_tree
from regulars.report.model import Report
from regulars.report.parts import Alarm, DriverMoment, RulePart
from regulars.report.speech import Speech
from regulars.report.vendor import ECHARTS_VERSION
from regulars.schema.wording import Wording

pytestmark = pytest.mark.slow

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&"
CODES = {"version", "role", "type", "severity", "unit", "action", "kind", "direction", "grade"}
VOID = {"meta", "link", "br", "img", "input", "rect", "line", "hr"}


class _Page(HTMLParser):
    """Tags in order of opening; those left open; attributes that name an address."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.addresses, self.ids = [], [], [], []
        self.faults = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        found = dict(attrs)
        self.ids += [found["id"]] if "id" in found else []
        self.addresses += [found[name] for name in ("src", "href", "action") if name in found]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


def _read(text):
    page = _Page()
    page.feed(text)
    page.close()
    return page


def _poison(value, key=""):
    if isinstance(value, dict):
        return {name: _poison(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_poison(each, key) for each in value]
    is_free = isinstance(value, str) and key not in CODES
    return value + HOSTILE if is_free else value


def _visible(text):
    return re.sub(r"<style>.*?</style>|<script.*?</script>|<[^>]+>", " ", text, flags=re.DOTALL)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_is_whole_small_and_loads_nothing(report, language):
    text = render_html(report, language=language)
    page = _read(text)

    assert (page.open, page.faults) == ([], [])
    assert [address for address in page.addresses if not address.startswith("#")] == []
    assert len(text.encode()) < 2_500_000
    assert len(set(page.ids)) == len(page.ids)
    assert "url(" not in text.split("</style>")[0]


def test_every_link_of_the_page_leads_to_a_section(report):
    page = _read(render_html(report, language="en"))

    assert {address[1:] for address in page.addresses} <= set(page.ids)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_that_came_with_the_data_becomes_markup(report, language):
    hostile = Report.model_validate(_poison(json.loads(report.to_json())))

    text = render_html(hostile, language=language)

    assert HOSTILE not in text
    assert "img" not in _read(text).tags
    assert text.count("</script>") == 5


def test_the_browser_may_run_the_scripts_of_the_page_and_no_others(report):
    text = render_html(report, language="en")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)[1]

    assert policy.startswith("default-src &#39;none&#39;")
    assert policy.count("sha256-") == 3
    assert "unsafe-inline" not in policy.split("script-src")[1]


def test_charts_hold_what_the_report_holds(report):
    text = render_html(report, language="ru")
    charts = json.loads(re.search(r'id="charts">(.*?)</script>', text, re.DOTALL)[1])

    assert [chart["id"] for chart in charts] == [
        "chart-means",
        "chart-tree",
        "chart-models",
        "chart-calibration",
        "chart-gains",
        "chart-lift",
        "chart-bands",
    ]
    assert charts[0]["series"][1]["tips"][0].endswith(": −0,9")
    assert charts[4]["items"][2]["tip"] == (
        "обзвонено клиентов: 10\u00a0%\nнайдено уходящих: 38\u00a0% (от 33\u00a0% до 43\u00a0%)"
    )
    assert charts[2]["items"][2] == {
        "name": "Логистическая регрессия",
        "mean": 0.847,
        "low": 0.826,
        "high": 0.868,
        "chosen": True,
        "tip": "Логистическая регрессия: 0,847 (от 0,826 до 0,868)",
    }


def test_the_page_speaks_of_people_before_it_speaks_of_statistics(report):
    text = _visible(render_html(report, language="en"))

    assert "19 of 100 customers left" in text
    assert "46 would have left" in text
    assert text.index("Usable, with the cautions below.") < text.index("PR-AUC")
    assert text.index("81 the model finds") < text.index("For the statistician")


def test_the_sums_stand_on_the_page(report):
    text = " ".join(_visible(render_html(report, language="ru")).split())

    assert "2 010 строк на входе = 2 000 новых" in text
    assert "669 запрошено = 612 в списке + 31 нет согласия + 26 недавно уже связывались" in text


def test_identifiers_and_personal_texts_are_not_on_the_page(report):
    text = render_html(report, language="en")

    assert "0100481" not in text
    assert "0100000" not in text
    assert "0173963" not in text
    assert "ivan@pochta.example" not in text
    assert "0…" in text


def test_a_value_that_few_customers_have_is_not_shown(report):
    text = render_html(report, language="en")

    assert "Тольятти" in text
    assert "Пенза" not in text


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_part_that_was_not_made_says_why(report, language):
    why = Wording(en="No column says who left.", ru="Ни один столбец не говорит, кто ушёл.")
    bare = report.model_copy(
        update={
            "churn": None,
            "segments": report.segments.model_copy(update={"means": None, "tree": None}),
            "contact_list": None,
            "why_absent": {"churn": why, "contact_list": why},
        }
    )

    page = render_html(bare, language=language)

    assert page.count(why.to(language)) == 2
    assert "echarts" not in page
    assert "script-src &#39;sha256-" in page
    assert _read(page).faults == []


def test_a_table_of_very_many_columns_is_cut_and_says_so(report):
    table = report.data.tables[0]
    wide = table.model_copy(update={"columns": table.columns * 30})
    data = report.data.model_copy(update={"tables": (wide,)})

    text = render_html(report.model_copy(update={"data": data}), language="en")

    assert "100 columns more are in report.json." in text


def test_the_page_stays_small_whatever_was_loaded(report):
    table = report.data.tables[0]
    wide = table.model_copy(update={"columns": table.columns * 1_000})
    data = report.data.model_copy(
        update={
            "tables": (wide,),
            "findings": report.data.findings * 3_000,
            "mapping": report.data.mapping * 2_000,
        }
    )

    text = render_html(report.model_copy(update={"data": data}), language="ru")

    assert len(text.encode()) < 2_500_000
    assert "Здесь не показаны ещё 8\xa0900 замечаний." in text


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Data state: customers.csv"), ("ru", "Состояние данных: customers.csv")],
)
def test_the_data_state_stands_alone(report, language, title):
    text = render_data_state_html(report.data, title="customers.csv", language=language)
    page = _read(text)

    assert title in text
    assert (page.open, page.faults, page.tags.count("script")) == ([], [], 0)
    assert len(text) < 100_000


def test_what_is_vendored_is_what_was_published():
    folder = resources.files("regulars.report.vendor") / "echarts"
    sums = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())

    assert sums["echarts.common.min.js"].startswith("61f13280aba3161f77fc801bf5f9c786")
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sums} == sums
    assert (folder / "VERSION").read_text().strip() == ECHARTS_VERSION
    assert "The Apache Software Foundation" in (folder / "NOTICE").read_text()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_browser_draws_every_chart_and_asks_the_network_for_nothing(report, tmp_path, scheme):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed here")
    from playwright.sync_api import sync_playwright

    path = tmp_path / "Отчёт 1.html"
    path.write_text(render_html(report, language="ru"), encoding="utf-8")
    complaints, requests = [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        page.wait_for_function("document.querySelectorAll('.chart svg').length >= 7")
        drawn = page.locator(".chart svg").count()
        width = page.evaluate("document.documentElement.scrollWidth")
        browser.close()

    assert (complaints, drawn, width) == ([], 7, 390)
    assert requests == [path.as_uri()]


def test_every_cut_of_the_tree_says_its_clusters(report):
    tree = describe_tree(report.segments.tree, Speech("en"))

    assert [item["name"] for item in tree["items"]] == [
        "S1 · 220",
        "S1 · 190",
        "S2 · 370",
        "S3 · 217",
        "3",
    ]
    assert [cut["told"] for cut in tree["cuts"]] == [
        "1 cluster: 1,000.",
        "2 clusters: 590 · 410. Separation 0.20.",
        "3 clusters: 410 · 370 · 220. Separation 0.24. Suggested.",
        "4 clusters: 370 · 220 · 220 · 190.",
        "5 clusters: 370 · 220 · 217 · 190 · 3.",
    ]
    assert [cut["at"] for cut in tree["cuts"]] == [51.5, 40.0, 22.0, 12.0, 5.0]
    assert tree["cuts"][2]["rows"] == [0, 0, 1, 2, 2]
    assert tree["cuts"][2]["joints"] == [2, 0, None, None]
    assert tree["joints"][2] == [[0.0, 2.0], [10.0, 3.5], [30.0, 2.75]]


@pytest.mark.browser
def test_a_reader_moves_the_line_that_cuts_the_tree(report, tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed here")
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    path.write_text(render_html(report, language="en"), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        told, chart = page.locator(".slide + p"), page.locator("#chart-tree")
        at_first = told.inner_text()
        page.locator(".slide input").press("ArrowLeft")
        by_key = told.inner_text()
        chart.hover(position={"x": 130, "y": 60})
        page.mouse.down()
        by_hand = told.inner_text()
        chart.hover(position={"x": chart.bounding_box()["width"] - 30, "y": 60})
        dragged = told.inner_text()
        page.mouse.up()
        browser.close()

    assert at_first.startswith("3 clusters: 410 · 370 · 220")
    assert by_key.startswith("2 clusters: 590 · 410")
    assert by_hand.startswith("5 clusters:")
    assert dragged == "1 cluster: 1,000."


@pytest.mark.browser
def test_a_reader_goes_into_a_group_and_back(report, tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed here")
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    path.write_text(render_html(report, language="en"), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.as_uri())
        rows = page.locator("#drill .row")
        at_first = rows.all_inner_texts()
        rows.nth(1).press("Enter")
        within = rows.all_inner_texts()
        said = page.locator("#drill .path").first.inner_text()
        page.locator("#drill button", has_text="All customers").click()
        page.get_by_role("button", name="Contract", exact=True).click()
        across = rows.all_inner_texts()
        browser.close()

    flat = [[" ".join(row.split()) for row in seen] for seen in (at_first, within, across)]
    assert flat[0][0].endswith("824 · 41% 5% left")
    assert flat[1] == ["month to month 725 · 99% 37% left", "groups too small to show 6 · 0.8%"]
    assert "731 customers, 37% left" in said
    assert flat[2] == ["month to month 1,100 · 55% 31% left", "two years 900 · 45% 5% left"]


def _trace(report, shares):
    """The report with drivers that weighed so much in June and in July."""
    days = (date(2026, 6, 1), date(2026, 7, 1))
    drivers = tuple(
        driver.model_copy(
            update={
                "over_time": tuple(
                    DriverMoment(as_of=day, share=share)
                    for day, share in zip(days, pair, strict=True)
                )
            }
        )
        for driver, pair in zip(report.churn.drivers, shares, strict=False)
    )
    return report.model_copy(update={"churn": report.churn.model_copy(update={"drivers": drivers})})


def test_which_reasons_gained_and_lost_weight_is_said(report):
    moved = _trace(report, [(0.30, 0.20), (0.05, 0.10), (0.10, 0.11)])
    still = _trace(report, [(0.30, 0.29), (0.10, 0.11), (0.10, 0.11)])

    page, russian = (unescape(render_html(moved, language=one)) for one in ("en", "ru"))

    gained, lost = (moved.churn.drivers[place].label for place in (1, 0))
    assert f"Gained most weight: “{gained.en}”, from 5% on June 1, 2026 to 10%" in page
    assert f"Lost most weight: “{lost.en}”, from 30% on June 1, 2026 to 20%" in page
    assert f"Сильнее всего прибавила вес причина «{gained.ru}»: 1 июня 2026" in russian
    assert "no reason has gained or lost 2 points" in render_html(still, language="en")


def test_whether_the_reasons_hold_stands_under_them(report):
    held = Faithfulness(Interval(0.6, 0.5, 0.7), 0.9, 0.3, 3, 500)
    part = report_faithfulness(held)
    churn = report.churn.model_copy(update={"faithfulness": part})

    page = unescape(render_html(report.model_copy(update={"churn": churn}), language="ru"))

    assert part.sentence.ru in page


def test_what_calling_some_of_the_customers_brings_is_said_in_words(report):
    english = _visible(render_html(report, language="en"))
    russian = _visible(render_html(report, language="ru")).replace("\u00a0", " ")

    assert (
        "Calling the 10% with the highest probability finds 38% of those who leave: 3.8 times as"
        " many as calling at random. Half of all who leave are among the first 20%." in english
    )
    assert (
        "Если обзвонить 10 % клиентов с самой высокой вероятностью, среди них окажется 38 % всех"
        " уходящих — в 3,8 раза больше, чем при звонках наугад." in russian
    )


def test_both_kinds_of_error_and_the_gap_are_said_in_words(report):
    holdout = report.churn.holdout.model_copy(
        update={"equal_error_threshold": 0.21, "reliability": 0.77}
    )
    churn = report.churn.model_copy(update={"holdout": holdout})

    text = _visible(render_html(report.model_copy(update={"churn": churn}), language="en"))

    assert (
        "From a probability of 17% on the model warns. That misses 19% of those who leave, and"
        " warns in vain about 22% of those who stay." in text
    )
    assert "From 21% on both errors would be equally frequent, 23% each: reliability 77%." in text
    assert "ROC-AUC is 0.86; on others 0.85. The gap of 0.01 is what it learnt by heart." in text


@pytest.mark.parametrize(
    ("verdict", "english", "russian"),
    [
        ("tells", "As a rule: Age is under 30 (96% of", "Как правило отбора: Возраст меньше 30 (в"),
        ("hints", "Roughly, as a rule: Age", "Приблизительно как правило отбора: Возраст"),
        ("fails", "No short rule tells this segment; the nearest", "Короткого правила для этого"),
    ],
)
def test_the_card_of_a_segment_says_its_short_rule(report, verdict, english, russian):
    rule = RulePart(
        sentence=Wording(en="Age is under 30", ru="Возраст меньше 30"),
        verdict=verdict,
        precision=0.96,
        recall=0.9,
        share=0.4,
    )
    first, *others = report.segments.profiles
    profiles = (first.model_copy(update={"rule": rule}), *others)
    told = report.model_copy(
        update={"segments": report.segments.model_copy(update={"profiles": profiles})}
    )

    assert english in " ".join(_visible(render_html(told, language="en")).split())
    assert russian in " ".join(_visible(render_html(told, language="ru")).split())


def test_figures_have_the_form_of_their_number(report):
    profiles = report.segments.profiles
    one = report.segments.model_copy(
        update={"profiles": (profiles[0].model_copy(update={"size": 21}),)}
    )

    three = _visible(render_html(report, language="ru"))
    single = _visible(render_html(report.model_copy(update={"segments": one}), language="ru"))

    assert "сегмента" in three
    assert re.search(r"сегмент\s+1\b", single)
    assert re.search(r"клиент\s+21\b", single)


def test_an_action_and_a_feature_of_the_same_code_keep_their_own_words(report):
    listed = report.contact_list.model_copy(
        update={
            "by_action": {"contact": 612},
            "by_reason": {"contact": 612},
            "actions": {"contact": NEUTRAL_ACTION.action},
        }
    )
    drivers = (report.churn.drivers[0].model_copy(update={"feature": "contact"}),)
    churn = report.churn.model_copy(update={"drivers": drivers})
    names = {"contact": Wording(en="contact", ru="связь")}

    text = _visible(
        render_html(
            report.model_copy(update={"contact_list": listed, "churn": churn, "names": names}),
            language="en",
        )
    )

    assert NEUTRAL_ACTION.action.en in text


def test_the_answers_stand_before_the_state_of_the_data(report):
    page = _read(render_html(report, language="en"))
    sections = [
        name for name in page.ids if name in {"summary", "segments", "churn", "list", "state"}
    ]

    assert sections == ["summary", "segments", "churn", "list", "state"]


def test_the_page_about_another_outcome_says_so(report):
    outcome = report.churn.outcome.model_copy(update={"is_churn": False})
    churn = report.churn.model_copy(update={"outcome": outcome})
    text = _visible(render_html(report.model_copy(update={"churn": churn}), language="ru"))

    assert "У кого исход вероятен" in text
    assert "Почему уходят" not in text


def test_a_list_by_a_forecast_that_is_not_for_decisions_carries_a_warning(report):
    alarm = Alarm(kind="no_signal", severity="alarm", sentence=Wording(en="Weak.", ru="Слабо."))
    churn = report.churn.model_copy(update={"alarms": (alarm,)})
    weak = report.model_copy(update={"churn": churn, "summary": None})

    text = _visible(render_html(weak, language="en"))

    assert "This forecast is not for decisions yet (grade D)" in text


def test_a_moment_is_shown_by_the_clock_of_the_company(report):
    late = report.model_copy(update={"made_at": "2026-01-01T01:30:00+03:00"})

    assert "1 января 2026 г., 01:30 UTC+3" in _visible(render_html(late, language="ru")).replace(
        "\u202f", " "
    ).replace("\xa0", " ")


@pytest.mark.browser
def test_on_a_telephone_the_evidence_is_folded_until_it_is_wanted(report, tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed here")
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    path.write_text(render_html(report, language="en"), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        heights, drawn = [], []
        for width in (390, 1280):
            page = browser.new_page(viewport={"width": width, "height": 800})
            page.goto(path.as_uri())
            heights.append(page.evaluate("document.documentElement.scrollHeight"))
            drawn.append(page.locator("#chart-models").is_visible())
            page.close()
        browser.close()

    assert drawn == [False, True]
    assert heights[0] < 10_000
