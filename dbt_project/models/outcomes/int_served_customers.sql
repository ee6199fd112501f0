-- how many customers each run served, by list, and who made most of these lists

with

periods as (select * from {{ ref('int_list_periods') }}),

-- every list has a first place
lists as (select * from {{ ref('recommendations_history') }} where rank = 1),

counted as (
    select
        list_type,
        recommender,
        run_id,
        ended_run_id,
        count(*) as customers
    from lists
    group by list_type, recommender, run_id, ended_run_id
),

of_runs as (
    select
        periods.run_id,
        counted.list_type,
        counted.recommender,
        sum(counted.customers) as customers
    from counted
    inner join periods as began on counted.run_id = began.run_id
    left join periods as ended on counted.ended_run_id = ended.run_id
    inner join periods
        on
            began.run_number <= periods.run_number
            and (ended.run_number is null or ended.run_number > periods.run_number)
    group by periods.run_id, counted.list_type, counted.recommender
)

select
    run_id,
    list_type,
    max_by(recommender, (customers, recommender)) as recommender,
    sum(customers) as customers
from of_runs
group by run_id, list_type
