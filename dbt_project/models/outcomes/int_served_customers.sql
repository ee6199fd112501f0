-- how many customers each run served, by list and arm, and who made most of these lists

with

periods as (select * from {{ ref('int_list_periods') }}),

-- who was in which arm
designs as (
    select distinct
        experiment,
        challenger_share
    from periods
),

-- every list has a first place
lists as (select * from {{ ref('recommendations_history') }} where rank = 1),

counted as (
    select
        lists.list_type,
        lists.recommender,
        lists.run_id,
        lists.ended_run_id,
        designs.experiment,
        designs.challenger_share,
        {{ list_arm('designs', 'lists.customer_id') }} as arm,
        count(*) as customers
    from lists
    cross join designs
    group by all
),

of_runs as (
    select
        periods.run_id,
        counted.list_type,
        counted.arm,
        counted.recommender,
        sum(counted.customers) as customers
    from counted
    inner join periods as began on counted.run_id = began.run_id
    left join periods as ended on counted.ended_run_id = ended.run_id
    inner join periods
        on
            began.run_number <= periods.run_number
            and (ended.run_number is null or ended.run_number > periods.run_number)
            and counted.experiment is not distinct from periods.experiment
            and counted.challenger_share = periods.challenger_share
    group by periods.run_id, counted.list_type, counted.arm, counted.recommender
)

select
    run_id,
    list_type,
    arm,
    max_by(recommender, (customers, recommender)) as recommender,
    sum(customers) as customers
from of_runs
group by run_id, list_type, arm
