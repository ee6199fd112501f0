"""What a fold knows of assortments: a row of tomorrow is no news to it."""

from datetime import date, timedelta

import pytest

from .compiled_project import CompiledProject, rows_found
from .rendering import Renderer

LAST = date(2024, 2, 25)
CHECK = "assert_assortments_are_known_at_the_cutoff"
SHOP = """
name: chain
purchases:
  path: lines.csv
  columns: {customer_id: c, product_id: p, purchased_at: t, store_id: s}
assortment:
  path: sold.csv
  columns: {product_id: p, store_id: s, starts: a, ends: z}
settings: {label_window_days: 7, min_customers_per_product: 1, judged_folds: 1}
"""
SOLD = f"p,s,a,z\ntea,1,2024-01-01,\njam,1,{LAST + timedelta(1)},\noil,1,{LAST},\n"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chain")
    days = [LAST - timedelta(day) for day in range(40)]
    lines = [f"ann,{product},{day},1\n" for product in ("tea", "jam", "oil") for day in days]
    texts = {"shop.yml": SHOP, "sold.csv": SOLD, "lines.csv": "c,p,t,s\n" + "".join(lines)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_row_of_tomorrow_is_unknown_and_a_fold_that_knows_it_is_found(
    files, project: CompiledProject
):
    """Planted: whatever the file says is known."""
    asked = """
        select fold, list(product_id order by product_id)
        from intermediate.int_assortment_products
        inner join intermediate.int_products using (product_key) group by all order by fold
    """
    [check] = [node for node in project.tests if node["name"] == CHECK]
    model = project.manifest["nodes"]["model.recsys.int_known_assortment"]
    rule = "{{ known_at('folds', 'assortment.known_from') }}"
    assert model["raw_code"].count(rule) == 1
    with project.opened(files / "shop.yml", files / "recsys.duckdb", {}) as connection:
        for node in project.upstream(["int_assortment_products", CHECK]):
            project.make(connection, node)
        known = connection.execute(asked).fetchall()
        assert known[-1] == ("serving", ["oil", "tea"])
        assert {tuple(products) for _, products in known[:-1]} == {("tea",)}
        assert rows_found(connection, check) == 0

        leaky = Renderer(project).render(model["raw_code"].replace(rule, "true"))
        project.make(connection, model, leaky)
        assert rows_found(connection, check) > 0
