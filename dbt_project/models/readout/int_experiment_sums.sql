-- Sums of decimals are the same in every run, whatever the order in which threads add.
with

arms as (select * from {{ ref('int_experiment_arms') }}),

outcomes as (select * from {{ ref('int_experiment_outcomes') }}),

measured as (
    {% for metric in ['revenue', 'orders', 'buyers'] %}
    select
        arm,
        '{{ metric }}' as metric,
        is_known_before,
        days,
        buyers,
        {{ metric }} as y,
        {{ metric }}_before as x
    from outcomes
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

sums as (
    select
        arm,
        metric,
        count(*) as customers,
        count(*) filter (where is_known_before) as known_before,
        sum(days) as customer_days,
        sum(buyers) as buyers,
        {% for name, product in {'y': 'y', 'x': 'x', 'yy': 'y * y', 'xx': 'x * x', 'xy': 'x * y'}.items() %}
        cast(sum(cast({{ product }} as decimal(38, 4))) as double) as sum_{{ name }}
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from measured
    group by arm, metric
),

-- a shop whose lines have no prices has no revenue
metrics as (
    select known.metric
    from unnest(['revenue', 'orders', 'buyers']) as known (metric)
    where
        known.metric <> 'revenue'
        or exists (select 1 from {{ ref('int_purchase_lines') }} as bought where bought.amount is not null)
)

-- an arm without customers is there, too
select
    arms.experiment,
    arms.arm,
    metrics.metric,
    arms.share,
    coalesce(sums.customers, 0) as customers,
    coalesce(sums.known_before, 0) as known_before,
    cast(coalesce(sums.customer_days, 0) as bigint) as customer_days,
    cast(coalesce(sums.buyers, 0) as bigint) as buyers,
    sums.sum_y / sums.customers as mean_y,
    sums.sum_x / sums.customers as mean_x,
    {{ sample_covariance('sum_yy', 'sum_y', 'sum_y') }} as variance_y,
    {{ sample_covariance('sum_xx', 'sum_x', 'sum_x') }} as variance_x,
    {{ sample_covariance('sum_xy', 'sum_x', 'sum_y') }} as covariance
from arms
cross join metrics
left join sums on arms.arm = sums.arm and metrics.metric = sums.metric
