"""Several files are drafted as one table: all of them are looked at, and one path names them."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from recsys.draft.assemble import draft_shop
from recsys.draft.opening import failure_to_open
from recsys.draft.yaml_text import yaml_text
from recsys.errors import ShopFileError
from recsys.shop import attach_shop, load_shop

HEADER = "order_id,customer_id,date,sku,qty,price"


def sold(first: int, last: int) -> list[str]:
    """Return lines of two an order: two of a product at 3, one of another at 4."""
    return [
        f"{n // 2},c{n // 2 % 13},2024-{1 + n // 60:02}-{1 + n % 28:02},s{n % 9},"
        f"{2 - n % 2},{3 + n % 2}"
        for n in range(first, last)
    ]


def csv(*lines: str) -> str:
    return "\n".join(lines) + "\n"


@pytest.fixture
def drafted(tmp_path):
    """Return a function that writes files and drafts the shop of all of them, or of some."""

    def drafted(files: dict[str, str], *, but: tuple[str, ...] = ()):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        given = [tmp_path / name for name in files if name not in but]
        draft = draft_shop(given, tmp_path / "shop.yml")
        (tmp_path / "shop.yml").write_text(yaml_text(draft), encoding="utf-8")
        assert failure_to_open(tmp_path / "shop.yml") is None
        return draft

    return drafted


def ask(folder: Path, query: str):
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop(folder / "shop.yml"), {})
        return connection.execute(f"{query} from recsys_inputs.purchases").fetchall()


def test_what_later_files_show_counts(drafted, tmp_path):
    """In the first file each order has one line, so that its total looks like the line's value."""
    header = "order_id,customer_id,date,sku,qty,price,total,status"
    first = [f"{n},c{n % 7},2024-01-{1 + n:02},s{n % 5},1,10,10,paid" for n in range(20)]
    later = [
        f"{100 + n // 3},c{n // 3 % 7},2024-02-{1 + n % 28:02},s{n % 5},1,10,"
        f"{'' if n % 3 else '30'},{'' if n % 3 else 'refunded' if n % 6 else 'paid'}"
        for n in range(60)
    ]
    draft = drafted({"o_1.csv": csv(header, *first), "o_2.csv": csv(header, *later)})
    [table] = draft.tables
    assert (table.path, table.source("amount")) == ("o_*.csv", None)
    assert any(said.startswith("total (of the whole order") for said in table.left_out)
    # 80 lines of 10; the 30s are the orders'
    worth = "select count(*), sum(quantity::int * unit_price::int)"
    assert ask(tmp_path, worth) == [(80, 800)]


def test_the_last_of_many_files_is_looked_at(drafted):
    """A sale in another currency in the last of 210 files, of which 200 are looked at."""
    header = HEADER + ",currency"
    months = {
        f"m{n:03}.csv": csv(header, *(f"{line},EUR" for line in sold(2 * n, 2 * n + 2)))
        for n in range(210)
    }
    months["m209.csv"] += "999,c1,2024-05-01,s1,1,3,USD\n"
    assert drafted(months).table("purchases").where == "\"currency\" = 'EUR'"


@pytest.mark.parametrize(
    ("names", "path"),
    [
        (["o/2023/01.csv", "o/2023/02.csv", "o/2024/01.csv"], "o/*/*.csv"),
        (["o/2023/a.csv", "o/2024/q1/a.csv"], "o/**/a.csv"),
        (["a/day=2024-01-31/part-0.csv", "a/day=2024-02-01/part-1.csv"], "a/day=*/part-*.csv"),
        (["north/sales.csv", "south/sales.csv"], "*/sales.csv"),
        (["x[1]/sales_1.csv", "x[1]/sales_2.csv"], "x[[]1]/sales_*.csv"),
        (["sales[1].csv", "sales[20].csv"], "sales[[]*].csv"),
    ],
)
def test_files_in_several_folders_are_one_table(drafted, tmp_path, names, path):
    size = 240 // len(names)
    draft = drafted(
        {name: csv(HEADER, *sold(size * n, size * n + size)) for n, name in enumerate(names)}
    )
    assert draft.table("purchases").path == path
    assert draft.unused == []
    assert ask(tmp_path, "select count(*), count(distinct file)") == [(240, len(names))]


def test_a_path_names_the_files_that_were_given_alone(drafted, tmp_path):
    files = {f"o_0{n}.csv": csv(HEADER, *sold(60 * n, 60 * n + 60)) for n in (1, 2, 3)}
    draft = drafted(files, but=("o_02.csv",))
    assert draft.table("purchases").path == "o_0[13].csv"
    assert ask(tmp_path, "select count(*)") == [(120,)]


def test_what_no_path_can_leave_out_is_said(drafted):
    files = {f"o_{n}.csv": csv(HEADER, *sold(60, 120)) for n in ("1", "20", "3")}
    [doubt] = drafted(files, but=("o_3.csv",)).table("purchases").doubts
    assert doubt == "the path names files that weren't given, too: o_3.csv"


def test_a_day_that_only_the_folder_says(drafted, tmp_path):
    rows = [",".join(line.split(",")[:2] + line.split(",")[3:]) for line in sold(0, 120)]
    header = HEADER.replace("date,", "")
    days = {f"day=2024-01-{n + 1:02}": csv(header, *rows[n * 12 : n * 12 + 12]) for n in range(10)}
    draft = drafted({f"{day}/part-0.csv": content for day, content in days.items()})
    assert draft.table("purchases").source("purchased_at") == "day"
    found = ask(tmp_path, "select min(purchased_at), max(purchased_at), count(purchased_at)")
    assert found == [("2024-01-01", "2024-01-10", 120)]


@pytest.mark.parametrize(
    ("folder", "source", "last"),
    [
        ("year={0:%Y}/month={0:%m}/day={0:%d}", '"year", "month", "day"', "2024-3-28"),
        ("year={0:%Y}/month={0:%m}", '"year", "month", 1', "2024-3-1"),
    ],
)
def test_a_day_in_parts(drafted, tmp_path, folder, source, last):
    files: dict[str, str] = {}
    for line in sold(0, 180):
        number, customer, day, *rest = line.split(",")
        name = folder.format(date.fromisoformat(day)) + "/part-0.csv"
        content = files.setdefault(name, HEADER.replace("date,", "") + "\n")
        files[name] = content + ",".join([number, customer, *rest]) + "\n"
    draft = drafted(files)
    assert draft.table("purchases").source("purchased_at") == f"concat_ws('-', {source})"
    assert ask(tmp_path, "select max(purchased_at::date), count(purchased_at)") == [
        (date(*map(int, last.split("-"))), 180)
    ]


def test_months_of_workbooks(drafted, tmp_path):
    for month, rows in enumerate([sold(0, 60), [], sold(60, 120)]):
        with xlsxwriter.Workbook(tmp_path / f"m_{month}.xlsx") as book:
            sheet = book.add_worksheet("Orders")
            for place, line in enumerate([HEADER, *rows]):
                sheet.write_row(place, 0, line.split(","))
    draft = draft_shop(sorted(tmp_path.glob("*.xlsx")), tmp_path / "shop.yml")
    [table] = draft.tables
    assert table.path == "m_*.xlsx"
    assert "m_1.xlsx has no rows" in table.evidence[0]


def test_a_column_more_is_the_same_table(drafted, tmp_path):
    draft = drafted(
        {
            "sales_jan.csv": csv(HEADER, *sold(0, 60)),
            "sales_feb.csv": csv(HEADER + ",voucher", *(f"{line},x" for line in sold(60, 120))),
            "sales_mar.csv": csv(HEADER.removesuffix(",price"), *(
                line.rpartition(",")[0] for line in sold(120, 180)
            )),
        }
    )  # fmt: skip
    assert draft.table("purchases").path == "sales_*.csv"
    assert ask(tmp_path, "select count(*), count(unit_price)") == [(180, 120)]


def test_a_column_under_another_name_is_another_table(drafted):
    renamed = HEADER.replace("sku", "item_code")
    draft = drafted({"a_1.csv": csv(HEADER, *sold(0, 60)), "a_2.csv": csv(renamed, *sold(60, 160))})
    assert draft.table("purchases").path == "a_2.csv"
    assert any("a_1.csv looks like purchases, too, and isn't read" in d for d in draft.doubts)


def test_a_file_of_another_shape_is_another_table(drafted):
    titles = csv("sku,title", *(f"s{n},Tea {n}" for n in range(9)))
    draft = drafted(
        {
            "d_1.csv": csv(HEADER, *sold(0, 60)),
            "d_2.csv": titles,
            "d_3.csv": csv(HEADER, *sold(60, 90)),
        }
    )
    assert draft.table("purchases").path == "d_[13].csv"
    assert draft.table("products").path == "d_2.csv"


def records(lines: list[str]) -> list[dict[str, str]]:
    return [dict(zip(HEADER.split(","), line.split(","), strict=True)) for line in lines]


@pytest.mark.parametrize(
    ("kind", "empty", "said"),
    [
        ("csv", HEADER + "\n", "s_2.csv has no rows"),
        ("csv", HEADER.removesuffix(",price") + "\n", "s_2.csv has no rows"),
        ("csv", "", "is empty"),
        ("json", "[]", "s_2.json has no rows"),
        ("json", '{"orders": []}', "s_2.json (orders) has no rows"),
    ],
)
def test_a_month_without_sales_is_skipped_and_said(drafted, tmp_path, kind, empty, said):
    contents = [csv(HEADER, *sold(0, 60)), csv(HEADER, *sold(60, 90))]
    if kind == "json":
        rows = [records(sold(0, 60)), records(sold(60, 90))]
        contents = [json.dumps({"orders": part} if "orders" in empty else part) for part in rows]
    draft = drafted({f"s_1.{kind}": contents[0], f"s_2.{kind}": empty, f"s_3.{kind}": contents[1]})
    table = draft.table("purchases")
    assert table.path == f"s_*.{kind}"
    assert said in " ".join([*table.evidence, *(unused.why for unused in draft.unused)])
    assert ask(tmp_path, "select count(*)") == [(90,)]


def test_a_shop_without_a_line_has_no_draft(drafted):
    with pytest.raises(ShopFileError, match="has no rows below its header"):
        drafted({"s_1.csv": HEADER + "\n", "s_2.csv": HEADER + "\n"})


def test_months_of_plain_letters_go_with_those_that_have_others(drafted, tmp_path):
    accented = csv(HEADER, *sold(60, 120)).replace("s1", "s\xf6")
    tmp_path.joinpath("m_2.csv").write_bytes(accented.encode("windows-1252"))
    draft_of = {"m_1.csv": csv(HEADER, *sold(0, 60)), "m_3.csv": csv(HEADER, *sold(120, 180))}
    for name, content in draft_of.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    paths = [tmp_path / f"m_{n}.csv" for n in (1, 2, 3)]
    draft = draft_shop(paths, tmp_path / "shop.yml")
    [table] = draft.tables
    assert (table.path, table.file.format) == ("m_*.csv", {"encoding": "windows-1252"})
    # one of other letters in UTF-8 can't be read with them
    utf_8 = tmp_path / "m_4.csv"
    utf_8.write_text(csv(HEADER, *sold(180, 240)).replace("s1", "s\xf6"), encoding="utf-8")
    draft = draft_shop([*paths, utf_8], tmp_path / "shop.yml")
    assert draft.tables[0].path == "m_[123].csv"
    assert any("m_4.csv" in doubt for doubt in draft.doubts)


def test_files_of_one_name_are_told_apart(drafted):
    titles = csv("sku,title", *(f"s{n},Tea {n}" for n in range(9)))
    draft = drafted(
        {
            "a/x.csv": csv(HEADER, *sold(0, 60)),
            "b/x.csv": titles,
            "c/x.csv": csv("campaign,text", *(f"{n},Tea {n}" for n in range(9))),
        }
    )
    assert [unused.label for unused in draft.unused] == ["c/x.csv"]


def test_a_catalogue_a_year_lists_each_product_once_a_file(drafted):
    goods = csv("sku,title,category", *(f"s{n},Tea {n},hot" for n in range(9)))
    files = {f"{2023 + n}/orders.csv": csv(HEADER, *sold(60 * n, 60 * n + 60)) for n in (0, 1)}
    files |= {f"{year}/goods.csv": goods for year in (2023, 2024)}
    products = drafted(files).table("products")
    assert products.path == "*/goods.csv"
    assert any(
        "several of its files list the same product_id" in doubt for doubt in products.doubts
    )
