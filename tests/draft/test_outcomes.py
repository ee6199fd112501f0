"""What a status or a type says of an order: sold, never sold, or come back."""

import duckdb
import pytest
from invented_meanings import told

from recsys.draft.outcomes import outcome
from recsys.shop import attach_shop, load_shop


@pytest.mark.parametrize(
    ("said", "values"),
    [
        (
            "done",
            "completed|COMPLETE|Shipped|delivered|processing|wc-processing|paid|Fulfilled|invoiced|"
            "partially_refunded|Partially Returned|partially-shipped|partially paid|"
            "teilweise erstattet|Remboursé partiellement|częściowo zwrócone|部分退款|"
            "not returned|not cancelled|refund declined|cancellation refused|unfulfilled|"
            "Awaiting Fulfillment|awaiting shipment|Pending - Waiting for Pick Up|"
            "Shipped - Delivered to Buyer|Versendet|livrée|enviado|完了|выполнен",
        ),
        (
            "never",
            "cancelled|Canceled|CANCEL|voided|Void|failed|declined|expired|abandoned|unpaid|"
            "not paid|un-paid|draft|checkout-draft|on-hold|ON_HOLD|holded|Suspected Fraud|test|"
            "Test order|wc-cancelled|Order Cancelled|Cancelled by customer|payment error|"
            "storniert|abgebrochen|nicht bezahlt|annulée|annulé|cancelada|Geannuleerd|anulowane|"
            "キャンセル|已取消|отменён|취소|non payé|payment_review",
        ),
        (
            "open",
            "pending|Pending payment|pending_payment|PendingPayment|awaiting payment|"
            "wartet auf Zahlung|en attente de paiement|pendiente de pago|aguardando pagamento",
        ),
        (
            "returned",
            "refunded|Fully refunded|order_refunded|returned|chargeback|RTO|erstattet|remboursée|"
            "devuelto|Shipped - Returned to Seller|retourniert|reembolsado",
        ),
        (
            "return",
            "refund|RETURN|Returns|RMA|credit note|Credit Memo|CREDIT|Gutschrift|Retoure|avoir|"
            "nota de crédito|zwrot|返品|возврат|Sales return|return requested",
        ),
        ("cancellation", "Storno|Stornorechnung|cancellation"),
        ("sale", "SALE|Sales|purchase|ORDER|invoice|Rechnung|Verkauf|vente|venta|заказ|販売"),
        ("browsing", "view|add to cart|remove_from_cart|addtocart|page_view|begin_checkout"),
        (None, "non-refundable|refundable|unreturned goods policy|closed|4711|gift|Cancún"),
    ],
)
def test_whole_words_in_any_writing(said, values):
    found = {value: outcome(value) for value in values.split("|")}
    assert {value: one and one.what for value, one in found.items()} == dict.fromkeys(found, said)


@pytest.mark.parametrize(
    ("column", "values", "left_out"),
    [
        ("status", {"completed": 80, "cancelled": 20}, "'cancelled'"),
        ("Order Status", {"Delivered": 80, "Voided": 5, "Failed": 15}, "'Failed', 'Voided'"),
        ("state", {"complete": 80, "canceled": 10, "processing": 10}, "'canceled'"),
        (
            "order_status",
            {"partially_refunded": 40, "failed": 40, "pending payment": 20},
            "'failed', 'pending payment'",
        ),
        ("financial_status", {"paid": 80, "pending": 10, "expired": 10}, "'pending', 'expired'"),
        ("Bestellstatus", {"Versendet": 80, "Storniert": 20}, "'Storniert'"),
        ("注文状態", {"完了": 80, "キャンセル": 20}, "'キャンセル'"),
        # of a sale that nothing else books: a return of it would take away what was never added
        ("status", {"shipped": 80, "refunded": 15, "void": 5}, "'refunded', 'void'"),
        ("cancelled", {"false": 90, "true": 10}, "'true'"),
        ("is_paid", {"1": 90, "0": 10}, "'0'"),
        ("is_test_order", {"N": 95, "Y": 5}, "'Y'"),
        ("transaction_type", {"SALE": 80, "VOID": 20}, "'VOID'"),
        ("status", {"": 90, "cancelled": 10}, "'cancelled'"),
    ],
)
def test_what_was_never_sold_is_left_out(drafted, column, values, left_out):
    table = drafted(told(column, values)).table("purchases")
    assert table.where == f"coalesce(\"{column}\", '') not in ({left_out})"
    assert "read" in table.where_doubt
    assert table.column("is_return") is None
    assert column not in table.left_out


@pytest.mark.parametrize(
    ("column", "values", "returns"),
    [
        ("transaction_type", {"SALE": 80, "RETURN": 20}, " = 'RETURN'"),
        ("type", {"S": 80, "R": 20}, " = 'R'"),
        ("Art", {"V": 80, "Retoure": 20}, " = 'Retoure'"),
        ("trans_type", {"purchase": 80, "refund": 20}, " = 'refund'"),
        ("kind", {"ORDER": 80, "CREDIT": 20}, " = 'CREDIT'"),
        ("doc_type", {"Invoice": 80, "Credit note": 20}, " = 'Credit note'"),
        (
            "Belegart",
            {"Rechnung": 80, "Gutschrift": 15, "Storno": 5},
            " in ('Gutschrift', 'Storno')",
        ),
        ("sign", {"+": 80, "-": 20}, " = '-'"),
        ("Vorzeichen", {"1": 80, "-1": 20}, " = '-1'"),
        ("is_return", {"N": 80, "Y": 20}, " = 'Y'"),
        ("type", {"RETURN": 100}, " = 'RETURN'"),
        ("Line Type", {"Regular item": 80, "Return": 20}, " = 'Return'"),
        ("order_type", {"online": 50, "in store": 40, "refund": 10}, " = 'refund'"),
    ],
)
def test_lines_of_what_came_back_are_returns(drafted, column, values, returns):
    table = drafted(told(column, values)).table("purchases")
    assert table.source("is_return") == f'"{column}"{returns}'
    assert table.where == ""
    assert table.column("category") is None


def test_a_type_may_leave_out_and_take_back(drafted):
    values = {"SALE": 70, "RETURN": 20, "VOID": 10}
    table = drafted(told("transaction_type", values)).table("purchases")
    assert table.where == "coalesce(\"transaction_type\", '') not in ('VOID')"
    assert table.source("is_return") == "\"transaction_type\" = 'RETURN'"


def test_negative_quantities_show_lines_of_their_own(drafted):
    write = told("status", {"completed": 80, "refunded": 20}, negative=["refunded"])
    table = drafted(write).table("purchases")
    assert (table.where, table.source("is_return")) == ("", "\"status\" = 'refunded'")


def test_values_that_are_not_known_are_listed(drafted):
    values = {"paid": 70, "closed": 10, "wurst": 10, "cancelled": 10}
    table = drafted(told("status", values)).table("purchases")
    assert table.where == "coalesce(\"status\", '') not in ('cancelled')"
    [doubt] = table.doubts
    assert all(f"'{value}'" in doubt for value in ("closed", "wurst"))
    assert "count as sold" in doubt


def test_a_status_of_too_many_values_is_a_doubt(drafted):
    [doubt] = drafted(told("status", {f"s{n}": 1 for n in range(90)})).table("purchases").doubts
    assert doubt.startswith("'status' says 's")
    assert "more" in doubt


def test_writings_of_one_value_are_one(drafted):
    values = {"ok": 80, "Cancelled": 10, "cancelled ": 10}
    table = drafted(told("Status", values)).table("purchases")
    column = 'lower(trim(cast("Status" as varchar)))'
    assert table.where == f"coalesce({column}, '') not in ('cancelled')"


def test_a_time_of_cancelling(drafted):
    write = told("Cancelled at", {"": 90, "2024-03-04 10:00:00": 10})
    assert drafted(write).table("purchases").where == "nullif(trim(\"Cancelled at\"), '') is null"


def test_a_status_on_the_first_line_alone_is_filled_down_and_leaves_whole_orders_out(drafted):
    write = told("Financial Status", {"paid": 80, "voided": 20}, first_line_only=True)
    table = drafted(write).table("purchases")
    assert any("'Financial Status': only the first row" in doubt for doubt in table.doubts)
    assert table.where == "coalesce(\"Financial Status\", '') not in ('voided')"


def test_lines_alone_may_be_cancelled(drafted):
    write = told("line_status", {"": 90, "cancelled": 10}, by_line=True)
    table = drafted(write).table("purchases")
    assert table.where == "coalesce(\"line_status\", '') not in ('cancelled')"


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("payment_type", {"credit": 60, "debit": 20, "cash": 20}),
        ("card_type", {"credit": 60, "debit": 40}),
        ("Type", {"Credit": 30, "Debit": 30, "Cash": 40}),
        ("product_type", {"Label": 80, "Return": 20}),
        ("customer_status", {"active": 80, "cancelled": 20}),
        ("fulfillment_status", {"fulfilled": 80, "pending": 10, "unfulfilled": 10}),
        ("segment", {"new": 50, "regular": 50}),
        ("on_sale", {"Y": 50, "N": 50}),
        ("category", {"Orders": 50, "Returns": 20, "Sales": 30}),
        ("returning_customer", {"Y": 50, "N": 50}),
        ("status", {"completed": 50, "shipped": 50}),
        ("product_status", {"active": 50, "discontinued": 50}),
        ("stock_status", {"in stock": 50, "out of stock": 50}),
    ],
)
def test_what_tells_nothing_of_the_kind(drafted, column, values):
    table = drafted(told(column, values)).table("purchases")
    assert (table.where, table.source("is_return"), table.doubts) == ("", None, [])


def test_refunds_in_a_log_of_events(drafted):
    values = {"view": 50, "purchase": 40, "refund": 10}
    table = drafted(told("event", values, by_line=True)).table("purchases")
    assert table.where == "\"event\" in ('purchase', 'refund')"
    assert table.source("is_return") == "\"event\" = 'refund'"


@pytest.mark.parametrize(
    ("column", "left"),
    [
        ("n // 2 % 10 = 0 as cancelled", 180),
        ("n // 2 % 10 > 0 as is_paid", 180),
        ("if(n // 2 % 10 = 0, timestamp '2024-05-05 10:00', null) as cancelled_at", 180),
        ("if(n // 2 % 10 = 0, 'void', null) as status", 180),
        ("n // 2 % 10 = 0 as is_return", 200),
    ],
)
def test_columns_that_are_typed(drafted, tmp_path, column, left):
    """Of a hundred orders of two lines every tenth was never sold, or came back."""

    def write(folder):
        duckdb.execute(
            f"""copy (
                select n // 2 as order_id, n // 2 % 30 as customer_id, n % 20 as product_id,
                    date '2024-01-01' + (n // 4)::int as ordered_at, {column}
                from range(200) as r (n)
            ) to '{folder}/orders.parquet'"""  # noqa: S608 - of this file
        )
        return [folder / "orders.parquet"]

    table = drafted(write).table("purchases")
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop(tmp_path / "shop.yml"), {})
        found = connection.sql("from recsys_inputs.purchases select count(*)").fetchall()
        returns = connection.sql(
            "select count(*) from recsys_inputs.purchases where is_return::boolean"
        ).fetchall()
    assert (found, returns) == ([(left,)], [(20 if left == 200 else 0,)]), table


@pytest.mark.parametrize(
    ("column", "values", "how"),
    [
        ("returned_quantity", {"0": 90, "1": 10}, 'quantity: \'try_cast("qty" as double) - '),
        ("qty_canceled", {"0": 80, "1": 10, "2": 10}, 'quantity: \'try_cast("qty" as double) - '),
        ("Retourenmenge", {"0": 90, "1": 10}, 'quantity: \'try_cast("qty" as double) - '),
        ("refund_amount", {"0.00": 90, "2.50": 10}, "how much money"),
    ],
)
def test_units_that_came_back_make_no_return_of_the_line(drafted, column, values, how):
    table = drafted(told(column, values, by_line=True)).table("purchases")
    assert (table.where, table.source("is_return"), table.source("amount")) == ("", None, None)
    [doubt] = table.doubts
    assert f"'{column}'" in doubt
    assert how in doubt


def test_units_that_came_back_are_no_quantity(drafted, tmp_path):
    path = tmp_path / "sold.csv"
    lines = [f"c{n % 7},p{n % 5},2024-01-{1 + n % 28:02},2.50,{n % 9 // 8}" for n in range(200)]
    path.write_text("customer,sku,date,price,returned_qty\n" + "\n".join(lines))
    table = drafted(lambda _: [path]).table("purchases")
    assert table.source("quantity") is None
    assert "'1 - coalesce(try_cast(\"returned_qty\" as double), 0)'" in table.doubts[0]


def test_money_is_known_by_its_signs_whatever_it_is_called(drafted, tmp_path):
    path = tmp_path / "sold.csv"
    lines = [f'c{n % 7},p{n % 5},2024-01-{1 + n % 28:02},2,"₹1,16,{n:03}"' for n in range(200)]
    path.write_text("customer,sku,date,qty,Rate\n" + "\n".join(lines), encoding="utf-8")
    table = drafted(lambda _: [path]).table("purchases")
    assert table.source("unit_price") == "Rate"
    assert "currency signs" in table.column("unit_price").doubt
