-- what was shown while a run's lists were being served, and whether it stood in that list of the customer then

with

exposures as (select * from {{ ref('int_exposures') }}),

periods as (select * from {{ ref('int_list_periods') }}),

history as (
    select * from {{ ref('recommendations_history') }}
    where customer_id in (select exposures.customer_id from exposures)
),

placed as (
    select
        exposures.*,
        history.list_type as standing_in
    from exposures
    left join history
        on
            exposures.customer_id = history.customer_id
            and exposures.product_id = history.product_id
            and coalesce(exposures.list_type, history.list_type) = history.list_type
            and exposures.shown_at >= history.served_from
            and (history.served_until is null or exposures.shown_at < history.served_until)
)

select
    periods.run_id,
    coalesce(placed.standing_in, placed.list_type) as list_type,
    {{ list_arm('periods', 'placed.customer_id') }} as arm,
    placed.customer_id,
    placed.product_id,
    placed.shown_at,
    placed.clicked_at,
    placed.standing_in is not null as is_listed
from placed
inner join periods
    on
        placed.shown_at >= periods.served_from
        and (periods.served_until is null or placed.shown_at < periods.served_until)
where coalesce(placed.standing_in, placed.list_type) is not null
