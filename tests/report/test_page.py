"""The page as a browser reads it: well formed, complete, loading nothing, obeying no name."""

import re
from html.parser import HTMLParser

import pytest

from recsys.reading.warehouse import Warehouse
from recsys.report.blocks import Section, Table
from recsys.report.page import page
from recsys.report.sections import SECTIONS
from recsys.report.source import Source

NAMES = [
    "</script><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "\"' onmouseover=window.hit=1 x='",
    "{{ 7 * 7 }} {% raw %} ${7*7} `code`",
    "line\u2028one\u2029two\x00three\x1b[31m\u202ereversed",
    "<!-- <svg onload=window.hit=1> ]]>",
    "&lt;b&gt; &amp; <b>bold</b>",
    "</style><style>*{display:none}</style></title></textarea></svg>",
]
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Page(HTMLParser):
    """What elements and texts a page has, and which were never closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("script", "style"):
            self.texts.append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)


@pytest.fixture(scope="module")
def html(judged_once) -> str:
    with Warehouse(judged_once) as warehouse:
        return page(Source(warehouse))


@pytest.fixture
def hostile(changed) -> str:
    """Return the report of a shop in which everything that has a name has a hostile one."""
    names = ", ".join("('" + name.replace("'", "''").replace("\x00", "") + "')" for name in NAMES)
    path = changed(f"""
        create temp table names as
        select row_number() over () as place, name from (values {names}) as rows (name);
        create macro named(n) as (select name from names where place = 1 + n % 8);
        update marts.products set title = named(ascii(product_id)), brand = named(2),
            category = named(length(product_id));
        update marts.products set title = named(1), category = named(1) where product_id = 'P1';
        update marts.products set title = named(0) where product_id = 'P2';
        update marts.recommendations set reason = named(rank);
        update marts.customers set segment = named(1);
        update marts.customers set customer_id = named(1) where customer_id = 'quiet';
        update marts.model_metrics set recommender = named(1) where recommender = 'popularity';
        update marts.champions set why = named(0), baseline = named(1);
        update marts.rejected_rows set row_json = named(0), file = named(1), reason = named(2);
        update marts.input_support set consequence = named(1);
        update marts.run_history set shop = named(0), run_id = named(1);
        update marts.cleaning_report set example = named(0);
        update marts.input_audit set reason = named(1) where reason is not null;
        update marts.feature_importances set feature = named(1) where feature = 'own_orders';
        drop macro named;
    """)  # noqa: S608 - these names
    with Warehouse(path) as warehouse:
        return page(Source(warehouse))


def test_every_element_is_closed_and_every_id_is_its_own(html):
    read = Page(html)
    assert (read.wrong, read.open) == ([], [])
    ids = [found["id"] for _, found in read.elements if "id" in found]
    assert len(ids) == len(set(ids))


def test_every_section_is_there_and_in_the_navigation(html):
    read = Page(html)
    # without an experiment there is nothing to read out
    anchors = [section.anchor for section in SECTIONS if section.anchor != "uplift"]
    assert [found["id"] for tag, found in read.elements if tag == "section"] == anchors
    links = [found["href"] for tag, found in read.elements if tag == "a"]
    assert links[1:] == [f"#{anchor}" for anchor in anchors]


def test_every_chart_has_its_sentence_and_its_numbers(html):
    figures = re.findall(r"<figure.*?</figure>", html, re.DOTALL)
    assert len(figures) > 8
    for figure in figures:
        assert re.search(r'<p class="reading">[^<]{20,}\.</p>', figure)
        assert "<svg" in figure
        assert "<table>" in figure


def test_nothing_is_loaded(html):
    read = Page(html)
    for tag, found in read.elements:
        assert not {"src", "srcset", "data", "action"} & set(found), tag
        assert found.get("href", "#").startswith(("#", "data:")), tag
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL).group(1)
    assert "url(" not in style
    assert "@import" not in style
    addresses = set(re.findall(r"https?://[^\s\"'<)]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    [policy] = [found["content"] for _, found in read.elements if "http-equiv" in found]
    assert "default-src 'none'" in policy


def test_names_stay_texts(html, hostile):
    clean, read = Page(html), Page(hostile)
    assert (read.wrong, read.open) == ([], [])
    for tag in ("script", "style", "img", "iframe", "object", "embed", "b", "title"):
        assert read.count(tag) == clean.count(tag), tag
    assert read.count("script") == 2  # the page's own, and the search's data
    handlers = [name for _, found in read.elements for name in found if name.startswith("on")]
    assert handlers == []
    said = "".join(read.texts)
    assert "<img src=x onerror=window.hit=1>" in said
    assert "{{ 7 * 7 }}" in said or "{{ 7 * 7 }}" in hostile
    assert "49" not in [text.strip() for text in read.texts]
    assert not set("\x00\x1b\u202e\u2028\u2029") & set(hostile)


def test_the_check_of_names_finds_one_that_became_markup(html):
    planted = html.replace("Café", "<img src=x onerror=window.hit=1>", 1)
    read = Page(planted)
    assert read.count("img") == 1
    assert [name for _, found in read.elements for name in found if name.startswith("on")]


def test_a_part_whose_tables_are_missing_is_left_out_and_said(judged_once):
    later = Section(
        anchor="later",
        title="Rule effects",
        question="?",
        needs=("marts.later_effects",),
        blocks=lambda source: [],
        empty="",
    )
    with Warehouse(judged_once) as warehouse:
        html = page(Source(warehouse), [*SECTIONS, later])
    assert 'id="later"' not in html
    assert "Rule effects (the file has no marts.later_effects)" in " ".join(Page(html).texts)


def test_a_part_with_nothing_to_show_says_so(judged_once):
    empty = Section("later", "Later", "?", (), lambda source: [], "There are no rules.")
    with Warehouse(judged_once) as warehouse:
        html = page(Source(warehouse), [empty])
    assert '<p class="nothing">There are no rules.</p>' in html


def test_a_new_part_shows_its_blocks(judged_once):
    part = Section(
        "rules", "Rules", "?", (), lambda source: [Table(["rule"], [["no <gin>"]])], "", "Rules"
    )
    with Warehouse(judged_once) as warehouse:
        html = page(Source(warehouse), [part])
    assert "<td><bdi>no &lt;gin&gt;</bdi></td>" in html
