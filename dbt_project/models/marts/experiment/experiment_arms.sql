with

arms as (select * from {{ ref('int_experiment_arms') }}),

periods as (select * from {{ ref('int_experiment_period') }}),

counts as (select * from {{ ref('int_experiment_sums') }} where metric = 'buyers'),

settings as (select * from {{ ref('stg_settings') }})

select
    {{ run_id() }} as run_id,
    arms.experiment,
    arms.arm,
    arms.share,
    arms.from_bucket,
    arms.until_bucket,
    case when arms.arm = 'challenger' then settings.challenger end as recommender,
    counts.customers,
    periods.from_day as started_on
from arms
cross join periods
cross join settings
inner join counts on arms.arm = counts.arm
order by arms.from_bucket
