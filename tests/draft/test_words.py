"""Names of columns as shops and their systems write them, in many languages."""

import pytest

from recsys.draft.name_rules import kinds_by_name
from recsys.draft.words import parse_name

NAMES = {
    "customer_id": """customer_id CustomerID Customer_No custno userId user_id:token reviewerID
        KundenNr kundennummer Kunden-Nr. Nutzer_ID id_client code_client CodigoCliente id_cliente
        codice_cliente numero_cliente klantnummer numer_klienta household_key member_number KUNNR
        visitorid Client Kundenkarte 会員ID 用户ID 고객번호 Код_клиента""",
    "product_id": """product_id ProductID sku SKU asin StockCode item_id itemid movieId ArtikelNr
        artikelnummer ref_produit code_article id_producto codArticulo id_articulo codice_prodotto
        codigo_produto artikelcode kod_towaru MATNR EAN isbn Lineitem§sku
        商品コード 商品编号 상품코드 Артикул Код_товара""",
    "order_id": """order_id OrderNo Invoice InvoiceNo basket_id transactionid BestellNr
        Auftragsnummer Belegnummer numero_commande id_pedido numero_ordine bestelnummer
        numer_zamowienia VBELN increment_id order_number receipt_no
        注文番号 订单编号 주문번호 НомерЗаказа""",
    "purchased_at": """order_date InvoiceDate purchased_at transaction_timestamp Bestelldatum
        Kaufdatum date_achat DateCommande fecha_pedido data_ordine orderdatum data_zamowienia
        created_at ERDAT Timestamp t_dat 注文日時 订单日期 주문일시 Дата_заказа""",
    "quantity": """quantity Qty Menge Anzahl Stückzahl quantité cantidad quantità aantal ilość
        KWMENG 数量 수량 Количество""",
    "unit_price": """unit_price UnitPrice Einzelpreis Stückpreis prix_unitaire precio_unitario
        prezzo_unitario cena_jednostkowa NETPR 単価 单价 단가""",
    "amount": "amount line_total sales_value Umsatz Betrag montant importe bedrag NETWR row_total",
    "rating": "rating stars overall Bewertung note puntuacion valutazione beoordeling ocena",
    "title": """title product_name item_name Artikelbezeichnung Bezeichnung désignation
        nombre_producto nome_prodotto Nazwa_towaru movie_title:token_seq MAKTX productName
        商品名 商品名称 상품명 Наименование""",
    "category": "category Warengruppe catégorie categoria categorie kategoria genres MATKL",
    "brand": "brand Marke marque marca merk marka manufacturer Hersteller vendor",
    "currency": "currency Währung devise moneda valuta waluta",
}


@pytest.mark.parametrize("kind", NAMES)
def test_names_in_many_languages(kind):
    for written in NAMES[kind].split():
        name = written.replace("§", " ")
        kinds = kinds_by_name(parse_name(name))
        best = max((certainty for certainty, _ in kinds.values()), default=0)
        assert kinds.get(kind, (0, ""))[0] == best > 0, (name, kinds)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ship_date", "purchased_at"),
        ("discount_price", "unit_price"),
        ("shipping_amount", "amount"),
        ("average_rating", "rating"),
        ("customer_name", "title"),
        ("store_id", "customer_id"),
        ("coupon_upc", "product_id"),
        ("store_name", "product_id"),
    ],
)
def test_a_word_of_another_meaning_takes_certainty_away(name, kind):
    assert kinds_by_name(parse_name(name)).get(kind, (0, ""))[0] < 0.6


def test_words_are_taken_apart_only_where_both_parts_are_known():
    assert parse_name("custno").words == ("cust", "no")
    assert parse_name("catalogue").words == ("catalogue",)
    assert parse_name("").words == ()
