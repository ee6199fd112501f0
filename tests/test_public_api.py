"""`import recsys` is cheap and holds what it promises."""

import subprocess
import sys

import pytest

import recsys
from recsys.errors import InvalidParameterError
from recsys.recommenders import RECOMMENDERS, recommender_from_parameters


def test_every_public_name_is_there():
    for name in recsys.__all__:
        assert getattr(recsys, name) is not None
    assert set(recsys.__all__) == set(dir(recsys))
    with pytest.raises(AttributeError, match="no attribute 'SDV'"):
        recsys.SDV  # noqa: B018


def test_importing_the_package_imports_no_libraries():
    heavy = "{'numpy', 'pyarrow', 'scipy', 'sklearn', 'surprise', 'numba', 'pandas'}"
    program = f"import sys, recsys; print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("name", RECOMMENDERS)
def test_every_recommender_is_made_by_name_with_its_defaults(name):
    model = recommender_from_parameters(name)
    assert model.name == name
    assert getattr(recsys, type(model).__name__) is type(model)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        (
            "sdv",
            {},
            r"there is no recommender 'sdv'; did you mean 'svd'\? There are: svd, nmf, knn",
        ),
        ("transformer9000", {}, "there is no recommender 'transformer9000'; there are: svd"),
        (
            "knn",
            {"similarty": "msd"},
            r"knn has no parameter 'similarty'; did you mean 'similarity'",
        ),
        ("knn", {"similarity": "jaccard"}, "similarity is 'jaccard'; use one of 'msd', 'cosine'"),
        ("svd", {"n_factors": 10.0}, r"n_factors is 10\.0; use a whole number of at least 1"),
        ("svd", {"n_factors": True}, "n_factors is True"),
        ("svd", {"learning_rate": 0}, "learning_rate is 0; use a number above 0 and at most 1"),
        ("svd", {"regularization": float("nan")}, "regularization is nan"),
        ("nmf", {"biased": 1}, "biased is 1; use one of True, False"),
        ("nmf", {"random_state": 2**32}, "random_state is 4294967296; use a whole number"),
        ("content", {"fields": [1]}, r"fields is \[1\]; use a list of column names"),
    ],
)
def test_wrong_names_and_values_are_refused_with_the_legal_ones(name, parameters, message):
    with pytest.raises(InvalidParameterError, match=message):
        recommender_from_parameters(name, parameters)
