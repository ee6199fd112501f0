"""What lists bring: intervals that may be looked at every day, on simulated shops.

The models' own SQL judges all looks of all experiments at once: each look is an experiment of its
own name. docs/uplift.md has the figures.
"""

import hashlib
import math
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from .compiled_project import CompiledProject
from .simulated_experiments import METRICS, Shop, moments

READ_OUT = ("int_experiment_balance", "int_experiment_differences", "uplift")
ALPHA = 0.05


class ReadOut:
    """The read-out's models over tables made by hand, in memory."""

    def __init__(self, project: CompiledProject) -> None:
        self._nodes = {node["name"]: node for node in project.models}
        self.connection = duckdb.connect()
        self.connection.execute("attach ':memory:' as recsys")
        for schema in ("staging", "intermediate", "marts"):
            self.connection.execute(f"create schema recsys.{schema}")

    def give(self, name: str, rows: pa.Table) -> None:
        """Put rows in a model's place."""
        self.connection.register("given", rows)
        place = self._nodes[name]["relation_name"]
        self.connection.execute(f"create or replace table {place} as from given")
        self.connection.unregister("given")

    def make(self, *names: str) -> None:
        """Make models from those that were given."""
        for name in names:
            node = self._nodes[name]
            code = node["compiled_code"]
            self.connection.execute(f"create or replace table {node['relation_name']} as {code}")

    def ask(self, sql: str) -> pa.Table:
        return self.connection.sql(f"use recsys; {sql}").to_arrow_table()

    def judge(self, sums: pa.Table, label_window_days: int = 28) -> pa.Table:
        """Return `uplift` of these sums, with the look of each row."""
        self.give("stg_settings", pa.table({"label_window_days": [label_window_days]}))
        self.give("int_experiment_sums", sums)
        names = sums["experiment"].unique()
        days = [date(2024, 3, 1)] * len(names)
        self.give(
            "int_experiment_period",
            pa.table({"experiment": names, "from_day": days, "until_day": days}),
        )
        self.make(*READ_OUT)
        return self.ask("""
            select
                uplift.*,
                split_part(experiment, ':', 1) as simulation,
                cast(split_part(experiment, ':', 2) as integer) as look
            from marts.uplift
            order by simulation, metric, look
        """)


@pytest.fixture(scope="module")
def read_out(project: CompiledProject) -> Iterator[ReadOut]:
    made = ReadOut(project)
    yield made
    made.connection.close()


@pytest.fixture(scope="module")
def simulated(read_out: ReadOut) -> Callable[..., pa.Table]:
    """Return a function that judges simulations of a shop at every look."""

    def simulate(shop: Shop, simulations: int, seed: int = 22) -> pa.Table:
        draw = np.random.default_rng(seed)
        tables = [moments(shop, draw, f"{number:04d}") for number in range(simulations)]
        return read_out.judge(pa.concat_tables(tables))

    return simulate


def ever_found(found: pa.Table, metric: str) -> float:
    """Return the share of simulations that found a difference at any look."""
    rows = found.select(["simulation", "metric", "verdict"]).to_pylist()
    of_metric = [row for row in rows if row["metric"] == metric]
    finding = {row["simulation"] for row in of_metric if row["verdict"] in ("better", "worse")}
    return len(finding) / len({row["simulation"] for row in of_metric})


SHOPS = {
    "customers unlike each other": Shop(),
    "customers alike": Shop(customers=1500, unlike=50),
    "amounts that differ widely": Shop(customers=1500, control_share=0.1, spread=1.6),
    "purchases at regular intervals": Shop(customers=1500, regular=True),
    "half of the customers are new": Shop(customers=1500, newcomers=0.5),
}
"""Shops without an effect."""
FAST = "customers unlike each other"


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name == FAST else pytest.mark.slow) for name in SHOPS]
)
def test_without_an_effect_few_experiments_ever_find_one(simulated, name):
    """Of 1,000 with 60 looks each: at most 5 % by the intervals' promise, plus chance."""
    found = simulated(SHOPS[name], 1000)
    most = stats.binom.ppf(0.999, 1000, ALPHA) / 1000
    rates = {metric: ever_found(found, metric) for metric in METRICS}
    assert all(rate <= most for rate in rates.values()), rates


def test_an_interval_for_one_look_would_find_effects_that_arent_there(simulated):
    """What the intervals are for: 1.96 standard errors, looked at on 60 days."""
    found = simulated(Shop(), 300)
    beyond = np.abs(found["difference"].to_numpy()) > 1.96 * _errors(found)
    simulations = found["simulation"].to_numpy().astype(int)
    orders = found["metric"].to_numpy() == "orders"
    assert len(np.unique(simulations[orders & beyond])) / 300 > 3 * ALPHA


def _errors(found: pa.Table) -> np.ndarray:
    """Return standard errors: half an interval by its factor (Waudby-Smith et al. 2024)."""
    r = 8.2115 * found["look"].to_numpy() / 28
    factor = np.sqrt((1 + 1 / r) * np.log((1 + r) / ALPHA**2))
    half = (found["ci_high"].to_numpy() - found["ci_low"].to_numpy()) / 2
    return np.where(np.isnan(half), np.inf, half / factor)


def test_a_planted_effect_is_found(simulated):
    """A fifth more orders, which the last look's smallest effect says would be found."""
    found = simulated(Shop(customers=1500, effect=0.2), 200)
    assert ever_found(found, "orders") > 0.95
    verdicts = found["verdict"].to_pylist()
    assert verdicts.count("worse") <= 0.001 * len(verdicts)
    last = [row for row in found.to_pylist() if row["look"] == 60 and row["metric"] == "orders"]
    planted = 0.2 * 60 / 12  # by customer in 60 days
    mean = np.mean([row["difference"] for row in last])
    error = np.std([row["difference"] for row in last]) / math.sqrt(len(last))
    assert mean == pytest.approx(planted, abs=4 * error)


def test_the_smallest_effect_is_found_in_four_of_five(read_out):
    """At one look, by the normal distribution: differences around it with their standard error."""
    size, spread = 1000, 3.0
    draw = np.random.default_rng(1)
    known = read_out.judge(sums(size, 10.0, 10.0, spread**2, "0:28")).to_pylist()[0]
    effect = known["smallest_effect"]
    error = spread * math.sqrt(2 / size)
    estimates = 10 + effect + draw.normal(0, error, 4000)
    parts = [sums(size, value, 10.0, spread**2, f"{at}:28") for at, value in enumerate(estimates)]
    share = read_out.judge(pa.concat_tables(parts))["verdict"].to_pylist().count("better") / 4000
    assert share == pytest.approx(0.8, abs=0.02)


def sums(size: int, value: float, baseline: float, variance: float, name: str) -> pa.Table:
    """Return sums of one metric of two arms as large, without purchases before, at day 28."""
    return pa.table(
        {
            "experiment": [name, name],
            "arm": ["champion", "control"],
            "metric": ["orders", "orders"],
            "share": [0.5, 0.5],
            "customers": [size, size],
            "known_before": [size, size],
            "customer_days": [28 * size, 28 * size],
            "buyers": [size, size],
            "mean_y": [value, baseline],
            "mean_x": [0.0, 0.0],
            "variance_y": [variance, variance],
            "variance_x": [0.0, 0.0],
            "covariance": [0.0, 0.0],
        }
    )


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_purchases_before_take_their_share_of_the_variance_away(read_out, correlation):
    """By 1 - rho squared (Deng et al. 2013): in the sample that is exact."""
    draw = np.random.default_rng(3)
    customers = 400
    x = draw.normal(5, 2, (2, customers))
    y = 3 + correlation * x + math.sqrt(1 - correlation**2) * draw.normal(0, 2, (2, customers))
    table = sums(customers, 1.0, 1.0, 1.0, "0:28").to_pydict()
    table |= {
        "mean_x": x.mean(1),
        "mean_y": y.mean(1),
        "variance_x": x.var(1, ddof=1),
        "variance_y": y.var(1, ddof=1),
        "covariance": [np.cov(one, other)[0, 1] for one, other in zip(x, y, strict=True)],
    }
    [row] = read_out.judge(pa.table(table)).to_pylist()
    centred = [one - one.mean(1, keepdims=True) for one in (x, y)]
    rho = np.corrcoef(centred[0].ravel(), centred[1].ravel())[0, 1]
    assert row["variance_reduction"] == pytest.approx(rho**2, abs=1e-5)
    assert rho == pytest.approx(correlation, abs=0.05)


def test_arms_that_lack_customers_are_caught_and_others_arent(read_out):
    """Of 1,000 experiments of 5,000 customers: looked at after every 100, p < .01 at any time."""
    draw = np.random.default_rng(4)
    looks = np.arange(1, 51)

    def ever(shares: list[float]) -> float:
        arrived = draw.multinomial(100, shares, (1000, 50)).cumsum(1)
        balance = pa.table(
            {
                "experiment": np.repeat(
                    [f"{at}:{look}" for at in range(1000) for look in looks], 2
                ),
                "arm": ["control", "champion"] * 50_000,
                "metric": ["buyers"] * 100_000,
                "share": [0.1, 0.9] * 50_000,
                "customers": arrived.reshape(-1),
            }
        )
        read_out.give("int_experiment_sums", balance)
        read_out.make("int_experiment_balance")
        [row] = read_out.ask("""
            select count(distinct split_part(experiment, ':', 1)) as experiments
            from intermediate.int_experiment_balance where p_value < .01
        """).to_pylist()
        return row["experiments"] / 1000

    assert ever([0.1, 0.9]) <= stats.binom.ppf(0.999, 1000, 0.01) / 1000
    # a fifth of the control group is missing
    assert ever([0.08 / 0.98, 0.9 / 0.98]) > 0.8


def test_sums_are_those_of_the_purchases(read_out):
    """Lines of 300 customers, recomputed with NumPy: means, variances and covariances."""
    draw = np.random.default_rng(5)
    start = date(2024, 3, 1)
    customers, lines = 300, 4000
    who = draw.integers(1, customers + 1, lines)
    day = draw.integers(-100, 40, lines)  # of the experiment; the 91 days before it count
    amount = np.round(draw.lognormal(2, 1, lines), 2)
    read_out.give(
        "int_experiment_period",
        pa.table(
            {"experiment": ["lists"], "from_day": [start], "until_day": [start + timedelta(29)]}
        ),
    )
    keys = np.arange(1, customers + 1)
    ids = [f"c{key}" for key in keys]
    arms = np.where(keys % 3 == 0, "control", "champion")
    read_out.give("int_customers", pa.table({"customer_key": keys, "customer_id": ids}))
    read_out.give("int_customer_arms", pa.table({"customer_key": keys, "arm": arms}))
    read_out.give(
        "int_experiment_arms",
        pa.table(
            {"experiment": ["lists"] * 2, "arm": ["control", "champion"], "share": [1 / 3, 2 / 3]}
        ),
    )
    times = [start + timedelta(int(at)) for at in day]
    read_out.give(
        "int_purchase_lines",
        pa.table(
            {
                "customer_id": [f"c{one}" for one in who],
                "order_id": [f"{one} {at}" for one, at in zip(who, day, strict=True)],
                "purchased_at": pa.array(times, pa.date32()).cast(pa.timestamp("us")),
                "amount": pa.array(amount).cast(pa.decimal128(18, 4)),
                "is_return": np.zeros(lines, dtype=bool),
            }
        ),
    )
    read_out.make("int_experiment_outcomes", "int_experiment_sums")
    first = np.full(customers + 1, 999)
    np.minimum.at(first, who, day)
    counted = np.where(first < 0, 0, first + 1)[who]
    since, before = (day >= counted) & (day < 30) & (day >= 0), (day >= -91) & (day < 0)
    spent = [np.bincount(who[at], amount[at], customers + 1)[1:] for at in (since, before)]
    found = {
        row["arm"]: row
        for row in read_out.ask("from intermediate.int_experiment_sums").to_pylist()
        if row["metric"] == "revenue"
    }
    for arm in ("control", "champion"):
        y, x = (one[arms == arm] for one in spent)
        covariance = np.cov(y, x)
        assert found[arm]["customers"] == len(y)
        for name, value in {
            "mean_y": y.mean(),
            "mean_x": x.mean(),
            "variance_y": covariance[0, 0],
            "variance_x": covariance[1, 1],
            "covariance": covariance[0, 1],
        }.items():
            assert found[arm][name] == pytest.approx(value), (arm, name)


def bucket(experiment: str, customer_id: str) -> float:
    """Return the documented hash, by Python's own MD5."""
    digest = hashlib.md5(f"{experiment}:{customer_id}".encode(), usedforsecurity=False)
    return int(digest.hexdigest()[:13], 16) / 16**13


def test_the_hash_is_even_and_the_same_everywhere(read_out):
    ids = [f"customer {number}" for number in range(50_000)]
    keys = np.arange(len(ids))

    def arm_of_each(name: str, control: float) -> np.ndarray:
        read_out.give("int_customers", pa.table({"customer_key": keys, "customer_id": ids}))
        settings = {
            "experiment_name": [name],
            "control_share": [control],
            "challenger_share": [0.2],
        }
        read_out.give("stg_settings", pa.table(settings))
        read_out.make("int_experiment_arms", "int_customer_arms")
        rows = read_out.ask("from intermediate.int_customer_arms order by customer_key")
        return rows["arm"].to_numpy()

    tenth, fifth = arm_of_each("lists", 0.1), arm_of_each("lists", 0.2)
    assert ((np.array([bucket("lists", one) for one in ids]) < 0.1) == (tenth == "control")).all()
    counts = [np.count_nonzero(tenth == arm) for arm in ("control", "champion", "challenger")]
    assert stats.chisquare(counts, [5000, 35_000, 10_000]).pvalue > 0.001
    # who was held out stays held out, and nobody changes between the other two arms
    assert (fifth[tenth == "control"] == "control").all()
    assert (fifth[tenth == "challenger"] == "challenger").all()
    # another experiment draws others: of its control group a tenth is in this one's
    other = arm_of_each("autumn", 0.1) == "control"
    both = np.count_nonzero(other & (tenth == "control"))
    assert stats.binomtest(both, int(other.sum()), 0.1).pvalue > 0.001


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"control_share": 0.6, "challenger_share": 0.5, "challenger": "ease"},
            "settings control_share and challenger_share are 0.6 and 0.5; together they must be "
            "below 1",
        ),
        ({"control_share": 1}, "setting control_share is 1; use a number from 0 to 0.9"),
        ({"control_share": "ten"}, "setting control_share is ten; use a number from 0 to 0.9"),
        ({"challenger_share": 0.1}, "setting challenger is empty, and challenger_share is 0.1"),
        (
            {"challenger_share": 0.1, "challenger": "eese"},
            "setting challenger is eese; use",
        ),
        (
            {"challenger_share": 0.1, "challenger": "ease", "recommenders": "svd"},
            "setting challenger is ease; name it in recommenders, too: svd",
        ),
        (
            {"experiment_started_on": "soon"},
            "setting experiment_started_on is soon; use a date such as 2017-12-31",
        ),
    ],
)
def test_settings_of_experiments_are_checked(cleaner, settings, message):
    files = {
        "shop.yml": "name: small\npurchases:\n  path: lines.csv\n"
        "  columns: {customer_id: c, product_id: p, purchased_at: t}\n",
        "lines.csv": "c,p,t\nann,tea,2024-01-01\n",
    }
    with pytest.raises(duckdb.Error, match=message.replace(".", r"\.")):
        cleaner.clean(files, settings)
