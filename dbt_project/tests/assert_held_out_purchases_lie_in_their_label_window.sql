-- As many orders of the pair as are held out lie between the cut-off and the window's end, and hadn't
-- come back by then.
with

folds as (select * from {{ ref('int_folds') }}),

held_out as (select * from {{ ref('int_held_out') }}),

events as (select * from {{ ref('int_events') }} where is_interest),

in_window as (
    select
        held_out.fold,
        held_out.customer_id,
        held_out.product_id,
        held_out.orders,
        count(events.product_key) as orders_in_window
    from held_out
    left join folds on held_out.fold = folds.fold and folds.purpose <> 'serve'
    left join events
        on
            held_out.customer_key = events.customer_key
            and held_out.product_key = events.product_key
            and folds.cutoff_at <= events.occurred_at
            and folds.label_until > events.occurred_at
            and {{ kept_at('events', 'folds.label_until') }}
    group by held_out.fold, held_out.customer_id, held_out.product_id, held_out.orders
)

select * from in_window
where orders <> orders_in_window
