"""Files that say what customers were shown of their lists."""

import pytest
from invented_meanings import receipts

from recsys.draft.draft import MISSING

LISTS = ("discover", "Buy again", "next-basket")


@pytest.fixture
def table_of(drafted):
    """Return a function that drafts a shop with one more file, and its table of exposures."""

    def table(name, head, line):
        def shop(folder):
            sold = ["order,customer,sku,date,price"]
            shown = [head]
            for number, one in enumerate(receipts()):
                customer, product = f"C{one.customer}", f"P{one.product:03}"
                sold.append(f"{one.store}-{one.ever},{customer},{product},{one.at},2.50")
                shown.append(line(number, customer, product, one.at.date()))
            (folder / "orders.csv").write_text("\n".join(sold), encoding="utf-8")
            (folder / name).write_text("\n".join(shown), encoding="utf-8")
            return [folder / "orders.csv", folder / name]

        draft = drafted(shop)
        assert draft.table("purchases").file.label == "orders.csv"
        return draft.table("exposures")

    return table


def sources(table):
    found = {column.target: column.source for column in table.columns}
    assert MISSING not in found.values()
    return found


def test_impressions_with_clicks_and_lists(table_of):
    table = table_of(
        "impressions.csv",
        "user_id,item_id,placement,shown_at,clicked_at",
        lambda n, who, what, day: (
            f"{who},{what},{LISTS[n % 3]},{day} 10:00:00,{f'{day} 10:00:05' if n % 5 == 0 else ''}"
        ),
    )
    assert sources(table) == {
        "customer_id": "user_id",
        "product_id": "item_id",
        "list_type": "placement",
        "shown_at": "shown_at",
        "clicked_at": "clicked_at",
    }
    assert "of them are in orders.csv" in table.column("customer_id").evidence


def test_a_file_that_is_called_so_needs_no_other_word(table_of):
    table = table_of(
        "exposures.csv",
        "customer,product,timestamp",
        lambda n, who, what, day: f"{who},{what},{day} 10:00:00",
    )
    assert sources(table) == {
        "customer_id": "customer",
        "product_id": "product",
        "shown_at": "timestamp",
    }


def test_a_flag_of_clicks_has_the_time_at_which_it_was_shown(table_of):
    table = table_of(
        "shown.csv",
        "customer_id,sku,displayed_at,clicked",
        lambda n, who, what, day: f"{who},{what},{day} 10:00:00,{int(n % 4 == 0)}",
    )
    assert sources(table)["clicked_at"] == (
        'case when try_cast(cast("clicked" as varchar) as boolean) then "displayed_at" end'
    )
    assert "isn't known" in table.column("clicked_at").doubt


def test_places_that_are_no_lists_are_told(table_of):
    table = table_of(
        "impressions.csv",
        "customer_id,sku,widget,shown_at",
        lambda n, who, what, day: f"{who},{what},{('home', 'cart')[n % 2]},{day} 10:00:00",
    )
    assert "list_type" not in sources(table)
    [doubt] = [doubt for doubt in table.doubts if "widget" in doubt]
    assert "discover, buy_again, next_basket" in doubt


def test_a_log_of_who_what_and_when_is_no_exposures(drafted):
    def shop(folder):
        lines = ["customer,sku,date,price"]
        lines += [f"C{r.customer},P{r.product:03},{r.at},2.50" for r in receipts()]
        tags = ["customer,sku,created_at,tag"]
        tags += [f"C{r.customer},P{r.product:03},{r.at},nice" for r in receipts()]
        for name, rows in (("orders", lines), ("tags", tags)):
            (folder / f"{name}.csv").write_text("\n".join(rows), encoding="utf-8")
        return [folder / "orders.csv", folder / "tags.csv"]

    draft = drafted(shop)
    assert draft.table("exposures") is None
    assert [unused.label for unused in draft.unused] == ["tags.csv"]
