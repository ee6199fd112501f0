"""`recsys check`: what a build would read, and what the data can support."""

import sys
from typing import Any

from recsys.checking.cost import Cost
from recsys.checking.report import Report, check_shop
from recsys.cli.build import SettingsOption, ShopOption, variables_of
from recsys.cli.exit_codes import exit_code
from recsys.cli.options import JsonOption
from recsys.cli.output import (
    Column,
    counted,
    print_json,
    print_line,
    print_missing,
    print_table,
    shown,
)
from recsys.errors import RecsysError


def check(
    shop: ShopOption = None, settings: SettingsOption = None, json: JsonOption = False
) -> None:
    """Read and clean the shop's files; show what is rejected and why, and what they can support.

    Nothing is fitted and no database is written. Where a build would fail, it ends with the exit
    code of that build.
    """
    try:
        report = check_shop(shop, variables_of(settings or []))
    except RecsysError as error:
        if json:
            print_json({"error": str(error)})
            sys.exit(exit_code(error))
        raise
    if json:
        print_json(report.as_dict())
    else:
        _print(report, f" --shop {shop}" if shop else "")
    if report.cause is not None:
        sys.exit(exit_code(report.cause))


def _print(report: Report, option: str) -> None:
    print_line(f"Shop {report.shop}", "bold")
    if report.error is not None and not report.lines:  # nothing was read
        print_line(f"It would not build: {report.error}", "red")
        return
    _print_lines(report)
    _print_cleaning(report)
    if report.support is not None:
        _print_facts(report.facts)
        _print_support(report)
    print_missing(report.missing)
    print_line("")
    for said in report.notify:
        print_line(f"warning: {said}", "yellow")
    if report.error is not None:
        print_line(f"It would not build: {report.error}", "red")
    else:
        print_line(f"It would build: recsys build{option}", "green")


def _print_lines(report: Report) -> None:
    rows = []
    for source in dict.fromkeys(row["source"] for row in report.lines):
        of_source = [row for row in report.lines if row["source"] == source]
        read = sum(row["rows"] for row in of_source)
        accepted = sum(row["rows"] for row in of_source if row["outcome"] == "accepted")
        rows.append((source, read, accepted, read - accepted))
    print_table(
        "Lines read",
        [
            Column("source", "id"),
            Column("read", "number"),
            Column("accepted", "number"),
            Column("rejected", "number"),
        ],
        rows,
        empty="none",
    )
    if report.examples:
        print_line("")
        print_line("Rejected, with examples (lines are counted below the header)", "bold")
    counts = {(row["source"], row["reason"]): row["rows"] for row in report.lines}
    told: set[tuple[str, str]] = set()
    for row in report.examples:
        key = (row["source"], row["reason"])
        if key not in told:
            print_line(f"  {row['source']}: {row['reason']} ({counts.get(key, 0):,})")
            told.add(key)
        where = f", line {row['row_number']:,}" if row["row_number"] else ""
        print_line(f"    {row['file']}{where}: {_values(row['values'])}")


def _values(values: dict[str, Any]) -> str:
    text = ", ".join(f"{name}: {value}" for name, value in values.items())
    return text if len(text) <= 100 else text[:99] + "…"


def _print_cleaning(report: Report) -> None:
    if report.cleaning:
        print_table(
            "Cleaning beside that (docs/cleaning.md says what each rule does)",
            [
                Column("rule", "id"),
                Column("lines", "number"),
                Column("effect", "id"),
                Column("setting"),
            ],
            [
                (f"{row['source']}: {row['rule']}", row["rows"], row["effect"], row["setting"])
                for row in report.cleaning
            ],
            empty="no rule found anything",
        )


def _print_facts(facts: dict[str, Any]) -> None:
    names = {
        "purchase_lines": "purchase lines",
        "return_lines": "of these, returns",
        "anonymous_lines": "of these, without a customer",
        "orders": "orders",
        "ratings": "ratings",
        "implied_ratings": "ratings implied from purchases",
        "customers": "customers",
        "products": "products",
    }
    what_is_left = "What is left, without dates"
    if facts["first_at"] is not None:
        period = f"{shown(facts['first_at'])} to {shown(facts['last_at'])}"
        what_is_left = f"What is left: {period}, {facts['history_days']:,} days"
    print_table(
        what_is_left,
        [Column("what", "id"), Column("number", "number")],
        [(words, facts[name]) for name, words in names.items() if facts[name]],
        empty="nothing",
    )


def _print_cost(cost: Cost) -> None:
    minutes = max(1, round(cost.cpu_seconds / 60))
    said = (
        f"Cost: about {counted(minutes, 'minute', 'minutes')} of one core, and up to "
        f"{max(cost.disk_bytes / 1e9, 0.1):,.1f} GB of disk while it builds"
    )
    if cost.candidates:
        said += (
            f". It follows the candidates, at most {cost.candidates:,}: the customers of all folds "
            f"({cost.ranked_customers:,}) times the products that each recommender ranks for them"
        )
    print_line("")
    print_line(said)


def _print_support(report: Report) -> None:
    support = report.support
    assert support is not None  # noqa: S101 - asked for by the caller
    print_table(
        "Products that may be recommended today",
        [Column("products", "id"), Column("number", "number")],
        [(row["products"], row["number"]) for row in support.catalogue],
        empty="none",
    )
    print_table(
        "What can be recommended from",
        [Column("recommender", "text"), Column("works", "id"), Column("because")],
        [(verdict.recommender, verdict.works, verdict.why) for verdict in support.recommenders],
        empty="nothing",
    )
    print_line("")
    lists = ", ".join(support.lists) or "none, because no line says who bought"
    print_line(f"Lists: {lists}", "bold")
    window = report.facts["label_window_days"]
    print_line(
        f"Folds: the history has room for {support.folds_possible:,} past folds of {window} days; "
        f"a build makes {len(support.folds)} ("
        + ", ".join(f"{row['fold']} to {row['purpose']}" for row in support.folds)
        + ")"
    )
    print_table(
        "Customers who could be judged",
        [Column("fold", "id"), Column("list", "id"), Column("customers", "number")],
        [(row["fold"], row["list_type"], row["customers"]) for row in support.judged],
        empty="none: no line says who bought" if support.folds else "none: there is no past fold",
    )
    _print_cost(support.cost)
    if support.only_popularity:
        print_line("")
        print_line("Where popularity is all that can be justified", "bold")
        for said in support.only_popularity:
            print_line(f"  {said}")
