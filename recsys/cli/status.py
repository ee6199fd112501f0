"""`recsys status`: what the last run read, how good its recommenders are, and who serves."""

from dataclasses import asdict
from typing import Any

from recsys.cli.changes import print_changes
from recsys.cli.made_of import made_of, print_made_of
from recsys.cli.options import DatabaseOption, JsonOption, open_warehouse
from recsys.cli.output import (
    Column,
    counted,
    print_json,
    print_line,
    print_missing,
    print_table,
    score,
    short_id,
    shown,
)
from recsys.reading.changes import changes_since_run_before
from recsys.reading.records import Run
from recsys.reading.warehouse import JudgedList, ListType, Warehouse

METRIC, K = "ndcg", 10

COUNTED = {
    "customers_judged": "judged",
    "customers_nothing_to_find": "left out: nothing to find",
    "customers_not_sampled": "left out: not in the sample",
    "customers_without_history": "left out: no history",
}

MARKS = {"tie": "~", "better": "+"}
"""How a value stands to that of who serves the list."""

Rows = list[dict[str, Any]]


def status(database: DatabaseOption = None, json: JsonOption = False) -> None:
    """Show the last run, what it read and rejected, the leaderboard, what serves, what changed."""
    with open_warehouse(database) as warehouse:
        runs = warehouse.run_history()
        audit = warehouse.input_audit().to_pylist()
        missing = warehouse.missing_inputs().to_pylist()
        metrics = warehouse.model_metrics(metric=METRIC, k=K).to_pylist()
        champions = warehouse.champions().to_pylist()
        coverage = warehouse.evaluation_coverage().to_pylist()
        # of a shop without customers product pages alone are judged, by their orders
        pages = [] if metrics else _judged_pages(warehouse)
        unfinished = warehouse.unfinished_build()
        made = made_of(warehouse.path)
        changes = changes_since_run_before(warehouse)
        uplift = warehouse.uplift()
    newest = max((row["fold"] for row in metrics), default=None)
    pages = [row for row in pages if row["fold"] == max(page["fold"] for page in pages)]
    leaderboard = [row for row in metrics if row["fold"] == newest]
    coverage = [row for row in coverage if row["fold"] == newest]
    if json:
        print_json(
            {
                "run": asdict(runs[0]) if runs else None,
                "made_of": made,
                "unfinished_build_started_at": unfinished,
                "input_audit": audit,
                "missing_inputs": missing,
                "leaderboard": leaderboard,
                "product_pages": pages,
                "coverage": coverage,
                "champions": champions,
                "changes": changes,
                "uplift": uplift,
                "run_history": [asdict(run) for run in runs],
            }
        )
        return
    if unfinished is not None:
        print_line(
            f"The build that began {unfinished:%Y-%m-%d %H:%M} (UTC) didn't finish: some tables "
            "are of it, others of the run below. Build again: recsys build",
            "yellow",
        )
    _print_run(runs)
    _print_audit(audit)
    print_missing(missing)
    # every list has a champion, and without purchases discover is the only list
    by_ratings = {row["list_type"] for row in champions} == {ListType.discover}
    done, lines = ("rated", "ratings") if by_ratings else ("bought", "purchases")
    if pages:
        _print_pages(pages)
    else:
        _print_leaderboard(newest, leaderboard, champions, done)
        _print_coverage(coverage, lines)
        _print_champions(champions)
    if changes is not None:
        print_changes(changes)
    _print_uplift(uplift)
    _print_history(runs)
    print_made_of(made)


def _judged_pages(warehouse: Warehouse) -> Rows:
    rows: Rows = warehouse.model_metrics(
        metric="hit_rate", list_type=JudgedList.product_page, k=K
    ).to_pylist()
    return rows


def _print_pages(pages: Rows) -> None:
    print_table(
        f"Product pages: hit rate@{K} among {pages[0]['customers']:,} orders "
        f"from {pages[0]['fold']}",
        [Column("what a page shows", "id"), Column("hit rate ", "number")],
        [(row["recommender"], _ndcg(row["value"])) for row in pages],
        empty="no product page was judged",
    )
    print_line("No line says who bought: there are no lists for customers, and nothing serves any")


def _print_run(runs: list[Run]) -> None:
    if not runs:
        print_line("No run is recorded.")
        return
    run = runs[0]
    short = short_id(run.run_id, [other.run_id for other in runs])
    took = "" if run.seconds is None else f" in {run.seconds:.0f} s"
    print_line(f"Shop {run.shop or '(unnamed)'}, as of {shown(run.as_of)}")
    print_line(f"Run {short}, finished {_minute(run)}{took}, recsys {run.package_version}")
    print_line(
        f"{counted(run.purchases, 'purchase line', 'purchase lines')}, "
        f"{counted(run.customers, 'customer', 'customers')}, "
        f"{counted(run.products, 'product', 'products')}"
    )


def _print_audit(audit: Rows) -> None:
    rows = []
    for source in dict.fromkeys(row["source"] for row in audit):
        lines = [row for row in audit if row["source"] == source]
        rejected = [row for row in lines if row["outcome"] == "rejected" and row["rows"]]
        accepted = sum(row["rows"] for row in lines if row["outcome"] == "accepted")
        reasons = "; ".join(f"{row['reason']} ({row['rows']:,})" for row in rejected)
        refused = sum(row["rows"] for row in rejected)
        rows.append((source, accepted + refused, accepted, refused, reasons))
    print_table(
        "Lines read",
        [
            Column("source", "id"),
            Column("read", "number"),
            Column("accepted", "number"),
            Column("rejected", "number"),
            Column("why rejected"),
        ],
        rows,
        empty="no source was read",
    )


def _print_leaderboard(fold: str | None, leaderboard: Rows, champions: Rows, done: str) -> None:
    serving = {(row["recommender"], row["list_type"]) for row in champions}
    values = {(row["recommender"], row["list_type"]): row["value"] for row in leaderboard}
    verdicts = {(row["recommender"], row["list_type"]): row["verdict"] for row in leaderboard}
    lists = [name for name in ListType if name in {row["list_type"] for row in leaderboard}]

    def best_first(name: str) -> tuple[float, ...]:
        return tuple(-(values.get((name, at)) or 0.0) for at in reversed(lists))

    def mark(name: str, at: str) -> str:
        if (name, at) in serving:
            return "*"
        return MARKS.get(verdicts.get((name, at)) or "", " ")

    def cell(name: str, at: str) -> str:
        return _ndcg(values.get((name, at))) + mark(name, at)

    names = sorted({name for name, _ in values}, key=lambda name: (best_first(name), name))
    rows = [(name, *(cell(name, at) for at in lists)) for name in names]
    print_table(
        f"NDCG@{K}" + (f", judged on what was {done} from {fold}" if fold else ""),
        [Column("recommender", "id"), *(Column(name + " ", "number") for name in lists)],
        rows,
        empty="no recommender was judged",
    )
    if rows:
        print_line("* serves the list, ~ no significant difference from it")
        if any(marked.endswith(MARKS["better"]) for row in rows for marked in row):
            print_line("+ significantly better than what serves the list: see pinned_champion")


def _print_coverage(coverage: Rows, lines: str) -> None:
    of_list = {row["list_type"]: row for row in coverage}
    lists = [name for name in ListType if name in of_list]
    counts = [(words, [of_list[at][column] for at in lists]) for column, words in COUNTED.items()]
    rows = [(words, *numbers) for words, numbers in counts if any(numbers)]
    outside = [of_list[at]["share_outside"] for at in lists]
    shares = ["" if share is None else f"{100 * share:.1f} %" for share in outside]
    print_table(
        "Whom and what it leaves out",
        [Column("customers", "id"), *(Column(name, "number") for name in lists)],
        [*rows, (f"{lines} outside the catalogue", *shares)] if lists else [],
        empty="nothing was judged",
    )


def _print_champions(champions: Rows) -> None:
    print_table(
        "Who serves: the champion recommender of each list",
        [
            Column("list", "id"),
            Column("recommender", "id"),
            Column("value", "number"),
            Column("over baseline", "number"),
            Column("why"),
        ],
        [
            (row["list_type"], row["recommender"], _ndcg(row["value"]), _margin(row), row["why"])
            for row in champions
        ],
        empty="none",
    )


def _print_uplift(uplift: Rows) -> None:
    if not uplift:
        return
    first = uplift[0]
    print_line(f"Experiment {first['experiment']}, {_days(first)}")
    for summary in dict.fromkeys(row["summary"] for row in uplift):
        print_line(f"  {summary}")


def _days(row: dict[str, Any]) -> str:
    return f"{counted(row['days'], 'day', 'days')} from {shown(row['from_day'])}"


def _print_history(runs: list[Run]) -> None:
    print_table(
        f"Last runs, NDCG@{K} of what they served",
        [
            Column("finished (UTC)", "id"),
            Column("purchases", "number"),
            *(Column(name, "number") for name in ListType),
            Column("seconds", "number"),
        ],
        [
            (
                _minute(run),
                run.purchases,
                _ndcg(run.ndcg_at_10_discover),
                _ndcg(run.ndcg_at_10_buy_again),
                _ndcg(run.ndcg_at_10_next_basket),
                None if run.seconds is None else f"{run.seconds:,.0f}",
            )
            for run in runs
        ],
        empty="none",
    )


def _minute(run: Run) -> str:
    return "" if run.finished_at is None else f"{run.finished_at:%Y-%m-%d %H:%M}"


def _margin(champion: dict[str, Any]) -> str:
    """Return how much better than its baseline it is; a tie is marked, itself is no baseline."""
    if champion["verdict"] is None:
        return ""
    return f"{champion['difference']:+.4f}" + ("~" if champion["verdict"] == "tie" else " ")


def _ndcg(value: float | None) -> str:
    return score(value, decimals=4)  # recommenders differ in the third decimal
