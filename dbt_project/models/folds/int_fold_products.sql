-- Part after part of the products: all customers and prices of all at once, which distinct counts and
-- medians keep until the end, would fill the memory of a shop of millions of lines.
{% set parts = 8 %}

with

products as (select * from {{ ref('int_products') }}),

settings as (select * from {{ ref('stg_settings') }}),

counting_unit as (select * from {{ ref('int_counting_unit') }}),

-- nothing where the shop doesn't say what its stores sell
sold_in_stores as (
    select distinct
        fold,
        product_key
    from {{ ref('int_known_assortment') }}
),

told_folds as (select distinct fold from sold_in_stores),

{% for part in range(parts) %}
events_{{ part }} as (
    select
        events.*,
        -- whose lines are nobody's counts orders
        case when counting_unit.counts_orders then events.order_key else events.customer_key end as buyer_key
    from {{ ref('int_known_events') }} as events
    cross join counting_unit
    where
        events.is_interest and events.is_kept and {{ is_made('events.fold') }}
        and {{ in_part('events.product_key', part, parts) }}
),

{% endfor %}
counted as (
    {% for part in range(parts) %}
    select
        events.fold,
        events.cutoff_at,
        events.product_key,
        count(distinct events.buyer_key) as customers,
        -- an event is one order of one product
        count(*) as orders,
        count(distinct events.buyer_key) filter (
            where events.occurred_at >= events.cutoff_at - settings.popularity_window_days * interval 1 day
        ) as recent_customers,
        count(*) filter (where events.occurred_at >= events.cutoff_at - interval 14 day) as orders_14d,
        count(*) filter (where events.occurred_at >= events.cutoff_at - interval 42 day) as orders_42d,
        min(events.occurred_at) as first_sold_at,
        max(events.occurred_at) as last_sold_at,
        median(events.unit_price) as median_paid_price
    from events_{{ part }} as events
    cross join settings
    group by events.fold, events.cutoff_at, events.product_key
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

judged as (
    select
        counted.*,
        products.product_id,
        products.category_code,
        -- today's list price is for today; the past knew only what had been paid
        cast(
            case
                when counted.fold = 'serving' then coalesce(products.list_price, counted.median_paid_price)
                else counted.median_paid_price
            end
            as decimal(18, 4)
        ) as price,
        case
            when products.non_product_kind is not null then concat('not a product: ', products.non_product_kind)
            when products.is_excluded then 'excluded by the shop'
            when counted.customers < settings.min_customers_per_product
                then case counting_unit.counts_orders
                    when true then 'in too few orders' else 'bought by too few customers'
                end
            when
                settings.sold_within_days > 0
                and counted.last_sold_at < counted.cutoff_at - settings.sold_within_days * interval 1 day
                then 'not sold lately'
        end as why_never,
        -- today's stock is no news to the past
        counted.fold = 'serving' and not products.is_available as is_out_of_stock,
        told_folds.fold is not null and sold_in_stores.product_key is null as is_in_no_store
    from counted
    inner join products on counted.product_key = products.product_key
    cross join settings
    cross join counting_unit
    left join told_folds on counted.fold = told_folds.fold
    left join sold_in_stores
        on counted.fold = sold_in_stores.fold and counted.product_key = sold_in_stores.product_key
),

banded as (
    select
        fold,
        product_key,
        product_id,
        customers,
        orders,
        recent_customers,
        orders_14d,
        orders_42d,
        -- orders a day of the last two weeks against those of the last six, each with one order
        -- added, so that a handful of purchases is no trend
        (orders_14d + 1) / (orders_42d / 3.0 + 1) as trend,
        first_sold_at,
        last_sold_at,
        price,
        -- 1 the cheapest fifth of its category, 5 the dearest; the whole shop's where there is none
        case
            when price is not null
                then ntile(5) over (
                    partition by fold, category_code, price is not null order by price, product_id
                )
        end as price_band,
        why_never is null and not is_out_of_stock and not is_in_no_store as in_catalogue,
        -- what isn't sold now stays in training: their buyers resemble those who bought in time
        why_never is null as is_learned_from,
        case
            when why_never is not null then why_never
            when is_out_of_stock then 'not available'
            when is_in_no_store then 'not sold in any store'
        end as why_not,
        -- ties in score are broken by popularity, then by id, everywhere: lower comes first
        row_number() over (partition by fold order by customers desc, product_id asc) as tie_order
    from judged
)

select * from banded
{{ and_past_rows() }}
