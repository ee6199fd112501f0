-- Store 0 is the mean of all stores whose promotions are known.
with

promotions as (select * from {{ ref('int_known_promotions') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

stores as (select list(store_key) as store_keys from {{ ref('int_stores') }}),

settings as (select * from {{ ref('stg_settings') }}),

-- of a shop that names no stores, all that is known is of store 0
listed as (
    select
        promotions.* exclude (store_keys), -- noqa: RF02
        settings.label_window_days,
        unnest(coalesce(promotions.store_keys, stores.store_keys, [0])) as store_key
    from promotions
    semi join fold_products
        on promotions.fold = fold_products.fold and promotions.product_key = fold_products.product_key
    cross join stores
    cross join settings
),

-- promotions may overlap: no day counts twice where they are of one span, and never more than there are
counted as (
    select
        fold,
        store_key,
        product_key,
        {% for name, kind, first, last in promotion_windows() %}
        cast(least(
            coalesce(sum({{ days_within(first, last) }}){{ ' filter (where is_' ~ kind ~ ')' if kind }}, 0),
            {{ last }} - ({{ first }}) + 1
        ) as float) as {{ name }},
        {% endfor %}
        cast(max(discount) filter (where last_day >= 0) as float) as promoted_discount
    from listed
    group by fold, store_key, product_key, label_window_days
),

covered as (
    select
        fold,
        count(distinct store_key) as stores
    from counted
    group by fold
),

of_all_stores as (
    select
        counted.fold,
        0 as store_key,
        counted.product_key,
        {% for name, kind, first, last in promotion_windows() %}
        -- whole days, whose sum is exact
        cast(sum(cast(counted.{{ name }} as integer)) / any_value(covered.stores) as float) as {{ name }},
        {% endfor %}
        max(counted.promoted_discount) as promoted_discount
    from counted
    inner join covered on counted.fold = covered.fold
    group by counted.fold, counted.product_key
)

select * from counted
where store_key > 0
union all
select * from of_all_stores
