{% set window_start = '(known.cutoff_at - settings.label_window_days * interval 1 day)' %}

with

folds as (select * from {{ ref('int_folds') }} where {{ is_made('fold') }}),

events as (select * from {{ ref('int_known_events') }} where customer_key is not null and {{ is_made('fold') }}),

ratings as (select * from {{ ref('int_known_ratings') }} where {{ is_made('fold') }}),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

settings as (select * from {{ ref('stg_settings') }}),

-- likes are no scale: beside purchases they are the strongest interest, alone they weigh as purchases
-- do, and nothing is predicted of them
rating_scale as (select * from {{ ref('int_rating_scale') }}),

known as (
    select
        fold,
        cutoff_at,
        customer_key,
        product_key,
        occurred_at,
        is_interest and is_kept as is_interest
    from events
),

bought as (
    select
        known.fold,
        known.customer_key,
        known.product_key,
        count(*) filter (where known.is_interest) as orders,
        {{ exact_sum(
            'case when known.is_interest then '
            ~ decayed('known.occurred_at', 'known.cutoff_at', 'settings.decay_half_life_days')
            ~ ' else 0 end'
        ) }} as weight,
        {{ exact_sum(
            'case when known.is_interest and known.occurred_at < ' ~ window_start ~ ' then '
            ~ decayed('known.occurred_at', window_start, 'settings.decay_half_life_days')
            ~ ' else 0 end'
        ) }} as earlier_weight,
        count(*) filter (where known.is_interest and known.occurred_at >= {{ window_start }}) as recent_orders,
        -- of what was paid for and kept, if anything was
        coalesce(min(known.occurred_at) filter (where known.is_interest), min(known.occurred_at)) as first_at,
        coalesce(max(known.occurred_at) filter (where known.is_interest), max(known.occurred_at)) as last_at
    from known
    cross join settings
    group by known.fold, known.customer_key, known.product_key
),

rated as (
    select
        ratings.fold,
        customers.customer_key,
        products.product_key,
        ratings.rating,
        ratings.rated_at
    from ratings
    inner join customers on ratings.customer_id = customers.customer_id
    inner join products on ratings.product_id = products.product_id
),

-- a purchase is no complaint: beside ratings that customers gave, implied ones are from the middle
-- of the scale on; where there are no others, only their order counts, and they use all of it
implied_scales as (
    select
        folds.fold,
        settings.rating_max as highest,
        case
            when not rating_scale.is_unary and exists (select 1 from rated where rated.fold = folds.fold)
                then (settings.rating_min + settings.rating_max) / 2
            else settings.rating_min
        end as lowest
    from folds
    cross join settings
    cross join rating_scale
),

interactions as (
    select
        fold,
        customer_key,
        product_key,
        coalesce(bought.orders, 0) as orders,
        coalesce(bought.weight, 0) as weight,
        coalesce(bought.earlier_weight, 0) as earlier_weight,
        coalesce(bought.recent_orders, 0) as recent_orders,
        bought.first_at,
        bought.last_at,
        rated.rating as explicit_rating,
        rated.rated_at
    from bought
    -- whichever side knows the pair gives its keys
    full outer join rated using (fold, customer_key, product_key) -- noqa: ST07
),

scaled as (
    select
        interactions.*,
        -- implied rating: the decayed count on a log scale, from the lowest (never again, long ago)
        -- to the highest (this customer's strongest habit)
        case
            when rating_scale.is_unary and not rating_scale.has_purchases then null
            when rating_scale.is_unary and interactions.explicit_rating is not null then implied_scales.highest
            when interactions.weight > 0 then round(
                implied_scales.lowest
                + (implied_scales.highest - implied_scales.lowest) * ln(1 + interactions.weight)
                / ln(1 + max(interactions.weight) over (
                    partition by interactions.fold, interactions.customer_key
                )),
                6
            )
        end as implied_rating,
        interactions.explicit_rating is not null and not rating_scale.is_unary as is_on_scale
    from interactions
    inner join implied_scales on interactions.fold = implied_scales.fold
    cross join rating_scale
),

final as (
    select
        scaled.fold,
        scaled.customer_key,
        scaled.product_key,
        scaled.orders,
        scaled.weight,
        scaled.earlier_weight,
        scaled.recent_orders,
        case when scaled.is_on_scale then scaled.explicit_rating else scaled.implied_rating end as rating,
        not scaled.is_on_scale as is_implied,
        scaled.explicit_rating as given_rating,
        scaled.rated_at,
        scaled.first_at,
        scaled.last_at,
        coalesce(fold_products.in_catalogue, false) as in_catalogue,
        coalesce(fold_products.is_learned_from, false) as is_learned_from
    from scaled
    left join fold_products
        on scaled.fold = fold_products.fold and scaled.product_key = fold_products.product_key
)

select * from final
{{ and_past_rows() }}
