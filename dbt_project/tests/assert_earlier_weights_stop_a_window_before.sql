-- A fold's weight is the weight one label window before its cut-off, decayed since, plus the purchases
-- within the window. Neither part contains purchases of the other's time. (Weights below twelve decimal
-- places count as 0.)
with

interactions as (select * from {{ ref('int_interactions') }} where orders > 0 and last_at is not null),

folds as (select * from {{ ref('int_folds') }}),

settings as (select * from {{ ref('stg_settings') }}),

compared as (
    select
        interactions.fold,
        interactions.customer_key,
        interactions.product_key,
        interactions.first_at,
        interactions.last_at,
        interactions.orders,
        interactions.recent_orders,
        interactions.earlier_weight,
        interactions.weight
        - interactions.earlier_weight
        * power(0.5, settings.label_window_days / settings.decay_half_life_days) as added,
        folds.cutoff_at - settings.label_window_days * interval 1 day as window_start
    from interactions
    inner join folds on interactions.fold = folds.fold
    cross join settings
)

select * from compared
where
    (recent_orders > 0) <> (last_at >= window_start)
    or recent_orders > orders
    or (recent_orders = orders) <> (first_at >= window_start)
    or (earlier_weight > 0 and first_at >= window_start)
    or (recent_orders = 0 and abs(added) > 0.000001)
    or added < -0.000001
