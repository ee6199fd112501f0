"""The leak tests bite: of a project with one leak planted in it, exactly the named tests fail."""

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from .compiled_project import CompiledProject, rows_found
from .rendering import Renderer

JUDGED_FROM = "2024-05-02"

TRAINING = "assert_no_training_row_is_at_or_after_its_folds_cutoff"
WINDOW = "assert_earlier_weights_stop_a_window_before"
COUNTS = "assert_products_counts_stop_at_the_cutoff"
TEXTS = "assert_product_texts_are_of_products_known_at_the_cutoff"
STOCK = "assert_catalogues_know_no_later_stock"
PRICES = "assert_prices_are_of_before_the_cutoff"
PAIRS = "assert_product_pairs_stop_at_the_cutoff"
SEGMENTS = "assert_segments_are_as_of_the_cutoff"
WEIGHTS = "assert_no_fusion_weight_comes_from_an_unfinished_fold"
HELD_OUT = "assert_held_out_purchases_lie_in_their_label_window"
RETURNS = "assert_later_returns_leave_earlier_folds_as_they_were"
FEATURES = "assert_features_stop_at_the_cutoff"
PREFERENCES = "assert_preference_features_stop_at_the_cutoff"
TRAINING_FOLDS = "assert_no_hybrid_trains_on_an_unfinished_fold"
TUNING = "assert_tuning_sees_nothing_that_is_judged"
NEW = "assert_no_new_product_was_sold_before_the_cutoff"
LEAK_TESTS = {
    *(RETURNS, TRAINING, WINDOW, COUNTS, TEXTS, PRICES, PAIRS, SEGMENTS, WEIGHTS, HELD_OUT),
    *(FEATURES, TRAINING_FOLDS, PREFERENCES, TUNING, NEW, STOCK),
}


KNOWN = "{{ ref('int_known_events') }}"
LATER = """(
    select
        folds.fold,
        folds.cutoff_at,
        events.*,
        {{ kept_at('events', 'folds.cutoff_at') }} as is_kept,
        {{ days_between('events.occurred_at', 'folds.cutoff_at') }} as age_days
    from {{ ref('int_folds') }} as folds
    inner join {{ ref('int_events') }} as events on folds.label_until > events.occurred_at
)"""
"""What one model alone reads instead of what is known: the label window is known too."""
COME_BACK = LATER.replace(
    "{{ kept_at('events', 'folds.cutoff_at') }}", "events.returned_at is null"
).replace("folds.label_until >", "folds.cutoff_at >")
"""What one model alone reads instead: what comes back later has come back already."""
KNOWING = (
    *("int_interactions", "int_fold_products", "int_product_features", "int_product_pairs"),
    *("int_customer_product_features", "int_customer_features"),
    *("int_category_history", "int_preference_features"),
)
LABELLED = ("int_labels", "int_held_out", "int_fusion_weights")
"""Tables made of what is known, and of labels."""


class Leak(NamedTuple):
    """A text of a model that is replaced, the models built on it, and the tests that then fail.

    The model is one of SQL where its name doesn't say otherwise.
    """

    model: str
    text: str
    leaky: str
    fails: set[str]
    also_built: tuple[str, ...] = ()


LEAKS = {
    "what was sold before is new all the same": Leak(
        "new_products/int_new_products",
        "anti join known on unlearned.fold = known.fold and",
        "anti join known on unlearned.purpose = 'serve' and unlearned.fold = known.fold and",
        {NEW},
    ),
    "purchases train the fold they judge": Leak(
        "interactions/int_interactions",
        KNOWN,
        LATER,
        {TRAINING, RETURNS},
    ),
    "what was bought within the last window was known before it": Leak(
        "interactions/int_interactions",
        "known.occurred_at < ' ~ window_start ~ '",
        "known.occurred_at < known.cutoff_at",
        {WINDOW},
    ),
    "the last window is longer than it is": Leak(
        "interactions/int_interactions",
        "known.occurred_at >= {{ window_start }}",
        "known.occurred_at >= {{ window_start }} - interval 14 day",
        {WINDOW},
    ),
    "ratings train the fold they come after": Leak(
        "folds/int_known_ratings",
        "{{ known_at('folds', 'ratings.rated_at') }}",
        "folds.label_until > ratings.rated_at",
        {TRAINING},
        ("int_interactions",),
    ),
    "today's training rows serve every fold": Leak(
        "interactions/int_training_rows",
        "(select * from {{ ref('int_interactions') }} where is_learned_from)",
        "(select today.* replace (folds.fold as fold) from {{ ref('int_interactions') }} as today "
        "cross join {{ ref('int_folds') }} as folds where today.fold = 'serving')",
        {TRAINING},
    ),
    "popularity counts the label window": Leak(
        "folds/int_fold_products",
        KNOWN,
        LATER,
        {COUNTS, PRICES},
    ),
    "today's popularity is the past's": Leak(
        "folds/int_fold_products",
        "        recent_customers,\n        orders_14d,",
        "        max(recent_customers) over (partition by product_key) as recent_customers,\n"
        "        orders_14d,",
        {COUNTS},
    ),
    "the future shows in the trend": Leak(
        "folds/int_fold_products",
        "(orders_14d + 1)",
        "(max(orders_14d) over (partition by product_key) + 1)",
        {COUNTS},
    ),
    "a product of the label window gets into the catalogue": Leak(
        "folds/int_fold_products",
        KNOWN,
        LATER,
        {COUNTS, PRICES, TEXTS},
        ("int_product_texts",),
    ),
    "today's texts are every fold's documents": Leak(
        "features/int_product_texts",
        "(select * from {{ ref('int_fold_products') }} "
        "where is_learned_from and {{ is_made('fold') }})",
        "(select today.* replace (folds.fold as fold) from {{ ref('int_fold_products') }} as today "
        "cross join {{ ref('int_folds') }} as folds "
        "where today.fold = 'serving' and is_learned_from)",
        {TEXTS},
    ),
    "what is out of stock today was never for sale": Leak(
        "folds/int_fold_products",
        "counted.fold = 'serving' and not products.is_available",
        "not products.is_available",
        {STOCK},
    ),
    "today's list price is the past's": Leak(
        "folds/int_fold_products",
        "else counted.median_paid_price",
        "else coalesce(products.list_price, counted.median_paid_price)",
        {PRICES},
    ),
    "later folds' prices shift the price bands": Leak(
        "folds/int_fold_products",
        "partition by fold, category_code, price is not null",
        "partition by category_code, price is not null",
        {PRICES},
    ),
    "what comes back later was never bought": Leak(
        "interactions/int_interactions",
        KNOWN,
        COME_BACK,
        {RETURNS},
    ),
    "what comes back later was never popular": Leak(
        "folds/int_fold_products",
        KNOWN,
        COME_BACK,
        {COUNTS},
    ),
    "what comes back later was never in a basket": Leak(
        "features/int_product_pairs",
        "counted_pairs.gone_from > folds.cutoff_at",
        "counted_pairs.gone_from = 'infinity'",
        {PAIRS},
    ),
    "what comes back after the label window was never to be found": Leak(
        "folds/int_label_events",
        "{{ kept_at('events', 'folds.label_until') }}",
        "events.returned_at is null",
        {HELD_OUT},
        LABELLED,
    ),
    "baskets of the label window make pairs": Leak(
        "features/int_product_pairs",
        "counted_pairs.seen_from <= folds.cutoff_at",
        "counted_pairs.seen_from <= folds.label_until",
        {PAIRS},
    ),
    "half a basket makes a pair": Leak(
        "features/int_product_pairs",
        "greatest(one.seen_from, other.seen_from)",
        "one.seen_from",
        {PAIRS},
    ),
    "baskets of the label window make a product less telling": Leak(
        "features/int_product_pairs",
        "seen_orders.seen_from <= folds.cutoff_at",
        "seen_orders.seen_from <= folds.label_until",
        {PAIRS},
    ),
    "orders of the label window make a loyal customer": Leak(
        "features/int_fold_rfm",
        "{{ known_at('folds', 'orders.ordered_at') }}",
        "folds.label_until > orders.ordered_at",
        {SEGMENTS},
    ),
    "money of the label window makes a good customer": Leak(
        "features/int_fold_rfm",
        "{{ known_at('folds', 'purchases.purchased_at') }}",
        "folds.label_until > purchases.purchased_at",
        {SEGMENTS},
    ),
    "today's segments divide the past": Leak(
        "evaluation/int_customer_segments",
        "fold_customers.fold = rfm.fold",
        "rfm.fold = 'serving'",
        {SEGMENTS},
    ),
    "the hybrid is tuned on the fold it is judged by": Leak(
        "lists/int_fusion_weights",
        "{{ ref('int_training_folds') }}",
        "(select fold, fold as training_fold from {{ ref('int_folds') }})",
        {WEIGHTS},
    ),
    "folds learn from folds that aren't over": Leak(
        "folds/int_training_folds",
        "folds.cutoff_at >= past_folds.label_until",
        "folds.label_until >= past_folds.label_until",
        {WEIGHTS, TRAINING_FOLDS, TUNING},
        ("int_fusion_weights", "int_hybrid_models", "int_tuning_folds", "int_tuning_targets"),
    ),
    "nothing stops at the cut-off": Leak(
        "folds/int_known_events",
        "{{ known_at('folds', 'events.occurred_at') }}",
        "folds.label_until > events.occurred_at",
        {TRAINING, RETURNS, COUNTS, PRICES, PAIRS, FEATURES, PREFERENCES},
        KNOWING,
    ),
    "what comes back later was known not to be kept": Leak(
        "folds/int_known_events",
        "{{ kept_at('events', 'folds.cutoff_at') }}",
        "events.returned_at is null",
        {RETURNS, COUNTS, PAIRS, FEATURES},
        KNOWING,
    ),
    "orders of the label window are a pair's features": Leak(
        "hybrid/int_customer_product_features",
        KNOWN,
        LATER,
        {FEATURES},
    ),
    "orders of the label window are a customer's features": Leak(
        "hybrid/int_customer_features",
        KNOWN,
        LATER,
        {FEATURES},
    ),
    "orders of the label window are a product's features": Leak(
        "features/int_product_features",
        KNOWN,
        LATER,
        {FEATURES},
    ),
    "the hybrid learns from the fold it is judged by": Leak(
        "hybrid/int_hybrid_models.py",
        'dbt.ref("int_training_folds")',
        'dbt.ref("int_folds").project("fold, fold as training_fold, 1 as recency_rank")',
        {TRAINING_FOLDS},
    ),
    "what is bought in a category in the label window was bought before": Leak(
        "preferences/int_category_history",
        KNOWN,
        LATER,
        {PREFERENCES},
    ),
    "orders of the label window make a lively customer": Leak(
        "preferences/int_preference_features",
        KNOWN,
        LATER,
        {PREFERENCES},
    ),
    "parameters are tuned on the fold that judges them": Leak(
        "tuning/int_tuning_folds",
        "training_folds.fold = first_judged.fold",
        "training_folds.fold = 'serving'",
        {TUNING},
    ),
    "parameters are tuned on what is bought in the judged window": Leak(
        "tuning/int_tuning_targets",
        "held_out.fold = folds.fold",
        "held_out.fold >= folds.fold",
        {TUNING},
    ),
    "the past is to be found too": Leak(
        "folds/int_label_events",
        "folds.cutoff_at <= events.occurred_at and folds.label_until > events.occurred_at",
        "folds.label_until > events.occurred_at",
        {HELD_OUT, TUNING},
        LABELLED,
    ),
    "what comes after the label window is to be found too": Leak(
        "folds/int_label_events",
        "folds.cutoff_at <= events.occurred_at and folds.label_until > events.occurred_at",
        "folds.cutoff_at <= events.occurred_at",
        {HELD_OUT, TUNING},
        LABELLED,
    ),
}


class Past:
    """A shop built once, put back after every leak."""

    def __init__(self, project: CompiledProject, connection: duckdb.DuckDBPyConnection) -> None:
        self._project = project
        self._connection = connection
        self._renderer = Renderer(project)
        self._of = {node["name"]: node for node in (*project.models, *project.tests)}

    def rendered(self, model: str) -> str:
        return self._renderer.render(self._of[model]["raw_code"])

    def compiled(self, model: str) -> str:
        return str(self._of[model]["compiled_code"])

    def planted(self, leak: Leak) -> str:
        """Return what a model with the leak is compiled to."""
        node = self._of[Path(leak.model).stem]
        is_python = node["language"] == "python"
        source = node["compiled_code" if is_python else "raw_code"]
        assert source.count(leak.text) == 1
        leaky = source.replace(leak.text, leak.leaky)
        return leaky if is_python else self._renderer.render(leaky)

    def failures(self, leak: Leak | None = None) -> set[str]:
        """Make the models of a leak anew, and return which of the leak tests fail."""
        self._connection.execute("begin")
        try:
            if leak is not None:
                node = self._of[Path(leak.model).stem]
                self._project.make(self._connection, node, self.planted(leak))
                for name in leak.also_built:
                    self._project.make(self._connection, self._of[name])
            return {name for name in LEAK_TESTS if rows_found(self._connection, self._of[name])}
        finally:
            self._connection.execute("rollback")


def shop_with_a_past(source: Path, folder: Path) -> Path:
    """Copy the tiny shop: prices double on the judged fold's cut-off, list prices are later still.

    Two customers rate a product before it, and one after; two discover a product after it; one
    order lies on both sides of it; bread of 10 April comes back on 20 May, and milk of 24 April.
    """
    shutil.copytree(source, folder)
    rewrite(folder / "purchases.csv", double_later_prices)
    rewrite(folder / "products.csv", lambda row: row | {"Price": "77.00"})
    with (folder / "purchases.csv").open("a", encoding="utf-8") as file:
        for customer in ("T4", "C4"):
            file.write(f"late-{customer},{customer},unsold,2024-05-20,1,5.00\n")
        file.write("back,O'Hara,001,2024-05-20,-1,2.50\n")
        file.write("back,O'Hara,0001,2024-05-20,-2,1.20\n")
        file.write("slow,123,001,2024-05-01,1,2.50\nslow,123,beurre d'été,2024-05-03,1,6.00\n")
    (folder / "ratings.csv").write_text(
        "customer,product,stars,day\n"
        "T4,tea-0,5,2024-03-01\nC4,coffee-0,4,2024-03-01\nC5,coffee-1,2,2024-05-20\n",
        encoding="utf-8",
    )
    with (folder / "shop.yml").open("a", encoding="utf-8") as file:
        file.write(
            "\nratings:\n  path: ratings.csv\n  columns: "
            "{customer_id: customer, product_id: product, rating: stars, rated_at: day}\n"
        )
    return folder


def rewrite(path: Path, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [change(row) for row in csv.DictReader(file)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def double_later_prices(row: dict[str, str]) -> dict[str, str]:
    is_later = row["Day"] >= JUDGED_FROM and row["Price"].replace(".", "").isdigit()
    return row | {"Price": str(2 * float(row["Price"]))} if is_later else row


@pytest.fixture(scope="module")
def past(
    tmp_path_factory: pytest.TempPathFactory, tiny_shop: Path, project: CompiledProject
) -> Iterator[Past]:
    folder = tmp_path_factory.mktemp("leaks")
    shop = shop_with_a_past(tiny_shop, folder / "shop") / "shop.yml"
    with (
        pytest.MonkeyPatch.context() as patch,
        project.opened(shop, folder / "recsys.duckdb") as connection,
    ):
        patch.setenv("RECSYS_JOBS", "1")
        for node in project.upstream(LEAK_TESTS):
            project.make(connection, node)
        yield Past(project, connection)


def test_no_leak_test_fails_as_things_are(past: Past) -> None:
    assert past.failures() == set()


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS.keys())
def test_a_planted_leak_fails_exactly_its_tests(past: Past, leak: Leak) -> None:
    assert past.failures(leak) == leak.fails


@pytest.mark.parametrize(
    "model", sorted({Path(leak.model).stem for leak in LEAKS.values() if ".py" not in leak.model})
)
def test_models_are_rendered_as_dbt_compiles_them(past: Past, model: str) -> None:
    assert past.rendered(model).strip() == past.compiled(model).strip()


def test_every_leak_test_is_shown_to_bite() -> None:
    assert set().union(*(leak.fails for leak in LEAKS.values())) == LEAK_TESTS
