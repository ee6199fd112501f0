{# Label windows before a cut-off that are looked at: six that predict, and six that were predicted. #}
{% set windows = 12 %}
-- Part after part of the buyers: those of all windows of all folds at once would fill the memory of a shop of
-- millions of lines.
{% set parts = 8 %}
{% set named = 'coalesce(events.customer_key, -events.order_key)' %}
{% set buyer = 'case when counting_unit.counts_orders then events.order_key else ' ~ named ~ ' end' %}

with

known_events as (
    select * from {{ ref('int_known_events') }} where is_interest and is_kept and {{ is_made('fold') }}
),

label_events as (select * from {{ ref('int_label_events') }} where {{ is_made('fold') }}),

products as (select * from {{ ref('int_products') }} where not is_excluded),

-- every purchase is one of a product, and one of a category
items as (
    select
        'product' as level, -- noqa: RF04
        product_id as item,
        product_key
    from products
    union all
    select
        'category' as level, -- noqa: RF04
        coalesce(category, department) as item,
        product_key
    from products
    where coalesce(category, department) is not null
),

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
        items.level,
        items.item,
        events.back,
        count(distinct events.buyer_key) as buyers,
        sum(cast(events.quantity as decimal(24, 6))) as quantity,
        sum(events.amount) as revenue
    from events
    inner join items on events.product_key = items.product_key
    group by events.fold, items.level, items.item, events.back
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
        level,
        item,
        back,
        cast(sum(buyers) as double) as buyers,
        cast(sum(quantity) as double) as quantity,
        cast(sum(revenue) as double) as revenue
    from sold
    group by fold, level, item, back
)

select * from summed
{{ and_past_rows() }}
