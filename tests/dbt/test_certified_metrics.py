"""The SQL of `int_customer_metrics` against ranx, ir-measures and scikit-learn, to 1e-9.

The model's own compiled SQL runs over tables made here. Where a library defines a metric in another
way, the test says so and checks the formula that leads from theirs to ours:

* MAP: ranx and ir-measures divide by all relevant products, ours by min(k, relevant), so that the
  best possible list scores 1.
* Precision: scikit-learn divides by the products listed, ours (as the others) by k: a list shorter
  than k isn't padded, and isn't forgiven either.
* NDCG: scikit-learn ranks everything there is: what isn't listed has to be put behind the list.
* Empty lists: ranx knows none; it gets a product that nobody wants.
* Equal scores: each library breaks ties its own way. Our lists have ranks, ties broken already:
  the libraries get scores that fall with the rank.
* Customers with nothing to find: left out by us, 0 or an error elsewhere; none is made here.
"""

from collections.abc import Mapping

import duckdb
import ir_measures
import numpy as np
import pyarrow as pa
import pytest
import ranx
from sklearn.metrics import average_precision_score, ndcg_score, precision_score, recall_score

from .compiled_project import CompiledProject

pytestmark = [
    # ranx adds unsigned to signed numbers
    pytest.mark.filterwarnings("ignore::numba.core.errors.NumbaTypeSafetyWarning"),
]

MODELS = ("int_judged_lists", "int_customer_metrics")
"""Which lists are judged, and how good they are."""
CUTOFFS = (5, 10, 20)
CATALOGUE = [f"p{n:02}" for n in range(60)]
TOLERANCE = 1e-9

Lists = Mapping[str, list[str]]
Wanted = Mapping[str, set[str]]
Metrics = dict[tuple[str, str, int], float]
"""Value by customer, metric and k."""


def random_cases() -> tuple[Lists, Wanted]:
    generator = np.random.default_rng(42)
    lists, wanted = {}, {}
    for number in range(300):
        customer = f"random {number:03}"
        lists[customer] = generator.permutation(CATALOGUE)[: generator.integers(0, 26)].tolist()
        wanted[customer] = set(generator.permutation(CATALOGUE)[: generator.integers(1, 31)])
    return lists, wanted


def adversarial_cases() -> tuple[Lists, Wanted]:
    first, others = CATALOGUE[:20], CATALOGUE[20:]
    cases = {
        "all hits": (first, set(first)),
        "all hits and more to find": (first, set(CATALOGUE[:30])),
        "no hits": (first, set(others[:5])),
        "empty list": ([], set(first[:3])),
        "one product, a hit": (first[:1], set(first[:1])),
        "one product, a miss": (first[:1], set(others[:1])),
        "short list, all hits, more to find": (first[:3], set(first[:12])),
        "short list, best first": (first[:7], set(first[:2])),
        "hit at 5": (first, {first[4]}),
        "hit at 6": (first, {first[5]}),
        "hit at 10": (first, {first[9]}),
        "hit at 11": (first, {first[10]}),
        "hit at 20": (first, {first[19]}),
        "hit at 21": ([*first, others[0]], {others[0]}),
        "beyond every k": (CATALOGUE[:25], set(CATALOGUE[20:25])),
        "worst order": (first, set(first[15:])),
        "backwards": (first[::-1], set(first[:6])),
        "best to find is exactly k": (first, set(CATALOGUE[3:13])),
        "' \" \\": (first, {first[2], others[2]}),
    }
    return {name: case[0] for name, case in cases.items()}, {
        name: case[1] for name, case in cases.items()
    }


def whole_rankings() -> tuple[Lists, Wanted]:
    """Return lists that hold the twenty products of a small shop, all of them."""
    generator = np.random.default_rng(7)
    lists = {f"whole {n:02}": generator.permutation(CATALOGUE[:20]).tolist() for n in range(60)}
    wanted = {
        customer: set(generator.permutation(CATALOGUE[:20])[: generator.integers(1, 20)])
        for customer in lists
    }
    return lists, wanted


def one_customer() -> tuple[Lists, Wanted]:
    return {"alone": ["p03", "p01", "p07"]}, {"alone": {"p01", "p09"}}


CASES = [random_cases(), adversarial_cases(), whole_rankings(), one_customer()]
cases = pytest.mark.parametrize(
    ("lists", "wanted"), CASES, ids=["random", "adversarial", "whole", "one customer"]
)


@pytest.fixture(scope="module")
def sql(project: CompiledProject) -> Mapping[str, str]:
    """Return the models' compiled SQL; their tables stand in a database named `recsys`."""
    nodes = {node["name"]: node for node in project.models}
    return {name: nodes[name]["compiled_code"] for name in MODELS}


@pytest.fixture
def ours(sql: Mapping[str, str], lists: Lists, wanted: Wanted) -> Metrics:
    """Return what the SQL measures."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as recsys; create schema recsys.intermediate")

        def create(name: str, columns: dict[str, list | pa.Array]) -> None:
            given = pa.table(columns)  # noqa: F841 - DuckDB reads it by its name
            connection.execute(f"create table recsys.intermediate.{name} as from given")

        create("int_folds", {"fold": ["f"], "purpose": ["judge"]})
        create(
            "int_list_types",
            {"list_type": ["next_basket"], "takes_new": [True], "takes_bought": [True]},
        )
        create("int_fold_customers", {"fold": ["f"] * len(wanted), "customer_id": list(wanted)})
        nobody = pa.array([], pa.string())
        create("int_cold_customers", {"fold": nobody, "customer_id": nobody})
        for name, recommenders in (
            ("int_candidates", ["ours"]),
            ("int_profile_candidates", []),
            ("int_hybrid_candidates", []),
        ):
            create(
                name,
                {
                    "fold": pa.array(["f"] * len(recommenders), pa.string()),
                    "recommender": pa.array(recommenders, pa.string()),
                    "is_new": pa.array([True] * len(recommenders), pa.bool_()),
                },
            )
        held_out = [(customer, product) for customer, some in wanted.items() for product in some]
        create(
            "int_held_out",
            {
                "fold": ["f"] * len(held_out),
                "customer_id": [customer for customer, _ in held_out],
                "product_id": [product for _, product in held_out],
                "is_new": [True] * len(held_out),
                "was_bought": [False] * len(held_out),
            },
        )
        listed = [
            (customer, product, rank)
            for customer, products in lists.items()
            for rank, product in enumerate(products, start=1)
        ]
        create(
            "int_ranked_lists",
            {
                "fold": ["f"] * len(listed),
                "recommender": ["ours"] * len(listed),
                "list_type": ["next_basket"] * len(listed),
                "customer_id": [customer for customer, _, _ in listed],
                "product_id": [product for _, product, _ in listed],
                "rank": [rank for _, _, rank in listed],
            },
        )
        for name, model in sql.items():
            connection.execute(f"create table recsys.intermediate.{name} as {model}")
        rows = connection.execute(
            "select customer_id, metric, k, value from "
            "(unpivot recsys.intermediate.int_customer_metrics "
            "on ndcg, precision, recall, map, mrr, hit_rate into name metric value value)"
        ).fetchall()
    found = {(customer, metric, k): value for customer, metric, k, value in rows}
    assert len(found) == len(rows) == len(wanted) * 6 * len(CUTOFFS)
    return found


def scored(products: list[str]) -> dict[str, float]:
    return {product: float(len(products) - place) for place, product in enumerate(products)}


@pytest.mark.slow  # compiling ranx takes half a minute
@cases
def test_ranx_agrees(ours: Metrics, lists: Lists, wanted: Wanted) -> None:
    qrels = ranx.Qrels({c: dict.fromkeys(sorted(some), 1) for c, some in wanted.items()})
    run = ranx.Run({c: scored(lists[c]) or {"nobody wants it": 1.0} for c in wanted})
    for k in CUTOFFS:
        for metric in ("ndcg", "precision", "recall", "map", "mrr", "hit_rate"):
            ranx.evaluate(qrels, run, f"{metric}@{k}")
            theirs = run.scores[f"{metric}@{k}"]
            for customer, some in wanted.items():
                expected = theirs[customer]
                if metric == "map":  # theirs is over all there is to find
                    expected *= len(some) / min(k, len(some))
                assert ours[customer, metric, k] == pytest.approx(expected, abs=TOLERANCE)


@cases
def test_ir_measures_agrees(ours: Metrics, lists: Lists, wanted: Wanted) -> None:
    measures = {
        ir_measures.nDCG: "ndcg",
        ir_measures.P: "precision",
        ir_measures.R: "recall",
        ir_measures.AP: "map",
        ir_measures.RR: "mrr",
        ir_measures.Success: "hit_rate",
    }
    names = {measure @ k: (name, k) for measure, name in measures.items() for k in CUTOFFS}
    qrels = {customer: dict.fromkeys(some, 1) for customer, some in wanted.items()}
    run = {customer: scored(lists[customer]) for customer in wanted}
    compared = 0
    for found in ir_measures.iter_calc(list(names), qrels, run):
        metric, k = names[found.measure]
        expected = found.value
        if metric == "map":  # theirs is over all there is to find
            some = wanted[found.query_id]
            expected *= len(some) / min(k, len(some))
        assert ours[found.query_id, metric, k] == pytest.approx(expected, abs=TOLERANCE)
        compared += 1
    assert compared >= len([customer for customer in wanted if lists[customer]]) * len(names)


@cases
def test_scikit_learn_agrees(ours: Metrics, lists: Lists, wanted: Wanted) -> None:
    for customer, some in wanted.items():
        listed = lists[customer]
        missed = some - set(listed)
        others = [p for p in CATALOGUE if p not in listed and p not in missed]
        order = [*listed, *others, *missed]
        truth = np.array([product in some for product in order])
        for k in CUTOFFS:
            assert len(listed) + len(others) >= k  # nothing missed counts as listed
            shown = np.arange(len(order)) < min(k, len(listed))
            expected = {
                "ndcg": ndcg_score([truth], [range(len(order), 0, -1)], k=k),
                "recall": recall_score(truth, shown),
            }
            if len(listed) >= k:
                expected["precision"] = precision_score(truth, shown)
            if len(listed) == k and not missed:
                # of the whole ranking of all there is
                expected["map"] = average_precision_score(truth[:k], range(k, 0, -1))
            for metric, value in expected.items():
                assert ours[customer, metric, k] == pytest.approx(value, abs=TOLERANCE)
