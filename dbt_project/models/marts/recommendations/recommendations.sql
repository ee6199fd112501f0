with

served as (select * from {{ ref('int_served_recommendations') }}),

recommendations as (
    select
        *,
        {{ run_id() }} as run_id,
        {{ build_started_at() }} as generated_at
    from served
)

select * from recommendations
order by customer_id, list_type, rank
