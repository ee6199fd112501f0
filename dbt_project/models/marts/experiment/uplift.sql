{# Buyers that both arms need: with fewer an interval by the normal distribution doesn't hold (docs/uplift.md). #}
{% set needed = 100 %}
{# Standard errors above an interval's end at which 80 % of all estimates are beyond it. #}
{% set to_power = 0.8416 %}
{# A p-value below this says that arms don't have the shares that they should. #}
{% set uneven_below = 0.01 %}

with

differences as (select * from {{ ref('int_experiment_differences') }}),

periods as (select * from {{ ref('int_experiment_period') }}),

balance as (select * from {{ ref('int_experiment_balance') }}),

dated as (
    select
        differences.*,
        periods.from_day,
        periods.until_day,
        balance.p_value
    from differences
    inner join periods on differences.experiment = periods.experiment
    left join balance on differences.experiment = balance.experiment
),

measured as (
    select
        *,
        case
            when fewest >= {{ needed }} then sqrt(squared_error + baseline_squared_error)
        end as standard_error,
        case when information > 0 then {{ always_valid_factor('information') }} end as factor,
        case
            when adjusted_baseline > 0 then adjusted_value / adjusted_baseline
        end as ratio
    from dated
),

intervals as (
    select
        *,
        difference - factor * standard_error as ci_low,
        difference + factor * standard_error as ci_high,
        (factor + {{ to_power }}) * standard_error as smallest_effect,
        -- by the delta method
        case
            when standard_error is not null
                then factor * sqrt(squared_error + ratio * ratio * baseline_squared_error) / adjusted_baseline
        end as half_relative
    from measured
),

judged as (
    select
        *,
        case
            when from_day > until_day then 'not begun'
            when p_value < {{ uneven_below }} then 'uneven arms'
            when ci_low is null then 'too few'
            when ci_low > 0 then 'better'
            when ci_high < 0 then 'worse'
            else 'open'
        end as verdict,
        case metric
            when 'revenue' then concat(printf('%.2f', abs(difference)), ' ')
            when 'orders' then concat(printf('%.3f', abs(difference)), ' ')
            else concat(printf('%.2f', 100 * abs(difference)), ' percentage points ')
        end as size,
        case metric when 'buyers' then 'customers who buy' else concat(metric, ' per customer') end as measure
    from intervals
)

select
    {{ run_id() }} as run_id,
    experiment,
    arm,
    baseline,
    metric,
    from_day,
    until_day,
    cast(greatest(until_day - from_day + 1, 0) as integer) as days,
    customers,
    baseline_customers,
    round(value, 6) as value,
    round(baseline_value, 6) as baseline_value,
    round(difference, 6) as difference,
    round(ci_low, 6) as ci_low,
    round(ci_high, 6) as ci_high,
    round(ratio - 1, 6) as relative_difference,
    round(ratio - 1 - half_relative, 6) as relative_low,
    round(ratio - 1 + half_relative, 6) as relative_high,
    round(1 - (squared_error + baseline_squared_error) / nullif(unadjusted_squared_error, 0), 6) as variance_reduction,
    round(smallest_effect, 6) as smallest_effect,
    round(p_value, 6) as sample_ratio_p,
    verdict,
    case verdict
        when 'not begun' then concat('The experiment begins on ', from_day, ', and the data end on ', until_day, '.')
        when 'too few'
            then concat(
                'Fewer than {{ needed }} customers of ', arm, ' or ', baseline, ' have bought since ', from_day,
                case metric when 'buyers' then ', or have not' end, '.'
            )
        when 'uneven arms'
            then concat(
                'The arms don''t have the shares that they should: ',
                'lines of one of them may be missing. Nothing follows.'
            )
        when 'better' then concat('The arm ', arm, ' has ', size, 'more ', measure, ' than ', baseline, '.')
        when 'worse'
            then concat(
                'The arm ', arm, ' has ', size, case metric when 'revenue' then 'less ' else 'fewer ' end, measure,
                ' than ', baseline, '.'
            )
        else concat('No difference in ', measure, ' was found yet between ', arm, ' and ', baseline, '.')
    end as summary
from judged
order by
    list_position(['control', 'champion', 'challenger'], baseline) asc,
    list_position(['champion', 'challenger'], arm) asc,
    list_position(['revenue', 'orders', 'buyers'], metric) asc
