"""A recommender read from its file ranks as it did when it was fitted."""

import pickle
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from recsys.data.interactions import Interactions
from recsys.errors import InvalidTableError, RecsysError
from recsys.recommenders import RECOMMENDERS, recommender_class
from recsys.recommenders.base import Recommender
from recsys.recommenders.fitted_models import FOLDER_VARIABLE, FittedModels


@pytest.fixture(scope="module")
def table():
    random = np.random.default_rng(7)
    pairs = sorted({(int(c), int(p)) for c, p in random.integers(0, [14, 9], (70, 2))})
    return pa.table(
        {
            "customer_id": [f"c{c:02}" for c, _ in pairs],
            "product_id": [f"p{p}" for _, p in pairs],
            "rating": [1.0 + (c * p) % 5 for c, p in pairs],
            "weight": [0.5 + (c + p) % 3 for c, p in pairs],
            "earlier_weight": [float((c + p) % 3) for c, p in pairs],
            "recent_orders": [c % 2 for c, _ in pairs],
        }
    )


@pytest.fixture(scope="module")
def products():
    return pa.table(
        {
            "product_id": [f"p{p}" for p in range(9)],
            "title": ["green tea", "black tea", "plum jam", "jam"] * 2 + ["oil"],
        }
    )


def ranked(recommender: Recommender, among: pa.Array | None) -> list[tuple[object, ...]]:
    found = recommender.candidates(["c03", "c07"], 5, among=among).read_all()
    return [tuple(row.values()) for row in found.to_pylist()]


@pytest.mark.parametrize("name", RECOMMENDERS)
def test_read_from_its_file_it_ranks_the_same(name, table, products, tmp_path):
    interactions = Interactions.from_table(table)
    fitted = recommender_class(name)().fit(interactions, products)
    among = pa.array(["p0", "p1", "p2", "p5", "p8"])
    expected = ranked(fitted, among)
    FittedModels(tmp_path).save_recommender(fitted, among)
    assert ranked(fitted, among) == expected  # saving leaves it as it was
    read = FittedModels(tmp_path).load_recommender(name)
    assert read is not None
    assert read.among.equals(among)
    assert ranked(read.recommender, read.among) == expected


@pytest.mark.parametrize("name", RECOMMENDERS)
def test_what_scores_need_is_in_the_file(name, table, products, tmp_path):
    """Every block reads it, and none computes more of the model."""
    fitted = recommender_class(name)().fit(Interactions.from_table(table), products)
    FittedModels(tmp_path).save_recommender(fitted, None)
    read = FittedModels(tmp_path).load_recommender(name)
    assert read is not None
    there = set(vars(read.recommender))
    assert ranked(read.recommender, None)
    assert set(vars(read.recommender)) == there


@pytest.mark.parametrize("name", RECOMMENDERS)
def test_fitted_on_interactions_that_are_mapped_from_a_file_it_ranks_the_same(
    name, table, products, tmp_path
):
    """Such arrays can't be written to, so that a model that changes them would fail."""
    models = FittedModels(tmp_path)
    interactions = Interactions.from_table(table)
    file = models.save_interactions(interactions)
    mapped = models.load(file)
    assert not mapped.weights.data.flags.writeable
    fitted = recommender_class(name)().fit(mapped, products)
    expected = ranked(recommender_class(name)().fit(interactions, products), None)
    assert ranked(fitted, None) == expected
    models.save_recommender(fitted, None, file)
    read = models.load_recommender(name)
    assert read is not None
    assert read.interactions == file
    assert ranked(read.recommender, None) == expected


def test_recommenders_of_the_same_interactions_share_their_file(table, products, tmp_path):
    models = FittedModels(tmp_path)
    interactions = Interactions.from_table(table)
    for name in ("svd", "ease", "content"):
        models.save_recommender(recommender_class(name)().fit(interactions, products), None)
    assert len(list(tmp_path.glob("interactions-*"))) == 1
    others = Interactions.from_table(table.slice(1))
    models.save_recommender(recommender_class("ease")().fit(others, products), None)
    assert len(list(tmp_path.glob("interactions-*"))) == 2


def test_a_block_reads_a_model_once_and_again_where_its_file_is_another(tmp_path):
    models = FittedModels(tmp_path, in_block=True)
    models.save("anything", [1, 2])
    read = models.load("anything")
    assert models.load("anything") is read
    assert FittedModels(tmp_path, in_block=True).load("anything") is read  # of the process
    models.save("anything", [3])
    assert models.load("anything") == [3]
    (tmp_path / "anything.fitted").unlink()
    with pytest.raises(RecsysError, match="anything wasn't fitted for today"):
        models.load("anything")


def test_a_file_that_is_none_of_ours_is_refused_and_nothing_of_it_runs(tmp_path):
    """As a pickle of an earlier version, or of somebody who can write to the folder."""
    models = FittedModels(tmp_path)
    models.save("anything", [1])
    (tmp_path / "anything.fitted").write_bytes(pickle.dumps(Bomb(tmp_path / "ran")))
    with pytest.raises(InvalidTableError, match="isn't a model that recsys wrote"):
        models.load("anything")
    assert not (tmp_path / "ran").exists()


class Bomb:
    """Its pickle creates a file when it is read."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


def test_what_was_forgotten_serves_nobody(tmp_path):
    """As a recommender that the settings no longer name."""
    models = FittedModels(tmp_path)
    models.save("anything", [1, 2])
    assert models.load("anything") == [1, 2]
    for _ in range(2):
        models.forget("anything")
        assert models.load("anything") is None
        assert models.load_recommender("anything") is None


def test_what_was_not_fitted_at_all_is_no_recommender_without_lists(tmp_path):
    """Lists of a run of some models would lack it, and nothing would say so."""
    said = "svd wasn't fitted for today: .* dbt build --select \\+int_served_blocks\\+"
    with pytest.raises(RecsysError, match=said):
        FittedModels(tmp_path / "nowhere").load_recommender("svd")


def test_a_connection_knows_its_folder(tmp_path):
    with duckdb.connect() as connection:
        assert FittedModels.of(connection) is None
        connection.execute(f"set variable {FOLDER_VARIABLE} = '{tmp_path}'")
        found = FittedModels.of(connection)
    assert found is not None
    assert (found.folder, found.in_block) == (tmp_path, False)
