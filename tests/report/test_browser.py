"""The report in a real browser, which must be Chromium's: what it shows, runs and complains of."""

import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from recsys.reading.warehouse import Warehouse
from recsys.report import write_report

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
OPTIONS = [
    *("--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--no-sandbox"),
    *("--enable-logging=stderr", "--v=0", "--virtual-time-budget=60000", "--dump-dom"),
    "--host-resolver-rules=MAP * ~NOTFOUND",
]
COMPLAINT = re.compile(r":CONSOLE[:(]")
STEPS = """
<script>
addEventListener("load", async () => {
  const input = document.getElementById("search"), answer = document.getElementById("answer");
  const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const told = {};
  for (const [name, steps] of Object.entries(STEPS)) {
    answer.replaceChildren();
    location.hash = "";
    await wait(100);
    for (const [what, value] of steps) {
      if (what === "go") location.hash = value;
      if (what === "type") {
        input.focus();
        input.value = value;
        delete input.dataset.milliseconds;
        input.dispatchEvent(new Event("input"));
        for (let polls = 0; polls < 200 && !input.dataset.milliseconds; polls++) await wait(50);
      }
      if (what === "press") {
        const pressed = { key: value, bubbles: true, cancelable: true };
        input.dispatchEvent(new KeyboardEvent("keydown", pressed));
      }
      await wait(200);
    }
    told[name] = {
      hash: location.hash,
      answer: answer.textContent,
      expanded: input.getAttribute("aria-expanded"),
      options: [...document.querySelectorAll("#found li")].map((one) => one.textContent),
    };
  }
  document.body.dataset.told = JSON.stringify(told);
});
</script>
"""
"""Walks the page as a person would: to addresses, by typing and by keys."""

ADDRESSES = {
    "#customer=00123": ["Customer 00123", "loyal", "50 %", 'often bought with Milk "fresh"'],
    "#customer=a%2Fb": ["Customer a/b", "Café [crème], 250 g"],
    "#customer=%D0%BA%D0%BE%D1%82": ["Customer кот"],
    "#customer=quiet": ["Customer quiet", "No products for this list."],
    "#product=P1": ["Café [crème], 250 g", "4.50", "Similar by text", 'Milk "fresh"'],
    "#product=007": ["007", "None."],
    "#customer=nobody": ["This report has no customer nobody."],
    "#product=%E0%A4%A": ["This report has no product %E0%A4%A."],
}
SEARCHES = {
    # what is typed, keys that are pressed, where that leads
    "a customer": ("00123", ["Enter"], "#customer=00123"),
    "a title in capitals": ("MILK", ["Enter"], "#product=P2"),
    "words in any order": ("fresh milk", ["Enter"], "#product=P2"),
    "a category": ("dairy", ["Enter"], "#product=P%2F3"),
    "down to the second": ("dairy", ["ArrowDown", "Enter"], "#product=P2"),
    "up, from the first to the last": ("dairy", ["ArrowUp", "Enter"], "#product=P2"),
    "closed before": ("dairy", ["Escape", "Enter"], ""),
    "other letters": ("кот", ["Enter"], "#customer=%D0%BA%D0%BE%D1%82"),
    "nothing": ("gin", ["Enter"], ""),
}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the PATH")


@pytest.fixture(scope="module")
def report(judged_once, tmp_path_factory) -> Path:
    to = tmp_path_factory.mktemp("report") / "shop.report.html"
    with Warehouse(judged_once) as warehouse:
        write_report(warehouse, to)
    return to


@pytest.fixture(scope="module")
def browse_once(tmp_path_factory):
    """Return a function that opens a page, and returns its elements and the console's lines."""
    profile = tmp_path_factory.mktemp("profile")

    def browse(page: Path) -> tuple[str, list[str]]:
        done = subprocess.run(  # noqa: S603 - a browser that was found
            [str(CHROMIUM), *OPTIONS, f"--user-data-dir={profile}", page.as_uri()],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "HOME": str(profile)},
            check=False,
        )
        assert "</html>" in done.stdout, done.stderr
        return done.stdout, [line for line in done.stderr.splitlines() if COMPLAINT.search(line)]

    return browse


def walked(report: Path, to: Path, steps: dict[str, list[tuple[str, str]]]) -> Path:
    """Copy a report, with a script that takes these steps and keeps what the page showed then."""
    script = STEPS.replace("STEPS", json.dumps(steps))
    to.write_text(report.read_text(encoding="utf-8") + script, encoding="utf-8")
    return to


def told(dom: str, name: str) -> str:
    return unescape(re.search(rf'data-{name}="([^"]*)"', dom).group(1))


@pytest.fixture(scope="module")
def seen(report, browse_once, tmp_path_factory):
    """Return what the page showed at each address and after each search, and the console."""
    steps = {place: [("go", place)] for place in ADDRESSES}
    steps |= {
        name: [("type", text), *(("press", key) for key in keys)]
        for name, (text, keys, _) in SEARCHES.items()
    }
    steps["typed"] = [("type", "gin")]
    page = walked(report, tmp_path_factory.mktemp("walked") / "walked.html", steps)
    dom, console = browse_once(page)
    assert console == []
    return json.loads(told(dom, "told"))


def test_it_opens_without_a_complaint(report, browse_once):
    dom, console = browse_once(report)
    assert console == []
    assert 'aria-label="Colours: as the system"' in dom  # the script ran to its end


def test_a_complaint_is_found(report, browse_once, tmp_path):
    page = tmp_path / "broken.html"
    page.write_text(report.read_text(encoding="utf-8") + "<script>nowhere()</script>", "utf-8")
    _, console = browse_once(page)
    assert any("nowhere is not defined" in line for line in console)


def test_nothing_can_be_loaded(report, browse_once, tmp_path):
    page = tmp_path / "loading.html"
    planted = '<img src="http://example.invalid/x.png"></body>'
    page.write_text(report.read_text(encoding="utf-8").replace("</body>", planted), "utf-8")
    _, console = browse_once(page)
    assert any("Content Security Policy" in line for line in console)


@pytest.mark.parametrize("place", ADDRESSES)
def test_an_address_shows_a_customer_or_a_product(seen, place):
    for words in ADDRESSES[place]:
        assert words in seen[place]["answer"]


@pytest.mark.parametrize("name", SEARCHES)
def test_the_search_works_by_keys(seen, name):
    assert seen[name]["hash"] == SEARCHES[name][2]


def test_the_list_closes_after_a_choice(seen):
    assert seen["a customer"]["expanded"] == "false"


def test_a_search_without_result_says_so(seen):
    assert seen["typed"]["options"] == ["Nothing in this report is called that."]
    assert seen["typed"]["expanded"] == "true"


def test_names_of_products_run_nothing(changed, browse_once, tmp_path):
    path = changed("""
        update marts.products set title = '</script><img src=x onerror="window.hit=1">' || title,
            category = '<script>window.hit=1</script>';
        update marts.recommendations set reason = '<svg onload="window.hit=1">' || chr(8232) || '"'
    """)
    to = tmp_path / "hostile.html"
    with Warehouse(path) as warehouse:
        write_report(warehouse, to)
    script = (
        "<script>setTimeout(() => document.body.dataset.hit = String(window.hit), 20000)</script>"
    )
    steps = {place: [("go", place)] for place in ("#customer=00123", "#product=P1")}
    steps["typed"] = [("type", "img")]
    page = walked(to, tmp_path / "walked.html", steps)
    page.write_text(page.read_text(encoding="utf-8") + script, encoding="utf-8")
    dom, console = browse_once(page)
    assert (console, told(dom, "hit")) == ([], "undefined")
    shown = json.loads(told(dom, "told"))
    for place in steps:
        said = shown[place]["answer"] + "".join(shown[place]["options"])
        assert '<img src=x onerror="window.hit=1">' in said
