with

folds as (select * from {{ ref('int_folds') }} where {{ is_made('fold') }}),

events as (select * from {{ ref('int_known_events') }} where order_key is not null and {{ is_made('fold') }}),

fold_products as (
    select * from {{ ref('int_fold_products') }} where is_learned_from and {{ is_made('fold') }}
),

settings as (select * from {{ ref('stg_settings') }}),

-- the first fold that sees an order, and the first that knows that it came back; later ones do too
seen_orders as (
    select
        order_key,
        product_key,
        min(cutoff_at) as seen_from,
        coalesce(min(cutoff_at) filter (where not is_kept), 'infinity') as gone_from
    from events
    where product_key in (select fold_products.product_key from fold_products)
    group by order_key, product_key
),

counted_pairs as (
    select
        -- an order over several days holds both from its second line on
        greatest(one.seen_from, other.seen_from) as seen_from,
        least(one.gone_from, other.gone_from) as gone_from,
        one.product_key,
        other.product_key as other_product_key,
        count(*) as baskets
    from seen_orders as one
    inner join seen_orders as other
        on one.order_key = other.order_key and one.product_key < other.product_key
    group by all
),

-- a pair too rare in all was too rare in every fold: dropping it early saves the memory
frequent_pairs as (
    select
        counted_pairs.product_key,
        counted_pairs.other_product_key
    from counted_pairs
    cross join settings
    group by counted_pairs.product_key, counted_pairs.other_product_key, settings.min_baskets_together
    having sum(counted_pairs.baskets) >= settings.min_baskets_together
),

fold_pairs as (
    select
        folds.fold,
        counted_pairs.product_key,
        counted_pairs.other_product_key,
        sum(counted_pairs.baskets) as baskets
    from counted_pairs
    inner join frequent_pairs
        on
            counted_pairs.product_key = frequent_pairs.product_key
            and counted_pairs.other_product_key = frequent_pairs.other_product_key
    inner join folds
        on counted_pairs.seen_from <= folds.cutoff_at and counted_pairs.gone_from > folds.cutoff_at
    group by folds.fold, counted_pairs.product_key, counted_pairs.other_product_key
),

both_directions as (
    select
        fold,
        product_key,
        other_product_key,
        baskets
    from fold_pairs
    union all
    select
        fold,
        other_product_key as product_key,
        product_key as other_product_key,
        baskets
    from fold_pairs
),

product_baskets as (
    select
        folds.fold,
        seen_orders.product_key,
        count(*) as baskets
    from seen_orders
    inner join folds
        on seen_orders.seen_from <= folds.cutoff_at and seen_orders.gone_from > folds.cutoff_at
    group by folds.fold, seen_orders.product_key
),

all_baskets as (
    select
        fold,
        count(distinct order_key) as baskets
    from events
    group by fold
),

measured as (
    select
        both_directions.fold,
        both_directions.product_key,
        both_directions.other_product_key,
        both_directions.baskets,
        both_directions.baskets / all_baskets.baskets as support,
        both_directions.baskets / one.baskets as confidence,
        both_directions.baskets * all_baskets.baskets / (one.baskets * other.baskets) as lift,
        -- variance of ln(lift) by the delta method, from the multinomial counts
        greatest(
            0,
            1 / both_directions.baskets - 1 / one.baskets - 1 / other.baskets
            + (2 * both_directions.baskets * all_baskets.baskets / (one.baskets * other.baskets) - 1)
            / all_baskets.baskets
        ) as log_lift_variance
    from both_directions
    inner join product_baskets as one
        on both_directions.fold = one.fold and both_directions.product_key = one.product_key
    inner join product_baskets as other
        on both_directions.fold = other.fold and both_directions.other_product_key = other.product_key
    inner join all_baskets on both_directions.fold = all_baskets.fold
    inner join fold_products as one_product
        on both_directions.fold = one_product.fold and both_directions.product_key = one_product.product_key
    inner join fold_products as other_product
        on
            both_directions.fold = other_product.fold
            and both_directions.other_product_key = other_product.product_key
    cross join settings
    where both_directions.baskets >= settings.min_baskets_together
),

bounded as (
    select
        measured.fold,
        measured.product_key,
        measured.other_product_key,
        measured.baskets,
        measured.support,
        measured.confidence,
        measured.lift,
        measured.lift * exp(-1.96 * sqrt(measured.log_lift_variance)) as lift_low
    from measured
    -- no more often than chance is no pair
    where measured.lift > 1
),

ranked as (
    select
        bounded.*,
        row_number() over (
            partition by bounded.fold, bounded.product_key
            order by bounded.lift_low desc, fold_products.tie_order asc
        ) as rank
    from bounded
    inner join fold_products
        on bounded.fold = fold_products.fold and bounded.other_product_key = fold_products.product_key
    where fold_products.in_catalogue
),

best as (
    select ranked.*
    from ranked
    cross join settings
    where ranked.rank <= settings.pairs_per_product
)

select * from best
{{ and_past_rows() }}
