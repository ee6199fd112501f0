{# Label windows before a cut-off that are looked at: six that predict, and six that were predicted. #}
{% set windows = 12 %}
-- Part after part of the buyers: those of all windows of all folds at once would fill the memory of a shop of
-- millions of lines.
{% set parts = 8 %}
{% set buyer -%}
    case when counting_unit.counts_orders then events.order_key else coalesce(events.customer_key, -events.order_key) end
{%- endset %}

with

known_events as (select * from {{ ref('int_known_events') }} where is_interest and is_kept),

label_events as (select * from {{ ref('int_label_events') }}),

products as (select * from {{ ref('int_products') }} where not is_excluded),

settings as (select * from {{ ref('stg_settings') }}),

-- where ratings stand for purchases, nothing is sold
counting_unit as (select * from {{ ref('int_counting_unit') }} where order_products > 0),


{% for part in range(parts) %}
sold_{{ part }} as (
    with

    events as (
        select
            events.fold,
            -- window 1 ends at the cut-off, what was bought at the moment it begins is in it
            greatest(1, cast(ceil(events.age_days / settings.label_window_days) as integer)) as back,
            {{ buyer }} as buyer_key,
            events.product_key,
            events.quantity,
            events.amount
        from known_events as events
        cross join settings
        cross join counting_unit
        where
            events.age_days <= {{ windows }} * settings.label_window_days
            and {{ in_part(buyer, part, parts) }}
        union all
        select
            events.fold,
            0 as back,
            {{ buyer }} as buyer_key,
            events.product_key,
            events.quantity,
            events.amount
        from label_events as events
        cross join counting_unit
        where {{ in_part(buyer, part, parts) }}
    )

    select
        events.fold,
        events.back,
        products.product_id,
        coalesce(products.category, products.department) as category,
        grouping(products.product_id) = 0 as is_product,
        count(distinct events.buyer_key) as buyers,
        sum(cast(events.quantity as decimal(24, 6))) as quantity,
        sum(events.amount) as revenue
    from events
    inner join products on events.product_key = products.product_key
    group by
        grouping sets (
            (events.fold, events.back, products.product_id),
            (events.fold, events.back, coalesce(products.category, products.department))
        )
),

{% endfor %}
sold as (
    {% for part in range(parts) %}
    select * from sold_{{ part }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

summed as (
    select
        fold,
        case when is_product then 'product' else 'category' end as level,
        case when is_product then product_id else category end as item,
        back,
        cast(sum(buyers) as double) as buyers,
        cast(sum(quantity) as double) as quantity,
        cast(sum(revenue) as double) as revenue
    from sold
    group by all
)

select * from summed
where item is not null
