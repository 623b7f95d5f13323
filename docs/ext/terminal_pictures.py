"""Take the pictures of terminals that the pages show, of companies that are made up.

Run it after what is printed has changed: ``python docs/ext/terminal_pictures.py``. It needs Chromium.
"""

import contextlib
import csv
import html
import io
import os
import random
import shutil
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import sync_playwright

from regulars.cli.app import run
from regulars.rehearsal import (
    make_company,
    make_telecom_company,
    write_company,
    write_telecom_company,
)

FOLDER = Path(__file__).resolve().parent.parent / "_static"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAGE = """<style>body {{margin: 0; background: #fff}}
pre {{display: inline-block; margin: 16px; padding: 18px 22px; border-radius: 8px;
background: #1d2430; color: #e6e9ef; font: 15px/1.4 "DejaVu Sans Mono", monospace}}
b {{color: #8fd0a8; font-weight: 600}}</style><pre>{}</pre>"""

TOGETHER = {"pasta": ("tomatoes", "parmesan"), "coffee": ("filters", "milk"), "chips": ("salsa",)}
OTHERS = ("bread", "butter", "apples", "yogurt", "eggs", "rice", "soap", "tea")


def write_baskets(folder: Path) -> None:
    """3,000 baskets of a grocer who does not exist."""
    chance = random.Random(3)
    lines = []
    for _ in range(3000):
        basket = set(chance.sample(OTHERS, chance.randrange(1, 4)))
        for product, others in TOGETHER.items():
            if chance.random() < 0.12:
                basket |= {product, *(one for one in others if chance.random() < 0.6)}
        lines.append(",".join(sorted(basket, key=lambda _: chance.random())))
    (folder / "baskets.csv").write_text("\n".join(lines), encoding="utf-8")


def write_members(folder: Path) -> None:
    """3,000 members of a gym that does not exist; since a rival opened next door, anybody may leave."""
    chance = random.Random(4)
    lines = ["signed_on,visits,fee,freezes,plan,left"]
    first = date(2023, 1, 1)
    for number in range(3000):
        visits, fee = chance.randrange(0, 20), chance.choice([20, 30, 40])
        freezes, plan = chance.randrange(0, 4), chance.choice(["morning", "evening", "all day"])
        risk = 0.1 + 0.4 * (visits < 6) + 0.1 * (freezes > 1) + 0.1 * (plan == "evening")
        leaves = chance.random() < (0.25 + risk / 5 if number > 1900 else risk)
        day = first + timedelta(days=number // 4)
        lines.append(f"{day},{visits},{fee},{freezes},{plan},{'yes' if leaves else 'no'}")
    (folder / "members.csv").write_text("\n".join(lines), encoding="utf-8")


def slip(file: Path) -> None:
    """One amount without its comma."""
    with file.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    place = header.index("amount")
    rows[500][place] = f"{float(rows[500][place]) * 100:.2f}"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def write_files(folder: Path) -> None:
    """What the commands below look at."""
    write_baskets(folder)
    write_members(folder)
    write_company(make_company(customers=2000, seed=7), folder)
    slip(folder / "purchases.csv")
    telecom = folder / "telecom"
    telecom.mkdir()
    write_telecom_company(make_telecom_company(customers=5000, seed=7), telecom)
    call("init", str(folder / "shop"))
    files = [str(telecom / f"{name}.csv") for name in ("contracts", "tickets", "charges")]
    for file in files:
        call("load", file, "-w", str(folder / "shop"))


PICTURES = {
    "baskets": ("segment", "baskets", "baskets.csv", "--support", "0.03", "--top", "8"),
    "short-rules": ("segment", "propose", "customers.csv"),
    "unusual": ("segment", "unusual", "purchases.csv", "--of", "purchases", "--top", "3"),
    "models-compared": (
        *("predict", "compare", "members.csv", "--outcome", "left", "--split", "time"),
        *("--order-by", "signed_on", "--models", "baseline,naive_bayes,logistic,lightgbm,blend"),
    ),
    "before-leaving": ("segment", "before-leaving", "-w", "shop", "--top", "8"),
}


def call(*arguments: str) -> str:
    """What a command line prints."""
    os.environ["COLUMNS"] = "96"
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        run(arguments)
    return said.getvalue()


def fold(text: str, width: int = 96) -> str:
    """Long lines as a terminal folds them, at blanks."""
    import textwrap

    lines = []
    for line in text.splitlines():
        deeper = " " * (len(line) - len(line.lstrip()))
        lines += (
            textwrap.wrap(line, width, subsequent_indent=deeper) if len(line) > width else [line]
        )
    return "\n".join(lines)


def main() -> int:
    """Write docs/_static/*.png of terminals."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("Chromium is not installed here.\n")
        return 1
    with tempfile.TemporaryDirectory() as name, sync_playwright() as play:
        folder = Path(name)
        os.chdir(folder)
        write_files(folder)
        browser = play.chromium.launch(executable_path=chromium, args=OPTIONS)
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        for picture, words in PICTURES.items():
            typed = fold(" ".join(("$", "regulars", *words)))
            told = html.escape(fold(call(*words)).rstrip())
            page.set_content(PAGE.format(f"<b>{typed}</b>\n{told}"))
            page.locator("pre").screenshot(path=FOLDER / f"{picture}.png")
        browser.close()
        os.chdir(FOLDER)
    return 0


if __name__ == "__main__":
    sys.exit(main())
