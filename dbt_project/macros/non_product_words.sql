{#
  What shops call lines that aren't products, by kind, in English, German, Spanish, French, Italian,
  Dutch, Portuguese, Polish and the Nordic languages: lower case, without accents.
#}
{% macro non_product_words() %}
    {{ return({
        'shipping': [
            'postage', 'post', 'post and packing', 'postage and packing', 'p and p', 'p p', 'shipping', 
            'shipping (?:and handling|costs?|charges?|fees?|rate|protection|insurance)', 'package protection',
            'delivery', 'delivery (?:costs?|charges?|fees?)', 'carriage', 'freight', 'freight (?:costs?|charges?)',
            'handling', 'handling (?:costs?|charges?|fees?)', 'courier', 'versand', 'versandkosten', 'porto',
            'portokosten', 'fracht', 'frachtkosten', 'lieferkosten', 'liefergebuhr', 'expressversand', 'verpackung und versand',
            'envio', 'portes', '(?:gastos|costes?|costos?|portes) de envio', 'livraison', 'frais (?:de port|de livraison|d envoi)',
            'port et emballage', 'spedizione', '(?:spese|costi) di spedizione', 'verzending', 'verzendkosten',
            'bezorgkosten', 'frete', '(?:custos?|taxa) de (?:envio|entrega)', 'wysylka', 'przesylka', 'dostawa',
            'koszty? (?:wysylki|dostawy|przesylki)', 'frakt', 'fragt', 'forsendelse', 'toimituskulut', 'doprava',
        ],
        'discount': [
            'discounts?', 'disc', 'rabatte?', 'preisnachlass', 'nachlass', 'skonto', 'descuentos?', 'dto', 'remises?',
            'rabais', 'sconto', 'sconti', 'kortingen', 'korting', 'descontos?', 'rabat', 'znizka', 'sleva', 'alennus',
        ],
        'fee': [
            'fees?', 'bank (?:charges?|fees?)', 'bankcharges', 'amazonfee', 'commission', '(?:amazon|ebay|paypal|etsy) fees?',
            '(?:service|processing|payment|transaction|administration|admin) (?:charges?|fees?)', 'gebuhr', 'gebuhren',
            'bankgebuhren', 'bankspesen', 'kontogebuhren', 'comision(?:es)?', 'comision(?:es)? bancarias?', 'cargos? bancarios?',
            'gastos bancarios', 'frais bancaires', 'commissioni', 'commissioni bancarie', 'spese bancarie', 'bankkosten',
            'tarifas? bancarias?', 'oplata bankowa', 'prowizja', 'tip', 'tips', 'gratuity', 'trinkgeld', 'propina',
            'pourboire', 'mancia', 'fooi', 'donations?', 'spende', 'donacion', 'vat', 'sales tax', 'tax', 'mwst', 'iva',
            'tva', 'btw',
        ],
        'adjustment': [
            'adjust', 'adjustments?', 'adjust bad debt', 'bad debt', 'manual', 'manual (?:entry|adjustment)', 'corrections?',
            'rounding', 'rounding (?:difference|adjustment)', 'write ?off', 'stock adjustment', 'credit notes?', 'refunds?',
            'store credit', 'korrektur', 'korrekturen', 'ausgleich', 'rundung', 'rundungsdifferenz', 'gutschrift', 'storno',
            'ajustes?', 'ajuste manual', 'correccion', 'redondeo', 'abono', 'ajustement', 'avoir', 'arrondi', 'rettifica',
            'arrotondamento', 'correctie', 'afronding', 'arredondamento', 'korekta', 'zaokraglenie',
        ],
        'voucher': [
            'gift', 'vouchers?', 'coupons?', '(?:e ?)?gift (?:vouchers?|cards?|certificates?)', 'giftvoucher', 'giftcard', 'gutscheine?',
            'geschenkgutscheine?', 'geschenkkarten?', 'wertgutscheine?', '(?:tarjetas?|cheques?|vales?|bonos?) regalo',
            'carte cadeau', 'cheques? cadeau', 'bon cadeau', 'bon d achat', 'buono regalo', 'buoni regalo', 'carta regalo',
            'cadeaubon', 'cadeaukaart', 'vale presente', 'cartao presente', 'karta podarunkowa', 'bon podarunkowy',
            'presentkort', 'gavekort', 'lahjakortti', 'darkovy poukaz',
        ],
        'sample': [
            'samples?', 'free samples?', 'muster', 'warenprobe', 'gratisprobe', 'probe', 'muestras?', 'muestra gratis',
            'echantillons?', 'campioni', 'campione', 'campione gratuito', 'gratis monster', 'amostras?', 'probka', 'vareprove',
        ],
        'test': [
            'test', 'tests', '(?:this is a )?test (?:products?|items?|articles?)', 'testproduct', 'testartikel', 'testprodukt',
            '(?:producto|articulo) de prueba', 'prueba', 'produit (?:de )?test', 'prodotto di prova', 'produto (?:de )?teste',
            'produkt testowy', 'dummy (?:product|item)', 'do not use',
        ],
        'deposit': [
            'deposit', 'bottle deposit', 'pfand', 'einwegpfand', 'mehrwegpfand', 'flaschenpfand', 'leergut', 'consigne',
            'statiegeld', 'deposito', 'kaucja', 'pant',
        ],
    }) }}
{% endmacro %}

{# One of the words of at least this length: short ones may be names of products, as Porto is. #}
{% macro words_of(words, least=0) %}
    {%- set found = [] -%}
    {%- for word in words if word | length >= least -%}{%- do found.append(word) -%}{%- endfor -%}
    {{ return('(?:' ~ found | join('|') ~ ')') }}
{% endmacro %}

{# Words that may stand beside those words in the title of a line that isn't a product. #}
{% macro non_product_qualifiers() -%}
    (?:dotcom|online|web|standard|express|international|national|domestic|inland|ausland|free|gratis|extra|special|economy|priority|tracked|next day|same day|(?:1st|2nd|first|second) class|uk|eu|usa?|gbp|eur|usd|manual|amazon|ebay|paypal|customer|kunden|kostenlose?r?)
{%- endmacro %}

{# A text as words: lower case, without accents, digits and signs. #}
{% macro bare_words(text) -%}
    trim(regexp_replace(
        replace(replace(strip_accents(lower({{ text }})), 'ł', 'l'), 'ß', 'ss'), '[^a-z]+', ' ', 'g'
    ))
{%- endmacro %}
