"""`recsys why` on terminals of several widths, as JSON, and where there is nothing to say."""

import json
import sys

import duckdb
import pytest

from recsys.cli import main

AUDITED = """
insert into marts.recommendation_audit by name
select '00123' as customer_id, 'discover' as list_type, '007' as product_id, 13 as candidate_rank,
    .25 as probability, true as is_new, 'ease 1, svd 12' as recommender_ranks,
    'its price: 9 (odds x2.0); its ratings: none (odds x0.50)' as moved_by,
    'variants' as dropped_by, 'P2' as in_its_place_id;
update marts.products set is_recommendable = true, why_not = null
"""


@pytest.fixture
def recsys(built, monkeypatch, capsys):
    """Return a function that runs the command and gives its exit code, stdout and stderr."""
    monkeypatch.setenv("RECSYS_DATABASE", str(built))

    def run(*arguments, width=80):
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr(sys, "argv", ["recsys", "why", *arguments])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def audited(built):
    with duckdb.connect(built) as writer:
        writer.execute(AUDITED)


@pytest.mark.usefixtures("audited")
@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_all_of_it_is_shown_however_narrow_the_terminal_is(recsys, width):
    code, out, err = recsys("00123", "007", width=width)
    assert (code, err) == (0, "")
    said = " ".join(out.split())
    for text in (
        "Customer 00123, product 007, probability 0.2500",
        "Never bought.",
        "It is candidate 13 and isn't listed: a variant of it takes its place.",
        'In its place stands Milk "fresh" (P2).',
        "its price: 9 (odds x2.0)",
        "its ratings: none (odds x0.50)",
    ):
        # folded at a width, words of a cell may be cut
        assert "".join(text.split()) in "".join(said.split())
    assert said.index("ease") < said.index("svd")
    assert "audit_customer_ids" not in out


def test_a_listed_product_of_a_customer_who_isn_t_audited(recsys):
    code, out, _ = recsys("00123", "P1", "--list", "discover", width=200)
    assert code == 0
    assert "product P1 Café [crème], 250 g, probability 0.5000" in out
    assert "Bought in 2 orders, last on 2017-12-30." in out
    assert 'It is at place 1 of 3. often bought with Milk "fresh".' in out
    assert "buy_again" not in out
    assert "recsys build --set audit_customer_ids=00123" in out


def test_a_product_that_is_in_no_list_of_any_customer(recsys, built):
    with duckdb.connect(built) as writer:
        writer.execute(
            "update marts.products set is_recommendable = true, "
            "why_not = 'in no list: other products come first' where product_id = '007'"
        )
    _, out, _ = recsys("00123", "007")
    assert "It is in no list: other products come first.\n" in out


@pytest.mark.usefixtures("audited")
def test_as_json(recsys):
    code, out, _ = recsys("00123", "007", "--list", "discover", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["recommender_ranks"] == {"ease": 1, "svd": 12}
    assert found["lists"][0]["in_its_place"] == {"product_id": "P2", "title": 'Milk "fresh"'}


def test_an_id_that_looks_like_an_option(recsys):
    code, out, _ = recsys("--list", "discover", "--", "-5", "P1")
    assert (code, "Customer -5, product P1" in out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("0123", "P1"), 1, "recsys: no customer '0123' in this database. Ids like it: '00123'"),
        (("00123", "p1"), 1, "recsys: no product 'p1' in this database."),
        (("00123",), 2, "product"),
        (("00123", "P1", "--list", "basket"), 2, "discover"),
        (("00123", "\udcff"), 1, "no product"),
    ],
)
def test_what_can_t_be_answered_is_said_in_a_line(recsys, arguments, code, said):
    ended, out, err = recsys(*arguments)
    assert (ended, out) == (code, "")
    assert said in err
    assert "Traceback" not in err


def test_a_file_of_an_older_version(recsys, built):
    with duckdb.connect(built) as writer:
        writer.execute("drop table marts.recommendation_audit")
    code, _, err = recsys("00123", "P1")
    assert (code, "rebuild it with `recsys build`" in err) == (1, True)
