with

newest as (
    select * from {{ ref('int_list_periods') }}
    where previous_run_id is not null
    qualify row_number() over (order by run_number desc) = 1
),

history as (
    select
        listed.*,
        newest.run_id as newest_run_id,
        newest.previous_run_id
    from {{ ref('recommendations_history') }} as listed
    cross join newest
    where listed.ended_run_id is null or listed.ended_run_id = newest.run_id
),

ended as (select * from history where ended_run_id is not null),

begun as (select * from history where ended_run_id is null and run_id = newest_run_id),

places as (
    select
        list_type,
        customer_id,
        rank as rank_before,
        rank as rank_after
    from history
    where ended_run_id is null and run_id <> newest_run_id
    union all
    select
        coalesce(ended.list_type, begun.list_type) as list_type,
        coalesce(ended.customer_id, begun.customer_id) as customer_id,
        ended.rank as rank_before,
        begun.rank as rank_after
    from ended
    full outer join begun
        on
            ended.customer_id = begun.customer_id
            and ended.list_type = begun.list_type
            and ended.product_id = begun.product_id
),

changes as (
    {{ list_differences('places') }}
)

select
    newest.run_id,
    newest.previous_run_id,
    changes.list_type,
    changes.customers_before,
    changes.customers_after,
    changes.customers_changed,
    changes.kept_share
from changes
cross join newest
order by changes.list_type
