"""What a fold knows, what judges it and which folds it learns from is said once each.

A model that joins folds with events by itself may forget the cut-off. These tests read which models
refer to which, so that they fail before anything is built.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
REFERENCE = re.compile(r"""\bref\(\s*(?:['"]\w+['"]\s*,\s*)?['"](\w+)['"]\s*\)""")
CALL = re.compile(r"\b(\w+)\(")

HAPPENED = {
    "customers",
    "int_assortment",
    "int_events",
    "int_exposures",
    "int_order_products",
    "int_promotions",
    "int_purchase_lines",
    "int_rating_lines",
    "int_returned_orders",
    "purchases",
    "ratings",
    "stg_assortment",
    "stg_exposures",
    "stg_promotions",
    "stg_purchases",
    "stg_ratings",
}
"""What happened, whenever it did: rows with times that no cut-off has been applied to."""

JOIN = {
    "int_known_events": "events before the cut-off",
    "int_known_promotions": "promotions that are known at the cut-off",
    "int_known_assortment": "what stores sold on the last day before the cut-off",
    "int_promotion_horizon": "how far today's promotions reach beyond today's cut-off",
    "int_known_ratings": "ratings that counted at the cut-off",
    "int_label_events": "events of the label window",
    "int_held_out_ratings": "ratings of the label window",
    "int_promoted_labels": "whether what was bought in the label window was promoted",
    "int_fold_rfm": "lines, as a return takes its money off on its own day, which no event says",
    "int_quantity_limit": "lines before the first cut-off, before there are events",
    "int_folds": "makes the cut-offs from the lines that there are",
    "int_run_shares": "lines of the last label window before today",
    "int_shop_measures": "what happened in the last week before today",
    "int_experiment_outcomes": "lines before and since an experiment's first day",
    "int_experiment_sums": "no join: whether any line has an amount",
    "experiment_groups": "today's customers beside the arms of today's experiment",
    "product_stores": "lines until today, as known today",
    "recommendation_details": "today's customers beside today's lists",
    "run_history": "no join: how many lines the whole build had",
    "int_known_purchases": "purchases since the first lists, as known today",
    "int_list_exposures": "what was shown while lists were being served",
    "int_seen_purchases": "what was shown before a purchase that is known today",
    "int_popular_places": "what customers had before the cut-offs of runs that served lists",
}
"""Models that join folds with what happened, and what for."""

BY_THE_MACRO = {
    *(
        "int_known_events",
        "int_known_assortment",
        "int_known_promotions",
        "int_known_ratings",
        "int_fold_rfm",
    ),
    *("int_known_purchases", "int_changed_lines"),
}
"""Those of them that say what is known, all by the same condition."""

RELATE = {
    "int_folds": "makes the label windows",
    "int_label_events": "looks for events within them",
    "int_held_out_ratings": "looks for ratings within them",
    "int_training_folds": "says which windows are over at which cut-off",
    "int_tuning_folds": "passes them on",
    "int_repurchase_hazards": "how long purchases of training folds are followed",
}
"""Models that read when a label window ends, and what for."""


def models() -> dict[str, str]:
    """Return the text of each model."""
    files = (ROOT / "dbt_project" / "models").rglob("*")
    return {
        file.stem: file.read_text(encoding="utf-8")
        for file in files
        if file.suffix in (".sql", ".py")
    }


def joining(texts: Mapping[str, str]) -> set[str]:
    """Return the models that read what happened beside a table per fold."""
    of_macros = macros()
    read = {name: read_by(text, of_macros) for name, text in texts.items()}
    per_fold = {"int_folds"}
    while more := {name for name in read if read[name] & per_fold} - per_fold:
        per_fold |= more
    making = {name for name, text in texts.items() if "past_folds(" in text}
    return {name for name in per_fold | making if read[name] & HAPPENED}


def macros() -> dict[str, str]:
    """Return the text of each macro, by its name."""
    found = {}
    for file in (ROOT / "dbt_project" / "macros").glob("*.sql"):
        parts = re.split(r"\{%-?\s*macro\s+", file.read_text(encoding="utf-8"))[1:]
        found |= {re.match(r"\w+", part)[0]: part for part in parts}  # type: ignore[index]
    return found


def read_by(text: str, of_macros: Mapping[str, str]) -> set[str]:
    """Return the models that a text refers to, also through the macros that it calls."""
    called: set[str] = set()
    waiting = [text]
    found: set[str] = set()
    while waiting:
        part = waiting.pop()
        found |= set(REFERENCE.findall(part))
        more = {name for name in CALL.findall(part) if name in of_macros} - called
        called |= more
        waiting += [of_macros[name] for name in more]
    return found


def relating(texts: Mapping[str, str]) -> set[str]:
    """Return the models that read when a fold's label window ends."""
    return {name for name, text in texts.items() if re.search(r"\blabel_until\b", text)}


def test_only_the_relations_of_time_join_folds_with_what_happened() -> None:
    texts = models()
    assert set(texts) >= HAPPENED
    assert joining(texts) == set(JOIN)


def test_what_is_known_is_one_condition() -> None:
    texts = models()
    using = {name for name, text in texts.items() if re.search(r"\bknown_at\(", text)}
    assert using == BY_THE_MACRO


def test_only_one_relation_says_which_folds_may_be_learned_from() -> None:
    assert relating(models()) == set(RELATE)


def test_no_python_decides_again_which_folds_may_be_learned_from() -> None:
    times = r"(label_until|cutoff_at)"
    comparing = re.compile(rf"{times}\s*[<>]|[<>]=?\s*(\w+\.)?{times}")
    deciding = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "recsys").rglob("*.py")
        if comparing.search(file.read_text(encoding="utf-8"))
    ]
    assert deciding == []


@pytest.mark.parametrize(
    "text",
    [
        "from {{ ref('int_folds') }} join {{ ref('int_events') }} on cutoff_at > occurred_at",
        "from {{ ref('int_fold_customers') }} join {{ ref('int_events') }} using (customer_key)",
        "from {{ ref('int_held_out') }} join {{ ref(\"int_rating_lines\") }} using (customer_id)",
        "{{ past_folds('span') }} from {{ ref('int_events') }}",
        "from {{ ref('int_folds') }} join {{ ref('ratings') }} on cutoff_at > rated_at",
        "from {{ ref('int_folds') }} join {{ ref('customers') }} on cutoff_at > last_purchase_at",
        "{{ ranked_candidates() }} join {{ ref('int_events') }} using (product_key)",
        "from {{ ref('recsys', 'int_folds') }} join {{ ref('int_events') }} on true",
        'def model(dbt, session): return f(dbt.ref("int_folds"), dbt.ref("int_order_products"))',
    ],
)
def test_a_model_that_joins_them_by_itself_is_found(text: str) -> None:
    assert joining({**models(), "int_leaky": text}) == {*JOIN, "int_leaky"}


def test_a_model_that_chooses_its_training_folds_by_itself_is_found() -> None:
    folds = "{{ ref('int_folds') }}"
    text = f"from {folds} as a join {folds} as b on a.label_until <= b.cutoff_at"
    assert relating({**models(), "int_leaky": text}) == {*RELATE, "int_leaky"}
