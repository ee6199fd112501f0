with

baskets as (select * from {{ ref('int_first_baskets') }}),

lists as (select * from {{ ref('int_basket_lists') }}),

settings as (select * from {{ ref('stg_settings') }}),

customers as (
    select
        fold,
        customer_key,
        customer_id,
        count(*) as products,
        count(*) filter (where is_new) as new_products
    from baskets
    group by fold, customer_key, customer_id
),

names as (select distinct basket from lists),

hits as (
    select
        lists.fold,
        lists.basket,
        lists.customer_key,
        count(*) as products,
        count(*) filter (where baskets.is_new) as new_products
    from lists
    inner join baskets
        on
            lists.fold = baskets.fold
            and lists.customer_key = baskets.customer_key
            and lists.product_key = baskets.product_key
    group by lists.fold, lists.basket, lists.customer_key
),

-- a list that finds nothing, or isn't there, counts with zeros
found as (
    select
        customers.*,
        names.basket,
        coalesce(hits.products, 0) as hits,
        coalesce(hits.new_products, 0) as new_hits
    from customers
    cross join names
    left join hits
        on
            customers.fold = hits.fold
            and customers.customer_key = hits.customer_key
            and names.basket = hits.basket
),

-- the same product at the same place
compared as (
    select
        one.fold,
        one.customer_key,
        count(*) as places,
        count(other.product_key) as same_places
    from lists as one
    left join lists as other
        on
            one.fold = other.fold
            and one.customer_key = other.customer_key
            and one.rank = other.rank
            and one.product_key = other.product_key
            and other.basket = 'buy_again'
    where one.basket = 'next_basket'
    group by one.fold, one.customer_key
),

wide as (
    select
        found.fold,
        found.basket,
        found.customer_id,
        settings.list_length as k,
        found.hits / found.products as recall,
        found.hits / settings.list_length as precision,
        case when found.hits > 0 then 1.0 else 0.0 end as hit_rate,
        -- of baskets with something new
        found.new_hits / nullif(found.new_products, 0) as new_recall,
        compared.same_places / compared.places as same_places,
        case
            when compared.same_places = compared.places then 1.0
            when compared.places is not null then 0.0
        end as same_list
    from found
    cross join settings
    left join compared
        on
            found.fold = compared.fold
            and found.customer_key = compared.customer_key
            and found.basket = 'next_basket'
),

metrics as (
    {% for metric in ['recall', 'precision', 'hit_rate', 'new_recall', 'same_places', 'same_list'] %}
    select
        fold,
        basket,
        customer_id,
        '{{ metric }}' as metric,
        k,
        cast({{ metric }} as double) as value
    from wide
    where {{ metric }} is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from metrics
