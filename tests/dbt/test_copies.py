"""Which lines are copies: alike in every column of the file, where that can't be a second sale."""

import duckdb
import pytest

HEAD = "name: twice\npurchases:\n  path: '{path}'\n  columns: {{{columns}}}\n{rest}"
WHO = "customer_id: c, product_id: p, purchased_at: t"


def shop(files: dict[str, str], columns: str, path: str = "*.csv", rest: str = "") -> dict:
    return {"shop.yml": HEAD.format(path=path, columns=columns, rest=rest), **files}


@pytest.fixture
def copies(cleaner, tmp_path, monkeypatch):
    """Return a function that cleans a shop: its copies, and the lines kept that look like one."""
    monkeypatch.setattr(cleaner, "folder", tmp_path)

    def found(files: dict, settings: dict | None = None) -> tuple:
        ask = cleaner.clean(files, settings)
        rejected = ask(
            "select file, row_number from marts.rejected_rows where reason = 'duplicate_line' "
            "order by all"
        )
        kept = dict(
            ask(
                "select rule, rows from marts.cleaning_report "
                "where rule in ('repeated_line', 'alike_line') and source = 'purchases'"
            )
        )
        return rejected, kept["repeated_line"], kept["alike_line"]

    return found


def test_lines_that_differ_in_a_column_that_is_not_mapped_are_no_copies(copies):
    """Oat milk and whole milk; the third coffee, in all like the first, is a copy."""
    lines = "c,p,t,o,n,extra\n" + "".join(
        f"1,coffee,2024-01-01,o1,{n},{extra}\n"
        for n, extra in [(1, "oat milk"), (1, "whole milk"), (1, "oat milk"), (2, "")]
    )
    mapped = f"{WHO}, order_id: o, quantity: n"
    assert copies(shop({"a.csv": lines}, mapped)) == ([("a.csv", 3)], 0, 1)


def test_a_column_of_an_expression_tells_lines_apart(copies):
    """The hour is read for the time alone, but its minutes and seconds differ."""
    lines = "c,p,day,clock,n\n1,tea,2024-01-01,10:15:01,2\n1,tea,2024-01-01,10:15:59,2\n"
    minute = "\"concat(day, ' ', left(clock, 5))\""
    mapped = f"customer_id: c, product_id: p, purchased_at: {minute}, quantity: n"
    assert copies(shop({"a.csv": lines}, mapped)) == ([], 0, 1)


@pytest.mark.parametrize(
    ("quantities", "rejected"),
    [("1 1 1 1", []), ("1.0 1.0 1.0 1.0", []), ("1 1 2 2", [2, 4]), ("-1 -1 1 1", [])],
)
def test_where_every_line_is_of_one_unit_the_next_line_is_the_next_unit(
    copies, quantities, rejected
):
    values = quantities.split()
    lines = "c,p,t,o,n\n" + "".join(
        f"1,{product},2024-01-01,o1,{n}\n" for product, n in zip("aabb", values, strict=True)
    )
    expected = [("a.csv", row) for row in rejected]
    mapped = f"{WHO}, order_id: o, quantity: n"
    assert copies(shop({"a.csv": lines}, mapped)) == (expected, 2 - len(rejected), 0)


def test_a_unit_a_line_without_a_quantity(copies):
    lines = "c,p,t,o\n" + "1,mug,2024-01-01,o1\n" * 3
    mapped = f"{WHO}, order_id: o"
    assert copies(shop({"a.csv": lines}, mapped)) == ([], 2, 0)


def test_numbers_of_lines_tell_units_from_copies(copies):
    """Twelve mugs with numbers of their own; then two of the lines come again."""
    units = [f"{n},1,mug,2024-01-01,o1\n" for n in range(12)]
    lines = "id,c,p,t,o\n" + "".join([*units, units[3], units[11]])
    mapped = f"{WHO}, order_id: o"
    assert copies(shop({"a.csv": lines}, mapped)) == ([("a.csv", 13), ("a.csv", 14)], 0, 11)
    # nobody's lines, too: the number says which line it is
    nobody = "customer_id: cast(null as varchar), product_id: p, purchased_at: t"
    assert copies(shop({"a.csv": lines}, nobody)) == ([("a.csv", 13), ("a.csv", 14)], 0, 11)


def test_lines_that_nothing_tells_apart_are_kept_and_counted(copies):
    """A till without receipts: two may have bought the same that day."""
    lines = "p,t,n\nmilk,2024-01-01,2\nmilk,2024-01-01,2\nrye,2024-01-01,1\n"
    mapped = "customer_id: cast(null as varchar), product_id: p, purchased_at: t, quantity: n"
    assert copies(shop({"a.csv": lines}, mapped)) == ([], 1, 0)


def test_a_month_that_came_twice_counts_once(copies):
    """Of a unit a line: each unit has its own copy in the other file, and no more."""
    month = "c,p,t,o\n" + "1,mug,2024-01-01,o1\n" * 3 + "2,tea,2024-01-02,o2\n"
    files = {"jan.csv": month, "jan2.csv": month, "later.csv": "c,p,t,o\n1,mug,2024-02-01,o3\n"}
    again = [("jan2.csv", row) for row in (1, 2, 3, 4)]
    assert copies(shop(files, f"{WHO}, order_id: o")) == (again, 2, 0)


def test_a_file_that_came_twice_counts_once_though_its_lines_are_nobodys(copies):
    """A file that merely agrees in some lines with another is another shop's."""
    nobody = "customer_id: cast(null as varchar), product_id: p, purchased_at: t"
    day = "p,t\n" + "milk,2024-01-01\n" * 2 + "rye,2024-01-01\n"
    files = {"a.csv": day, "b.csv": day + "milk,2024-01-01\n", "c.csv": day}
    again = [("c.csv", row) for row in (1, 2, 3)]
    # beside them, the second milk of a, the second and third of b, and all of b but that third
    assert copies(shop(files, nobody)) == (again, 1 + 4, 0)


def test_exports_that_overlap(copies):
    """A column that one of the files lacks is empty in its lines: no copies any more."""
    january = ["1,tea,2024-01-30,o1,2", "1,rye,2024-01-30,o1,1", "2,tea,2024-01-31,o2,3"]
    february = [january[2], "2,rye,2024-02-01,o3,1"]
    files = {
        name: "\n".join(["c,p,t,o,n", *lines, ""])
        for name, lines in {"jan.csv": january, "feb.csv": february}.items()
    }
    mapped = f"{WHO}, order_id: o, quantity: n"
    # by name, february comes first
    assert copies(shop(files, mapped)) == ([("jan.csv", 3)], 0, 0)
    files["feb.csv"] = "\n".join(["c,p,t,o,n,store", *(f"{line},7" for line in february), ""])
    assert copies(shop(files, mapped)) == ([], 0, 1)


def test_exports_that_say_when_they_were_made_are_compared_by_what_is_mapped(copies):
    lines = ["1,tea,2024-01-30,o1,2", "1,rye,2024-01-30,o1,1"]
    files = {
        f"{day}.csv": "\n".join(["c,p,t,o,n,exported_at", *(f"{line},{day}" for line in lines), ""])
        for day in ("2024-02-01", "2024-02-02")
    }
    files = shop(files, f"{WHO}, order_id: o, quantity: n")
    assert copies(files) == ([], 0, 2)
    again = [("2024-02-02.csv", row) for row in (1, 2)]
    assert copies(files, {"duplicate_lines": "mapped"}) == (again, 0, 0)
    assert copies(files, {"duplicate_lines": "keep"}) == ([], 0, 2)


def test_nothing_and_an_empty_text_differ_and_not_a_number_is_like_itself(copies, tmp_path):
    duckdb.sql("""
        select '1' as c, 'tea' as p, date '2024-01-01' as t, 'o1' as o, 2 as n, note, ratio, tags
        from (values
            (null, 1.0::double, null), ('', 1.0, null), (null, 'nan', ['a', null]),
            (null, 1.0, null), (null, 'nan', ['a', null]), (null, 'nan', ['a'])
        ) as lines (note, ratio, tags)
    """).write_parquet(str(tmp_path / "lines.parquet"))
    mapped = f"{WHO}, order_id: o, quantity: n"
    again = [("lines.parquet", 4), ("lines.parquet", 5)]
    assert copies(shop({}, mapped, "lines.parquet")) == (again, 0, 3)


def test_types_that_differ_from_file_to_file(copies, tmp_path):
    """7 and 7.0 are one number, '7' and 7 one text; the file's own name isn't compared."""
    columns = "'1' as c, 'tea' as p, date '2024-01-01' as t, 'o1' as o, 2 as n"
    for name, store, code in [("a", "7::integer", "7"), ("b", "7::double", "'7'")]:
        duckdb.sql(f"select {columns}, {store} as store, {code} as code").write_parquet(
            str(tmp_path / f"{name}.parquet")
        )
    mapped = f"{WHO}, order_id: o, quantity: n"
    assert copies(shop({}, mapped, "*.parquet")) == ([("b.parquet", 1)], 0, 0)


BASKETS = "num,c,t,sku,n\n1,ann,2024-01-01,'tea, tea',2\n2,bob,2024-01-02,'tea, jam',1\n"
NOBODY = "customer_id: cast(null as varchar), product_id: sku, purchased_at: t, quantity: n"


def baskets(columns: str) -> dict:
    """Return a shop of orders with their products in one cell."""
    return {
        "shop.yml": "name: twice\npurchases:\n  path: '*.csv'\n  format: {explode: {column: sku, "
        f"separator: ','}}}}\n  columns: {{{columns}}}\n",
        "a.csv": BASKETS.replace("'", '"'),
    }


def test_the_same_product_twice_in_one_cell_is_two_lines(copies):
    """Also where the file counts units and names who bought: a row's lines are no copies."""
    mapped = "customer_id: c, product_id: sku, purchased_at: t, order_id: num, quantity: n"
    assert copies(baskets(mapped)) == ([], 0, 0)
    # and the file that came twice is a copy, twice in one cell or not
    again = [("b.csv", row) for row in (1, 1, 2, 2)]
    files = baskets(mapped)
    assert copies(files | {"b.csv": files["a.csv"]})[0] == again


def test_a_file_of_nobodys_baskets_that_came_twice_counts_once(copies):
    """Two products alike in one cell are two lines of the file, when its lines are counted, too."""
    files = baskets(NOBODY)
    again = [("b.csv", row) for row in (1, 1, 2, 2)]
    assert copies(files | {"b.csv": files["a.csv"]})[0] == again


@pytest.mark.parametrize(
    "who", ["customer_id: user_id", '"customer_id": "concat(\'id \', user_id)"']
)
def test_a_line_s_number_may_be_called_as_part_of_another_name(copies, who):
    """The column id is in no mapping, though user_id and order_id are."""
    units = [f"{n},1,mug,2024-01-01,o1\n" for n in range(12)]
    lines = "id,user_id,p,t,order_id\n" + "".join([*units, units[3]])
    mapped = f"{who}, product_id: p, purchased_at: t, order_id: order_id"
    assert copies(shop({"a.csv": lines}, mapped)) == ([("a.csv", 13)], 0, 11)
