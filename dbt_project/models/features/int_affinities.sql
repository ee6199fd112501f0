{# Columns of products whose values customers may prefer. #}
{% set kinds = ['department', 'category', 'subcategory', 'brand'] %}

with

customer_products as (select * from {{ ref('int_customer_product_features') }}),

products as (select * from {{ ref('int_products') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

priced as (
    select
        customer_products.*,
        products.department_code,
        products.category_code,
        products.subcategory_code,
        products.brand_code,
        fold_products.price
    from customer_products
    inner join products on customer_products.product_key = products.product_key
    left join fold_products
        on
            customer_products.fold = fold_products.fold
            and customer_products.product_key = fold_products.product_key
),

affinities as (
    {% for kind in kinds %}
    select
        fold,
        customer_key,
        '{{ kind }}' as kind,
        {{ kind }}_code as code,
        count(*) as products,
        sum(orders) as orders,
        max(orders) as most_orders,
        {{ exact_sum('decay_one_window') }} as decay_one_window,
        {{ exact_sum('decay_three_windows') }} as decay_three_windows,
        min(days_since_last) as days_since_last,
        min(days_since_first) as days_since_newest,
        cast(sum(orders * price) as double) / sum(orders) filter (where price is not null) as usual_price
    from priced
    where {{ kind }}_code is not null
    group by fold, customer_key, {{ kind }}_code
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from affinities
