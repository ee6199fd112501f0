-- Store 0 is any store: what is popular with everyone, for customers whose store isn't known.
{# So many buyers of the region, or of everyone, are added to the buyers of a store, and of a region. #}
{% set prior_buyers = 100 %}
{# Products popular with everyone that each store's list has, whether its buyers bought them or not. #}
{% set popular_everywhere = 500 %}

with

buyers as (select * from {{ ref('int_store_buyers') }} where buyers_popularity_window > 0 and {{ is_made('fold') }}),

folds as (select * from {{ ref('int_folds') }} where {{ is_made('fold') }}),

interactions as (select * from {{ ref('int_interactions') }} where orders > 0 and {{ is_made('fold') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue and {{ is_made('fold') }}),

regions as (select * from {{ ref('int_stores') }}),

settings as (select * from {{ ref('stg_settings') }}),

everyone as (
    select
        folds.fold,
        count(distinct interactions.customer_key) as buyers
    from folds
    inner join interactions on folds.fold = interactions.fold
    cross join settings
    where interactions.last_at >= folds.cutoff_at - settings.popularity_window_days * interval 1 day
    group by folds.fold
),

popular as (
    select
        fold_products.fold,
        fold_products.product_key,
        fold_products.tie_order,
        fold_products.recent_customers / everyone.buyers as share,
        {{ popularity_rank('fold_products') }} as popularity_rank
    from fold_products
    inner join everyone on fold_products.fold = everyone.fold
),

stores as (
    select
        buyers.fold,
        buyers.store_key,
        any_value(regions.region) as region,
        any_value(buyers.store_buyers) as store_buyers
    from buyers
    inner join regions on buyers.store_key = regions.store_key
    group by buyers.fold, buyers.store_key
),

-- a customer of two stores counts in both
region_sizes as (
    select
        fold,
        region,
        sum(store_buyers) as region_buyers
    from stores
    where region is not null
    group by fold, region
),

region_products as (
    select
        stores.fold,
        stores.region,
        buyers.product_key,
        sum(buyers.buyers_popularity_window) as region_product_buyers
    from stores
    inner join buyers on stores.fold = buyers.fold and stores.store_key = buyers.store_key
    where stores.region is not null
    group by stores.fold, stores.region, buyers.product_key
),

listed as (
    select
        fold,
        store_key,
        product_key
    from buyers
    union
    select
        stores.fold,
        stores.store_key,
        popular.product_key
    from stores
    inner join popular on stores.fold = popular.fold and popular.popularity_rank <= {{ popular_everywhere }}
),

-- few buyers say little: shares of a region lean on those of everyone, shares of a store on its region's
in_regions as (
    select
        listed.fold,
        listed.store_key,
        listed.product_key,
        popular.tie_order,
        stores.store_buyers,
        case
            when stores.region is null then popular.share
            else
                (coalesce(region_products.region_product_buyers, 0) + {{ prior_buyers }} * popular.share)
                / (region_sizes.region_buyers + {{ prior_buyers }})
        end as region_share
    from listed
    inner join stores on listed.fold = stores.fold and listed.store_key = stores.store_key
    inner join popular on listed.fold = popular.fold and listed.product_key = popular.product_key
    left join region_sizes on stores.fold = region_sizes.fold and stores.region = region_sizes.region
    left join region_products
        on
            stores.fold = region_products.fold
            and stores.region = region_products.region
            and listed.product_key = region_products.product_key
),

shares as (
    select
        in_regions.fold,
        in_regions.store_key,
        in_regions.product_key,
        in_regions.tie_order,
        (coalesce(buyers.buyers_popularity_window, 0) + {{ prior_buyers }} * in_regions.region_share)
        / (in_regions.store_buyers + {{ prior_buyers }}) as share
    from in_regions
    left join buyers
        on
            in_regions.fold = buyers.fold
            and in_regions.store_key = buyers.store_key
            and in_regions.product_key = buyers.product_key
    union all
    -- a shop without stores has popular products already
    select
        popular.fold,
        0 as store_key,
        popular.product_key,
        popular.tie_order,
        popular.share
    from popular
    semi join stores on popular.fold = stores.fold
)

select
    fold,
    store_key,
    product_key,
    share,
    row_number() over (partition by fold, store_key order by share desc, tie_order asc) as popularity_rank
from shares
{{ and_past_rows() }}
