"""Hits and NDCG of each judged customer, against sums by hand."""

from math import log2

import pytest

from recsys.report import judged


def test_hits_are_counted_among_the_first_ten_of_ranked_customers(source):
    # 00123 has both; -5 has P/3; a/b has none: 007 stands at rank 11; 50% has P1
    assert judged.hits(source, "next_basket") == [
        {"hits": 0, "customers": 1},
        {"hits": 1, "customers": 2},
        {"hits": 2, "customers": 1},
    ]


def test_only_what_belongs_in_the_list_counts(source):
    # discover takes what is new to the customer: of -5 and a/b
    assert judged.hits(source, "discover") == [
        {"hits": 0, "customers": 1},
        {"hits": 1, "customers": 1},
    ]


def test_best_and_worst_by_ndcg(source):
    rows = judged.extremes(source, "next_basket", each=2, fewest=1)
    both = (1 + 1 / log2(4)) / (1 + 1 / log2(3))
    assert [row["customer_id"] for row in rows] == ["50%", "00123", "a/b", "-5"]
    assert [row["is_best"] for row in rows] == [True, True, False, False]
    assert [row["ndcg"] for row in rows] == pytest.approx(
        [1, both, 0, (1 / log2(3)) / (1 + 1 / log2(3))]
    )


def test_customers_with_too_little_to_find_are_no_examples(source):
    rows = judged.extremes(source, "next_basket", each=5, fewest=2)
    assert {row["customer_id"] for row in rows} == {"00123", "-5"}


def test_nobody_is_best_and_worst_at_once(source):
    rows = judged.extremes(source, "next_basket", each=10, fewest=1)
    assert len(rows) == len({row["customer_id"] for row in rows}) == 4


def test_the_list_with_its_hits(source):
    rows = judged.listed(source, "next_basket", "00123")
    assert [(row["rank"], row["is_hit"]) for row in rows] == [(1, True), (2, False), (3, True)]
    assert rows[0]["title"] == 'Milk "fresh"'


def test_what_was_missed(source):
    [row] = judged.missed(source, "next_basket", "-5", 5)
    assert (row["title"], row["others"]) == ("007", -4)  # no title: its id


def test_what_was_known_ends_at_the_cut_off(source):
    # 00123 bought P1 twice, the second time after it; what came back doesn't count
    rows = judged.known(source, "00123", 5)
    assert [(row["title"], row["orders"]) for row in rows] == [
        ("Café [crème], 250 g", 1),
        ('Milk "fresh"', 1),
    ]
