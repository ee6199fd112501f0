with

folds as (select * from {{ ref('int_folds') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }}),

interactions as (select * from {{ ref('int_interactions') }} where in_catalogue and weight > 0),

product_features as (select * from {{ ref('int_product_features') }}),

settings as (select * from {{ ref('stg_settings') }}),

timed as (
    select
        interactions.fold,
        interactions.customer_key,
        interactions.product_key,
        interactions.weight,
        coalesce(product_features.recent_repeat_share, 0) as recent_repeat_share,
        -- how many of this customer's own intervals have passed since the last purchase; a single
        -- purchase shows no interval and counts as long overdue
        case
            when interactions.orders > 1
                then
                    {{ days_between('interactions.last_at', 'folds.cutoff_at') }}
                    / greatest(
                        {{ days_between('interactions.first_at', 'interactions.last_at') }}
                        / (interactions.orders - 1),
                        1
                    )
            else settings.intervals_after_single_purchase
        end as intervals_since_last
    from interactions
    inner join folds on interactions.fold = folds.fold
    inner join fold_customers
        on interactions.fold = fold_customers.fold and interactions.customer_key = fold_customers.customer_key
    left join product_features
        on interactions.fold = product_features.fold and interactions.product_key = product_features.product_key
    cross join settings
),

scored as (
    select
        timed.fold,
        timed.customer_key,
        timed.product_key,
        false as is_new,
        timed.weight * exp(-settings.overdue_discount * timed.intervals_since_last)
        + settings.repeat_share_weight * timed.recent_repeat_share as score
    from timed
    cross join settings
),

{{ ranked_candidates() }}

select * from best
