{#
  What a shop's files may have or lack: the aspect, the columns of which one is enough (none: the input
  itself), and what is missing from the build without them.
#}
{% macro input_aspects() %}
    {{ return([
        ['purchases', ['purchases'], 'ratings stand in for purchases: discover lists alone, no bought_together, no RFM segments; customer_preferences are of what will be rated'],
        ['ratings', ['ratings'], 'ratings are implied by purchases'],
        ['products', ['products'], 'products are described by what the lines of orders and ratings say of them, else by their ids alone'],
        ['customers', ['customers'], 'customers have no attributes: who has no history gets what is popular, not what similar people buy'],
        ['order_id', ['purchases.order_id'], 'what a customer bought at one moment is one order; an anonymous line is an order of its own'],
        ['quantity', ['purchases.quantity'], 'a line is one unit, and returns are known by is_return alone'],
        ['prices paid', ['purchases.unit_price', 'purchases.amount'], 'no spend, no revenue metric; every line counts as paid for'],
        ['store', ['purchases.store_id'], 'where something was sold is not known: nothing by store, and promotions count for all customers alike'],
        ['discount', ['purchases.discount', 'purchases.list_price'], 'what was bought at a discount is not known'],
        ['promotions', ['promotions'], 'what is promoted, and when, is not known'],
        ['assortment', ['assortment'], 'which store sells what is not known: lists hold what any store sold'],
        ['title', ['products.title', 'purchases.title', 'ratings.title'], 'products are shown by their ids'],
        ['text', ['products.title', 'purchases.title', 'ratings.title', 'products.description', 'purchases.description',
            'ratings.description', 'products.category', 'purchases.category', 'ratings.category', 'products.department',
            'purchases.department', 'ratings.department', 'products.brand', 'purchases.brand', 'ratings.brand'],
            'no recommender by content, no similar_products by content, no diversity metric'],
        ['category', ['products.category', 'purchases.category', 'ratings.category', 'products.department',
            'purchases.department', 'ratings.department'], 'no customer_preferences, no popular_products by category'],
        ['list price', ['products.price'], 'a product costs the median of what was paid for it'],
        ['costs', ['products.cost', 'products.margin'], 'no expected margin, and no lists by margin'],
        ['availability', ['products.available', 'products.stock'], 'every product counts as available'],
        ['time of a rating', ['ratings.rated_at'], 'ratings serve, but none can be held out by time'],
        ['clicks', ['exposures.clicked_at'], 'no click rate in outcome_metrics'],
    ]) }}
{% endmacro %}

{# The aspects as a query; those of a missing input are left out. #}
{% macro listed_aspects() -%}
    {%- set of_input = {'order_id': 'purchases', 'quantity': 'purchases', 'prices paid': 'purchases',
        'store': 'purchases', 'discount': 'purchases',
        'assortment': 'stores', 'list price': 'products', 'costs': 'products', 'availability': 'products', 'time of a rating': 'ratings', 'clicks': 'exposures'} -%}
    {%- for aspect, names, consequence in input_aspects() %}
    select
        {{ loop.index }} as place,
        '{{ aspect }}' as aspect,
        exists (select 1 from given where name in ('{{ names | join("', '") }}')) as is_given,
        '{{ consequence }}' as consequence,
        {{ "'" ~ of_input[aspect] ~ "'" if aspect in of_input else 'cast(null as varchar)' }} as input
    {{ 'union all' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
