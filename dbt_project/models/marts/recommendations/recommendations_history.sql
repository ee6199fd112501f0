{{ config(materialized='view') }}

with

recommendations as (select * from {{ ref('recommendations') }}),

ended as (select * from {{ ref('int_ended_recommendations') }}),

periods as (select * from {{ ref('int_list_periods') }}),

served_runs as (select distinct run_id from recommendations),

listed as (
    select
        customer_id,
        list_type,
        rank,
        product_id,
        recommender,
        coalesce(promised_probability, probability) as probability,
        since_run_id as run_id,
        cast(null as varchar) as ended_run_id
    from recommendations
    union all
    select
        ended.customer_id,
        ended.list_type,
        ended.rank,
        ended.product_id,
        ended.recommender,
        ended.probability,
        ended.run_id,
        ended.ended_run_id
    from ended
    -- until a build replaces the lists, they are served
    anti join served_runs on ended.last_run_id = served_runs.run_id
)

select
    listed.customer_id,
    listed.list_type,
    listed.rank,
    listed.product_id,
    listed.recommender,
    listed.probability,
    listed.run_id,
    began.served_from,
    listed.ended_run_id,
    case
        when ended_by.run_id is not null then greatest(began.served_from, ended_by.earlier_until)
    end as served_until
from listed
inner join periods as began on listed.run_id = began.run_id
left join periods as ended_by on listed.ended_run_id = ended_by.run_id
