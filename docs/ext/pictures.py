"""Take the pictures of the report and of a terminal that the pages show, of companies that are made up.

Run it after the report has changed: ``python docs/ext/pictures.py``. It needs Chromium.
"""

import contextlib
import html
import io
import json
import math
import os
import random
import shutil
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
from playwright.sync_api import sync_playwright

from regulars.cli.app import run
from regulars.ingest.wishes import Wishes
from regulars.progress import Silent
from regulars.rehearsal import make_company, write_company
from regulars.report import Report, render_html
from regulars.workspace.analyze import analyze_files
from regulars.workspace.demo import run_demo

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from regulars.schema.wording import Language

FOLDER = Path(__file__).resolve().parent.parent / "_static"
WIDTH, HIGHEST = 1100, 1150
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SECTIONS = {
    "report-segments": ("#segments", 1172),
    "report-churn": ("#churn", 750),
    "report-drivers": ("#drivers", HIGHEST),
    "report-list": ("#list", HIGHEST),
    "report-data-state": ("#state", HIGHEST),
}
"""The parts of the page, and where they are cut off so that no card is."""

CARDS = {"report-gains": "#chart-gains", "report-drill-down": "#drill"}


def analyze(folder: Path) -> Report:
    """The report about 2,000 customers who do not exist."""
    write_company(make_company(customers=2000, seed=7), folder)
    done = analyze_files(
        [str(folder / "customers.csv")], folder=folder / "autumn", progress=Silent()
    )
    return done.report


def analyze_classes(folder: Path) -> Report:
    """The report about 1,500 customers who stay, pause or leave."""
    rng = random.Random(4)
    lines = ["customer_id,age,monthly_fee,visits,plan,status"]
    for number in range(1500):
        age, fee, visits = rng.randint(18, 75), round(rng.uniform(5, 60), 2), rng.randint(0, 30)
        plan = rng.choice(["basic", "gold", "silver"])
        strain = (fee - 30) / 25 + (plan == "basic") - visits / 15
        is_older = age > rng.gauss(45, 12)
        status = "active" if strain < rng.gauss(0.3, 1) else "left" if is_older else "paused"
        lines.append(f"{number:05},{age},{fee},{visits},{plan},{status}")
    (folder / "clients.csv").write_text("\n".join(lines), encoding="utf-8")
    done = analyze_files(
        [str(folder / "clients.csv")],
        folder=folder / "classes",
        wishes=Wishes(outcome="status"),
        progress=Silent(),
    )
    return done.report


def show(page: "Page", report: Report, folder: Path, *, language: "Language") -> None:
    """Open the report in the browser."""
    file = folder / f"{language}.html"
    file.write_text(render_html(report, language=language), encoding="utf-8")
    page.goto(file.as_uri())
    page.wait_for_timeout(500)


def take_demo(page: "Page", folder: Path) -> None:
    """Who may leave a simulated telecom company, learnt from the contracts that ended."""
    report = run_demo(folder / "demo", progress=Silent()).analysis.report
    show(page, report, folder, language="en")
    clip = _clip(page, "#churn", highest=660)
    page.screenshot(path=FOLDER / "demo-churn.png", clip=clip, full_page=True)


def take_classes(page: "Page", folder: Path) -> None:
    """Which of several classes are confused."""
    show(page, analyze_classes(folder), folder, language="en")
    clip = _clip(page, "#classes", highest=620)
    page.screenshot(path=FOLDER / "report-classes.png", clip=clip, full_page=True)


def take(page: "Page", report: Report) -> None:
    """Every picture of the English page."""
    page.screenshot(path=FOLDER / "report-top.png", clip=_clip(page, "body", highest=860))
    for name, (place, highest) in SECTIONS.items():
        clip = _clip(page, place, highest=highest)
        page.screenshot(path=FOLDER / f"{name}.png", clip=clip, full_page=True)
    go_into(page, report)
    for name, place in CARDS.items():
        card = page.locator(f".card:has({place})").last
        card.screenshot(path=FOLDER / f"{name}.png")


def go_into(page: "Page", report: Report) -> None:
    """The segment that loses most, split by what moves the forecast most."""
    parts = report.segments.profiles if report.segments else ()
    worst = max(parts, key=lambda part: part.churn_share or 0)
    page.locator("#drill button.row", has_text=f"{worst.segment} ·").click()


LAST = {"last": {"bought": {}}}
RULES = {
    "active": LAST | {"op": "<=", "days_ago": 60},
    "cooling": {"all": [LAST | {"op": ">", "days_ago": 60}, LAST | {"op": "<=", "days_ago": 180}]},
    "gone": LAST | {"op": ">", "days_ago": 180},
}
"""Customers by the days since their last purchase: each is in one of these segments."""

MONTHS = [f"2025-{month:02}-01" for month in range(7, 13)] + ["2026-01-01"]
TERMINAL = """<style>body {{margin: 0; background: #fff}}
pre {{display: inline-block; margin: 16px; padding: 18px 22px; border-radius: 8px;
background: #1d2430; color: #e6e9ef; font: 15px/1.4 "DejaVu Sans Mono", monospace}}
b {{color: #8fd0a8; font-weight: 600}}</style><pre>{}</pre>"""


def follow_segments(folder: Path) -> str:
    """What a terminal shows of three segments of the company, followed for half a year."""
    write_company(make_company(customers=2000, seed=7), folder)
    home = str(folder / "shop")
    _call("init", home)
    _call("load", str(folder / "purchases.csv"), "-w", home)
    for name, rule in RULES.items():
        (folder / f"{name}.json").write_text(json.dumps(rule), encoding="utf-8")
        _call("segment", "save", name, str(folder / f"{name}.json"), "-w", home)
    for day in MONTHS:
        refreshed = _call("segment", "refresh", "--as-of", day, "-w", home)
    span = ("--from", MONTHS[3], "--to", MONTHS[-1])
    shown = {
        ("segment", "refresh", "--as-of", MONTHS[-1]): refreshed,
        ("segment", "migration", *RULES, *span): None,
        ("segment", "trend", "active"): None,
    }
    parts = []
    for words, said in shown.items():
        told = _call(*words, "-w", home) if said is None else said
        parts.append(f"<b>$ regulars {' '.join(words)}</b>\n{html.escape(told.rstrip())}")
    return TERMINAL.format("\n\n".join(parts))


def compare_segmentations(folder: Path) -> str:
    """What a terminal shows of all methods on the company, and of the tree of its customers."""
    write_company(make_company(customers=1500, seed=7), folder)
    os.chdir(folder)
    shown = (("segment", "compare", "customers.csv"), ("segment", "tree", "customers.csv"))
    parts = [
        f"<b>$ regulars {' '.join(words)}</b>\n{html.escape(_wrap(_call(*words)))}"
        for words in shown
    ]
    return TERMINAL.format("\n\n".join(parts))


def predict_leaving(folder: Path) -> str:
    """What a terminal shows of how long 2,000 customers stay who do not exist."""
    rng = random.Random(5)
    lines = ["customer,months,left,plan,support_calls,fee,paid"]
    for number in range(2000):
        plan, calls, fee = rng.choice(["basic", "pro"]), rng.randint(0, 6), rng.randint(10, 90)
        stay = math.ceil(rng.expovariate((1 + calls) / (60 if plan == "basic" else 200)))
        seen = rng.randint(1, 48)
        months, left = min(stay, seen), "yes" if stay <= seen else "no"
        lines.append(f"c{number},{months},{left},{plan},{calls},{fee},{fee * months}")
    folder.mkdir()
    (folder / "clients.csv").write_text("\n".join(lines), encoding="utf-8")
    os.chdir(folder)
    words = ["predict", "survival", "clients.csv", "--duration", "months", "--event", "left=yes"]
    return TERMINAL.format(
        f"<b>$ regulars {' '.join(words)}</b>\n{html.escape(_wrap(_call(*words)))}"
    )


def value_customers(folder: Path) -> str:
    """What a shop's customers are worth, and how well the second half of its history was foreseen."""
    rng = random.Random(3)
    lines = ["order_id,customer_id,purchase_date,amount"]
    for customer in range(2500):
        rate, day, price = rng.gammavariate(0.6, 1 / 40), rng.randrange(360), rng.gammavariate(6, 5)
        while day < 540:
            date = f"{2024 + day // 360}-{1 + day % 360 // 30:02}-{1 + day % 28:02}"
            lines.append(f"{len(lines)},{customer},{date},{price * rng.uniform(0.5, 1.5):.2f}")
            day += 1 + int(rng.expovariate(rate))
            if rng.random() < rng.betavariate(0.8, 2.5):
                break
    folder.mkdir()
    (folder / "orders.csv").write_text("\n".join(lines), encoding="utf-8")
    os.chdir(folder)
    words = ["predict", "value", "orders.csv", "--top", "5"]
    told = json.loads(_call(*words, "--format", "json"))
    said = f"<b>$ regulars {' '.join(words)}</b>\n{html.escape(_wrap(_call(*words)))}"
    return TERMINAL.format(f"{said}\n\n{_draw_halves(told)}")


def _draw_halves(told: dict[str, Any]) -> str:
    """Bars: mean purchases in the second half, by how often customers had come back in the first."""
    classes, chosen = told["holdout"]["classes"], told["recommended"]
    series = {
        "bought": ([one["actual"] for one in classes], "#e6e9ef"),
        chosen: ([one["expected"][chosen] for one in classes], "#8fd0a8"),
        "as before": ([one["expected"]["as_before"] for one in classes], "#7a8aa8"),
    }
    highest = max(max(heights) for heights, _ in series.values())
    parts = [
        "Purchases in the second half, by how often customers had come back in the first:\n",
        '<svg width="860" height="250" font-family="DejaVu Sans Mono" font-size="13">',
    ]
    for place, (name, (heights, color)) in enumerate(series.items()):
        parts.append(f'<rect x="{20 + place * 150}" y="4" width="12" height="12" fill="{color}"/>')
        parts.append(f'<text x="{38 + place * 150}" y="15" fill="#e6e9ef">{name}</text>')
        for column, height in enumerate(heights):
            long, left = 180 * height / highest, 20 + column * 104 + place * 28
            parts.append(
                f'<rect x="{left}" y="{215 - long:.1f}" width="24" height="{long:.1f}" fill="{color}"/>'
                f'<text x="{left + 12}" y="{210 - long:.1f}" fill="#e6e9ef" font-size="10"'
                f' text-anchor="middle">{height:.1f}</text>'
            )
    for column, one in enumerate(classes):
        label = f"{one['repeats']}{'+' if one['or_more'] else ''} times"
        parts.append(
            f'<text x="{58 + column * 104}" y="233" fill="#e6e9ef" text-anchor="middle">{label}</text>'
        )
    return "".join([*parts, "</svg>"])


def score_and_explain(folder: Path) -> str:
    """What a terminal shows of a company that is scored by kept models, and of one customer."""
    write_company(make_company(customers=1500, seed=7), folder)
    os.chdir(folder)
    _call("analyze", "customers.csv", "--out", "autumn")
    told = _call("predict", "score", "-w", "autumn/workspace", "--format", "json")
    scores = pq.read_table(json.loads(told)["file"]).sort_by("churn_probability")
    customer = scores["customer_id"][-40].as_py()
    shown = (
        ("predict", "models", "-w", "autumn/workspace"),
        ("predict", "score", "-w", "autumn/workspace"),
        ("predict", "why", "--customer", customer, "-w", "autumn/workspace"),
    )
    parts = [
        f"<b>$ regulars {' '.join(words)}</b>\n{html.escape(_wrap(_call(*words)))}"
        for words in shown
    ]
    return TERMINAL.format("\n\n".join(parts))


def measure_uplift(folder: Path) -> str:
    """What a terminal shows of a letter that moves some of 6,000 customers who do not exist."""
    rng = random.Random(8)
    lines = ["client,group,bought_lately,visits,opened,came"]
    for number in range(6000):
        group = ("letter", "call", "none")[number % 3]
        lately, visits = rng.randint(0, 1), rng.randint(0, 9)
        chance = 0.1 + 0.04 * visits + (0.2 if group == "letter" and lately else 0)
        opened = int(group == "letter" and rng.random() < 0.6)
        lines.append(f"c{number},{group},{lately},{visits},{opened},{int(rng.random() < chance)}")
    folder.mkdir()
    (folder / "mailing.csv").write_text("\n".join(lines), encoding="utf-8")
    os.chdir(folder)
    groups = ["--treatment", "group=letter", "--control", "group=none"]
    words = ["predict", "uplift", "mailing.csv", *groups, "--outcome", "came"]
    return TERMINAL.format(
        f"<b>$ regulars {' '.join(words)}</b>\n{html.escape(_wrap(_call(*words)))}"
    )


def foretell_spending(folder: Path) -> str:
    """What a terminal shows of models of what 2,000 customers spend who do not exist."""
    rng = random.Random(4)
    lines = ["customer_id,visits,plan,age,spend"]
    for number in range(2000):
        visits, plan, age = rng.randint(1, 30), rng.choice(["basic", "gold"]), rng.randint(18, 80)
        spend = max(0.0, visits * (14 if plan == "gold" else 9) + rng.gauss(0, 45))
        lines.append(f"c{number},{visits},{plan},{age},{spend:.2f}")
    folder.mkdir()
    (folder / "clients.csv").write_text("\n".join(lines), encoding="utf-8")
    os.chdir(folder)
    words = ["predict", "amount", "clients.csv", "--column", "spend"]
    return TERMINAL.format(
        f"<b>$ regulars {' '.join(words)}</b>\n{html.escape(_wrap(_call(*words)))}"
    )


def _wrap(said: str) -> str:
    """Long lines as a terminal shows them."""
    return "\n".join(
        part
        for line in said.rstrip().splitlines()
        for part in (textwrap.wrap(line, 96) if len(line) > 96 else [line])
    )


def _call(*arguments: str) -> str:
    """What a command line prints."""
    os.environ["COLUMNS"] = "96"
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        run(arguments)
    return said.getvalue()


TERMINALS = {
    "segments-followed": follow_segments,
    "segmentations-compared": compare_segmentations,
    "survival": predict_leaving,
    "scored": score_and_explain,
    "amount": foretell_spending,
    "lifetime-value": value_customers,
    "uplift": measure_uplift,
}


def take_terminal(page: "Page", folder: Path) -> None:
    """The pictures of what a terminal shows."""
    file = folder / "terminal.html"
    for name, tell in TERMINALS.items():
        file.write_text(tell(folder / name), encoding="utf-8")
        page.goto(file.as_uri())
        page.locator("pre").screenshot(path=FOLDER / f"{name}.png")


def _clip(page: "Page", place: str, *, highest: int) -> dict[str, float]:
    box = page.evaluate(
        "place => { const box = document.querySelector(place).getBoundingClientRect();"
        " return {y: box.y + window.scrollY, height: box.height}; }",
        place,
    )
    top = 0 if place == "body" else box["y"] - 24
    return {"x": 0, "y": top, "width": WIDTH, "height": min(box["height"] + 48, highest)}


def main() -> int:
    """Write docs/_static/report-*.png, demo-churn.png and the pictures of a terminal."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("Chromium is not installed here.\n")
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        report = analyze(Path(folder))
        browser = play.chromium.launch(executable_path=chromium, args=OPTIONS)
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        show(page, report, Path(folder), language="ru")
        clip = _clip(page, "body", highest=860)
        page.screenshot(path=FOLDER / "report-top-ru.png", clip=clip)
        show(page, report, Path(folder), language="en")
        take(page, report)
        take_terminal(page, Path(folder))
        take_demo(page, Path(folder))
        take_classes(page, Path(folder))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
