{{ config(materialized='view') }}

{# Which columns of which table describe a pair; each becomes `<prefix>_<column>`. #}
{% set features = {
    'own': [
        'orders', 'orders_half_window', 'orders_one_window', 'orders_three_windows', 'decay_quarter_window',
        'decay_one_window', 'decay_three_windows', 'decay_six_windows', 'days_since_last', 'days_since_first',
        'windows', 'windows_share', 'orders_since_last', 'share_of_orders_since_first', 'usual_interval',
        'due_ratio', 'due_ratio_of_longest', 'due_ratio_of_mean', 'due_ratio_of_orders', 'last_quantity',
        'discounted_share',
    ],
    'customer': [
        'orders', 'orders_one_window', 'orders_three_windows', 'products_per_order', 'days_since_last',
        'days_since_first', 'spend_three_windows', 'due_ratio', 'products', 'products_one_window',
        'first_bought_one_window', 'first_bought_three_windows', 'first_bought_share',
        'mean_price_band', 'discounted_share_three_windows', 'discount_depth_three_windows',
    ],
    'product': [
        'customers', 'customers_half_window', 'customers_one_window', 'customers_three_windows',
        'new_customers_half_window', 'new_customers_one_window', 'new_customers_three_windows', 'trend',
        'new_customers_share', 'orders_per_customer', 'repeat_share', 'recent_repeat_share', 'usual_interval', 'days_since_last',
        'days_since_first', 'price', 'price_band', 'ratings', 'mean_rating', 'discounted_share_one_window',
        'discounted_share_three_windows', 'discount_depth_one_window', 'discount_depth_three_windows',
    ],
    'department': ['decay_three_windows'],
    'category': [
        'products', 'orders', 'decay_one_window', 'decay_three_windows', 'days_since_last', 'days_since_newest',
    ],
    'subcategory': [
        'products', 'orders', 'most_orders', 'decay_one_window', 'decay_three_windows', 'days_since_last',
    ],
    'brand': ['decay_three_windows', 'orders'],
} %}

with

pairs as (select * from {{ ref('int_candidate_pairs') }}),

customer_products as (select * from {{ ref('int_customer_product_features') }}),

customers as (select * from {{ ref('int_customer_features') }}),

product_features as (select * from {{ ref('int_product_features') }}),

products as (select * from {{ ref('int_products') }}),

affinities as (select * from {{ ref('int_affinities') }}),

pair_promotions as (select * from {{ ref('int_pair_promotions') }}),

pair_stores as (select * from {{ ref('int_pair_stores') }}),

store_promotions as (select * from {{ ref('int_store_promotions') }} where store_key = 0),

calendars as (select * from {{ ref('int_promotion_calendars') }}),

features as (
    select
        pairs.fold,
        pairs.customer_key,
        pairs.product_key,
        pairs.customer_hash,
        pairs.is_new,
        pairs.is_bought,
        pairs.training_weight,
        cast(pairs.is_new as float) as pair_is_new,
        cast(pairs.recommenders as float) as pair_recommenders,
        {% for name in recommenders() %}
        cast(pairs.{{ name }}_score as float) as {{ name }}_score,
        cast(pairs.{{ name }}_rank as float) as {{ name }}_rank,
        {% endfor %}
        -- numbers that stand for names: trees cut them as they need
        cast(products.department_code as float) as product_department,
        cast(products.category_code as float) as product_category,
        {% for prefix, columns in features.items() %}
        {% for column in columns %}
        cast({{ prefix }}.{{ column }} as float) as {{ prefix }}_{{ column }},
        {% endfor %}
        {% endfor %}
        -- what isn't promoted is promoted on no day, where promotions are known at all
        {% for name, kind, first, last in promotion_windows() %}
        {% set is_known = 'knows_next' if first == '0' else 'knows_past' %}
        cast(case when calendars.{{ is_known }} then coalesce(own_promotions.{{ name }}, 0) end as float)
            as stores_{{ name }},
        cast(case when calendars.{{ is_known }} then coalesce(product_promotions.{{ name }}, 0) end as float)
            as product_{{ name }},
        {% endfor %}
        cast(own_promotions.promoted_discount as float) as stores_promoted_discount,
        {% for name in ['share_half_window', 'share_popularity_window', 'share_three_windows', 'days_since_last'] %}
        cast(pair_stores.{{ name }} as float) as stores_{{ name }},
        {% endfor %}
        cast(own.orders / customer.orders as float) as own_orders_share,
        cast(own.orders_three_windows / nullif(customer.orders_three_windows, 0) as float)
            as own_orders_share_three_windows,
        cast(case
            when product.usual_interval is not null
                then own.days_since_last / greatest(product.usual_interval, 1)
        end as float) as own_due_ratio_of_product,
        cast(product.price / nullif(customer.usual_price, 0) as float) as customer_price_ratio,
        cast(product.price / nullif(subcategory.usual_price, 0) as float) as subcategory_price_ratio,
        cast(product.price / nullif(category.usual_price, 0) as float) as category_price_ratio
    from pairs
    inner join products on pairs.product_key = products.product_key
    left join customer_products as own
        on
            pairs.fold = own.fold
            and pairs.customer_key = own.customer_key
            and pairs.product_key = own.product_key
    left join customers as customer
        on pairs.fold = customer.fold and pairs.customer_key = customer.customer_key
    left join product_features as product
        on pairs.fold = product.fold and pairs.product_key = product.product_key
    left join calendars on pairs.fold = calendars.fold
    left join pair_promotions as own_promotions
        on
            pairs.fold = own_promotions.fold
            and pairs.customer_key = own_promotions.customer_key
            and pairs.product_key = own_promotions.product_key
    left join pair_stores
        on
            pairs.fold = pair_stores.fold
            and pairs.customer_key = pair_stores.customer_key
            and pairs.product_key = pair_stores.product_key
    left join store_promotions as product_promotions
        on pairs.fold = product_promotions.fold and pairs.product_key = product_promotions.product_key
    {% for kind in ['department', 'category', 'subcategory', 'brand'] %}
    left join affinities as {{ kind }}
        on
            pairs.fold = {{ kind }}.fold
            and pairs.customer_key = {{ kind }}.customer_key
            and products.{{ kind }}_code = {{ kind }}.code
            and {{ kind }}.kind = '{{ kind }}'
    {% endfor %}
)

select * from features
