with

promotions as (select * from {{ ref('stg_promotions') }} where reject_reason is null),

products as (select * from {{ ref('int_products') }}),

stores as (select * from {{ ref('int_stores') }}),

-- a variant is promoted as the product that it is listed as
listed as (
    select
        products.product_id,
        products.category,
        products.department,
        products.subcategory,
        coalesce(parents.product_key, products.product_key) as product_key
    from products
    left join products as parents on products.recommend_as = parents.product_id
),

of_products as (
    select
        listed.product_key,
        promotions.*
    from promotions
    inner join listed on promotions.product_id = listed.product_id
    union all
    select distinct
        listed.product_key,
        promotions.*
    from promotions
    inner join listed
        on lower(promotions.category) in (lower(listed.category), lower(listed.department), lower(listed.subcategory))
    where promotions.product_id is null
),

distinct_kinds as (select distinct kind from promotions where kind is not null),

kinds as (
    select
        {% for name, words in promotion_kinds().items() %}
        regexp_matches(kind, '\b(?:{{ words }})s?\b') as is_{{ name }},
        {% endfor %}
        kind
    from distinct_kinds
),

-- calendars list a promotion once for each store; stores that nothing else names are nobody's
gathered as (
    select
        of_products.product_key,
        of_products.starts,
        of_products.ends,
        of_products.kind,
        of_products.discount,
        of_products.planned_at,
        bool_or(of_products.store_id is null) as is_everywhere,
        list(stores.store_key) filter (where stores.store_key is not null) as store_keys
    from of_products
    left join stores on of_products.store_id = stores.store_id
    group by all
)

select
    gathered.product_key,
    case when not gathered.is_everywhere then list_sort(list_distinct(gathered.store_keys)) end as store_keys,
    gathered.starts,
    gathered.ends,
    gathered.kind,
    {% for name in promotion_kinds() %}
    coalesce(kinds.is_{{ name }}, false) as is_{{ name }},
    {% endfor %}
    gathered.discount,
    gathered.planned_at
from gathered
left join kinds on gathered.kind = kinds.kind
where gathered.is_everywhere or gathered.store_keys is not null
