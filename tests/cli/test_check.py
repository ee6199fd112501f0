"""`recsys check`: reads and cleans for real, in a temporary database, and fits nothing."""

import gc
import json
import shutil
import warnings
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from recsys.checking import report
from recsys.checking.recommenders import verdicts
from recsys.cli import app
from recsys.cli.exit_codes import WRONG_INPUT
from recsys.errors import ShopFileError
from recsys.pipeline.build import build
from recsys.storage.work_folder import unpublished

TINY_SHOP = Path(__file__).parents[1] / "tiny_shop"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checked")


@pytest.fixture(autouse=True)
def _parsed_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all checks build at the same paths: dbt reads the project afresh for others."""

    def build_there(shop: Path, database: Path, **options: object) -> None:
        source, there = Path(shop).expanduser(), place / database.name
        shutil.rmtree(place / "shop", ignore_errors=True)
        shutil.copytree(source.parent, place / "shop")
        there.unlink(missing_ok=True)
        try:
            build(place / "shop" / source.name, there, **options)
        finally:
            for made, wanted in (
                (there, database),
                (unpublished(there.resolve()), unpublished(database.resolve())),
            ):
                if made.exists():
                    wanted.parent.mkdir(parents=True, exist_ok=True)
                    shutil.move(made, wanted)

    monkeypatch.setattr(report, "build", build_there)


def check(folder: Path, *options: str):
    """Return the exit code and what was printed; dbt leaves files to the collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        result = CliRunner().invoke(app, ["check", "--shop", str(folder / "shop.yml"), *options])
        gc.collect()
    if isinstance(result.exception, ShopFileError):
        raise result.exception
    return result.exit_code, result.stdout


@pytest.fixture
def untouched(tmp_path, monkeypatch) -> Path:
    """Return the path of the user's database, which no check may write."""
    path = tmp_path / "mine" / "recsys.duckdb"
    path.parent.mkdir()
    monkeypatch.setenv("RECSYS_DATABASE", str(path))
    return path


def test_a_shop_that_would_build(untouched):
    code, printed = check(TINY_SHOP, "--json")
    assert code == 0
    report = json.loads(printed[printed.index("{") :])
    assert report["error"] is None
    lines = {
        source: sum(row["rows"] for row in report["lines"] if row["source"] == source)
        for source in ("purchases", "products", "customers")
    }
    for source, rows in lines.items():  # every line of every file is accounted for
        text = (TINY_SHOP / f"{source}.csv").read_text(encoding="utf-8")
        assert rows == len(text.splitlines()) - 1, source
    examples = {row["reason"]: row for row in report["examples"]}
    bad = examples["unreadable_purchased_at"]
    written = (TINY_SHOP / bad["file"]).read_text(encoding="utf-8").splitlines()
    assert bad["values"]["purchased_at"] in written[bad["row_number"]]  # line 0 is the header
    support = report["support"]
    assert support["lists"] == ["discover", "buy_again", "next_basket"]
    works = {verdict["recommender"]: verdict["works"] for verdict in support["recommenders"]}
    assert works["buy_again"]
    assert any("ease" in names and works[names] for names in works)
    assert works["ridge"]
    # as_of is 2024-05-30, the label window 28 days: the last cut-off is 28 days before
    assert support["folds"][-1]["fold"] == "2024-05-02"
    customers = len((TINY_SHOP / "customers.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert all(0 < row["customers"] < customers for row in support["judged"])
    assert any("hardly any difference" in said for said in support["only_popularity"])
    # the tiny shop has no file of ratings, says no costs, and has dates without a time
    missing = [missing["aspect"] for missing in report["missing"]]
    assert missing == ["ratings", "store", "discount", "promotions", "costs", "time of day"]
    assert list(untouched.parent.iterdir()) == []


@pytest.mark.usefixtures("untouched")
def test_the_cost_follows_customers_and_what_is_ranked_for_them(tmp_path):
    """Four customers have all three products: nothing is new. Two recommenders always rank."""
    lines = [f"c{c},p{p},2024-01-0{1 + p}" for c in range(4) for p in range(3)]
    (tmp_path / "lines.csv").write_text("\n".join(["c,p,t", *lines, ""]), encoding="utf-8")
    shop = (
        "name: cost\npurchases:\n  path: lines.csv\n"
        "  columns: {customer_id: c, product_id: p, purchased_at: t}\n"
        "settings: {min_customers_per_product: 1, recommenders: 'ease, als'}\n"
    )
    (tmp_path / "shop.yml").write_text(shop, encoding="utf-8")
    _, printed = check(tmp_path, "--json")
    cost = json.loads(printed[printed.index("{") :])["support"]["cost"]
    assert (cost["ranked_customers"], cost["candidates"]) == (4, 4 * 3 * 4)
    assert cost["cpu_seconds"] == pytest.approx(20 + 48 * 5.3e-6 + 12 * 110e-6)
    assert cost["kept_candidates"] == 0  # three days have no past fold
    assert cost["disk_bytes"] == 12 * 620 + 4 * 15_000


@pytest.mark.usefixtures("untouched")
def test_of_a_shop_that_names_nobody_only_what_orders_can_feed_is_promised(tmp_path):
    lines = [f",{p},2024-01-{1 + n:02d},o{n}" for n in range(20) for p in ("tea", "milk")]
    (tmp_path / "lines.csv").write_text("\n".join(["c,p,t,o", *lines, ""]), encoding="utf-8")
    shop = (
        "name: till\npurchases:\n  path: lines.csv\n"
        "  columns: {customer_id: c, product_id: p, purchased_at: t, order_id: o}\n"
    )
    (tmp_path / "shop.yml").write_text(shop, encoding="utf-8")
    code, printed = check(tmp_path, "--json")
    assert code == 0
    support = json.loads(printed[printed.index("{") :])["support"]
    assert support["lists"] == []
    works = {verdict["recommender"]: verdict["works"] for verdict in support["recommenders"]}
    assert {name for name, does in works.items() if does} == {
        *("popularity", "bought_together", "similar_products by orders")
    }
    assert support["catalogue"] == [{"products": "in the catalogue", "number": 2}]
    assert any("no line says who bought" in said for said in support["only_popularity"])
    _, printed = check(tmp_path)
    assert "Lists: none, because no line says who bought" in printed


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("chosen", "works", "idle"),
    [
        ("ease, als", "ease, als", "svd, nmf, knn, mean_imputed_svd, item_knn, user_knn"),
        ('""', "popularity", "svd, nmf, knn, mean_imputed_svd, ease, item_knn, user_knn, als"),
    ],
)
def test_only_what_a_build_makes_is_promised(tmp_path, chosen, works, idle):
    text = (TINY_SHOP / "shop.yml").read_text(encoding="utf-8")
    named = f"  recommenders: {chosen}\n"
    lines = [named if "  recommenders:" in line else line for line in text.splitlines(True)]
    assert named in lines
    for source in TINY_SHOP.glob("*.csv"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    (tmp_path / "shop.yml").write_text("".join(lines), encoding="utf-8")
    code, printed = check(tmp_path, "--json")
    assert code == 0
    verdicts = json.loads(printed[printed.index("{") :])["support"]["recommenders"]
    assert {verdict["recommender"] for verdict in verdicts if verdict["works"]} >= {works}
    left_out = {v["recommender"] for v in verdicts if v["why"].startswith("left out")}
    assert left_out == {"bought_together", "ridge", "content", idle}


def test_a_shop_that_would_not_build(untouched, tmp_path):
    (tmp_path / "lines.csv").write_text("c,p,t\nann,tea,soon\nbob,,2024-01-01\n", encoding="utf-8")
    (tmp_path / "shop.yml").write_text(
        "name: broken\npurchases:\n  path: lines.csv\n"
        "  columns: {customer_id: c, product_id: p, purchased_at: t}\n",
        encoding="utf-8",
    )
    code, printed = check(tmp_path)
    assert code == 1
    assert "lines.csv, line 1: purchased_at: soon" in printed
    assert "missing_product_id (1)" in printed
    assert "It would not build: " in printed
    assert "no purchase or rating can be used" in printed
    assert list(untouched.parent.iterdir()) == []


def test_a_column_that_is_not_there_is_named_at_once(tmp_path):
    shutil.copytree(TINY_SHOP, tmp_path / "shop")
    file = tmp_path / "shop" / "shop.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("SKU", "SKV", 1), encoding="utf-8")
    code, printed = check(tmp_path / "shop", "--json")
    assert code == WRONG_INPUT
    assert "SKV" in json.loads(printed)["error"]
    with pytest.raises(ShopFileError, match="SKV"):
        check(tmp_path / "shop")


def test_what_missing_tables_switch_off(tmp_path):
    (tmp_path / "r.csv").write_text("c,p,r\nann,tea,4\nbob,tea,5\n", encoding="utf-8")
    (tmp_path / "shop.yml").write_text(
        "name: small\nratings:\n  path: r.csv\n"
        "  columns: {customer_id: c, product_id: p, rating: r}\n",
        encoding="utf-8",
    )
    _, printed = check(tmp_path, "--json")
    ridge = [
        v for v in json.loads(printed)["support"]["recommenders"] if v["recommender"] == "ridge"
    ]
    why = "0 customers bought within the last label window and before it"
    assert ridge == [{"recommender": "ridge", "works": False, "why": why}]
    found = {row["aspect"]: row["consequence"] for row in json.loads(printed)["missing"]}
    assert {"purchases", "products", "customers", "title", "text", "category"} <= set(found)
    assert "time of a rating" in found
    assert "discover lists alone" in found["purchases"]
    # of purchases that aren't there nothing more is said
    assert not {"order_id", "quantity", "prices paid"} & set(found)


def test_a_setting_that_is_not_legal_is_told_before_anything_is_read(tmp_path, monkeypatch):
    (tmp_path / "shop.yml").write_text(
        "name: far\npurchases: {path: nowhere.csv, columns: {customer_id: c, product_id: p, "
        "purchased_at: t}}\nsettings: {list_length: 0}\n",
        encoding="utf-8",
    )
    for command in ("check", "build"):
        result = CliRunner().invoke(
            app, [command, "--shop", str(tmp_path / "shop.yml"), "--set", "drift_alarm=9"]
        )
        assert "setting list_length is 0; use a whole number from 1" in str(result.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["shop.yml"]


def test_whom_a_build_could_not_tell_is_said(tmp_path, monkeypatch):
    monkeypatch.delenv("NO_SUCH_HOOK", raising=False)
    shutil.copytree(TINY_SHOP, tmp_path / "shop")
    with (tmp_path / "shop" / "shop.yml").open("a", encoding="utf-8") as file:
        file.write("notify: [{events: drift, webhook: '${NO_SUCH_HOOK}'}]\n")
    code, printed = check(tmp_path / "shop", "--json")
    assert code == 0
    [said] = json.loads(printed[printed.index("{") :])["notify"]
    assert "NO_SUCH_HOOK isn't set" in said


@pytest.mark.parametrize("value", ["2024-02-30", "[1"])
def test_a_value_that_is_none_is_explained(untouched, value):
    code, _ = check(TINY_SHOP, "--set", f"as_of={value}")
    assert code == 2


def test_a_shop_file_of_the_home_folder(untouched, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    shutil.copytree(TINY_SHOP, tmp_path / "mine" / "shop")
    assert check(Path("~/mine/shop"))[0] == 0


@pytest.mark.parametrize("rating", [4.0, None], ids=["rated", "liked"])
def test_models_of_ratings_need_a_scale(rating):
    """Likes have no rating to learn from; who likes what is known all the same."""
    with duckdb.connect() as connection:
        connection.execute("create schema intermediate; create schema staging")
        for table, columns in {
            "intermediate.int_products": "'p1' as product_id, 'Tea' as title, null as department, "
            "null as category, null as subcategory, null as brand, null as description",
            "intermediate.int_order_products": "1 as order_key, 1 as product_key",
            "intermediate.int_customer_attributes": "'a' as customer_id",
            "staging.stg_settings": "'svd, ease' as recommenders",
            "intermediate.int_folds": "'train' as purpose",
            "intermediate.int_fold_products": "'serving' as fold, true as in_catalogue",
            "intermediate.int_events": "1 as customer_key, null::integer as store_key",
        }.items():
            connection.execute(f"create table {table} as select {columns}")
        connection.execute(
            "create table intermediate.int_interactions as select 'serving' as fold, "
            "1 as customer_key, $1::double as rating, true as is_learned_from, "
            "0.0 as earlier_weight, 1 as recent_orders",
            [rating],
        )
        facts = {
            "purchase_lines": 0, "min_baskets_together": 3, "products": 2, "ratings": 2,
            "implied_ratings": 0, "customers": 2,
        }  # fmt: skip
        # of two products in the catalogue
        connection.execute("insert into intermediate.int_fold_products values ('serving', true)")
        customers = {"with_several_products": 2, "bought_again": 0}
        works = {one.recommender: one.works for one in verdicts(connection, facts, customers)}
        connection.execute("insert into intermediate.int_events values (1, 7), (1, 8), (2, null)")
        of_stores = {one.recommender: one for one in verdicts(connection, facts, customers)}
    assert not works["store_popularity"]
    assert of_stores["store_popularity"].works
    assert of_stores["store_popularity"].why == "1 customers whose purchases name a store"
    if rating is None:
        assert (works["svd"], works["ease"]) == (False, True)
    else:
        assert works["svd, ease"]
