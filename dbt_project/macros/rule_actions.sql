{#
  What rules may ask for. Per action: whether it has a value (none, needed), its lowest and highest, whether it
  is above the lowest and whether it is a whole number, and whether it must say which products it is about.
#}
{% macro rule_actions() %}
    {{ return({
        'exclude': {'value': none, 'needs_products': true},
        'require': {'value': none, 'needs_products': true},
        'boost': {'value': 'a factor', 'lowest': 1, 'highest': 1000000, 'needs_products': true},
        'bury': {'value': 'a factor', 'lowest': 1, 'highest': 1000000, 'needs_products': true},
        'pin': {'value': 'a rank', 'lowest': 1, 'highest': 'list_length', 'is_whole': true, 'needs_products': true},
        'reserve': {
            'value': 'a share of the places', 'lowest': 0, 'highest': 1, 'is_above': true, 'needs_products': true
        },
        'cap': {'value': 'a number of products', 'lowest': 1, 'highest': 20, 'is_whole': true, 'needs_products': true},
        'price_min': {'value': 'a price', 'lowest': 0, 'highest': 1000000000},
        'price_max': {'value': 'a price', 'lowest': 0, 'highest': 1000000000},
        'price_band': {'value': 'a percentage', 'lowest': 0, 'highest': 10000, 'is_above': true},
        'in_stock_only': {'value': none},
        'not_bought_within': {'value': 'a number of days', 'lowest': 1, 'highest': 36500, 'is_whole': true},
        'not_sold_together': {'value': none, 'needs_products': true},
    }) }}
{% endmacro %}

{# Product columns that a rule may name as its attribute. #}
{% macro rule_attributes() %}
    {{ return(['title', 'department', 'category', 'subcategory', 'brand', 'size', 'attributes']) }}
{% endmacro %}

{# Columns of a rule in which several values may stand, separated by |, and what each names. #}
{% macro rule_names() %}
    {{ return({
        'product_id': "'product'",
        'category': "'category'",
        'brand': "'brand'",
        'attribute_value': "concat('attribute ', attribute)",
        'other_product_id': "'product'",
        'other_category': "'category'",
        'list_type': "'list type'",
        'segment': "'segment'",
        'customer_value': "concat('customer attribute ', customer_attribute)",
    }) }}
{% endmacro %}
