{% set horizons = repurchase_horizons() %}
{% set methods = {
    'replenishment': 'forecast', 'own_mean': 'own', 'product_mean': 'product', 'overall_mean': 'overall', 'middle': 'middle'
} %}

with

judged as (select * from {{ ref('int_judged_replenishment') }}),

{% for name in horizons %}
base_{{ name }} as (
    select
        fold,
        {{ exact_sum('sample_weight * cast(is_bought_' ~ name ~ ' as integer)', 32) }}
        / {{ exact_sum('sample_weight', 32) }} as share
    from judged
    group by fold
),

{% endfor %}
errors as (
    {% for name in horizons %}
    select
        judged.fold,
        judged.customer_key,
        judged.sample_weight,
        'replenishment' as method_name,
        'brier_{{ name }}' as metric,
        power(judged.probability_{{ name }} - cast(judged.is_bought_{{ name }} as integer), 2) as error
    from judged
    union all
    select
        judged.fold,
        judged.customer_key,
        judged.sample_weight,
        'base_rate' as method_name,
        'brier_{{ name }}' as metric,
        power(base_{{ name }}.share - cast(judged.is_bought_{{ name }} as integer), 2) as error
    from judged
    inner join base_{{ name }} on judged.fold = base_{{ name }}.fold
    union all
    {% endfor %}
    {% for method, name in methods.items() %}
    select
        fold,
        customer_key,
        sample_weight,
        '{{ method }}' as method_name,
        'error_days' as metric,
        abs({{ name }}_day - wait) as error
    from judged
    where wait is not null
    union all
    {% endfor %}
    select
        fold,
        customer_key,
        sample_weight,
        'replenishment' as method_name,
        'coverage_80' as metric,
        cast(is_within as integer) as error
    from judged
    where wait is not null
),

-- a customer's pairs aren't independent: intervals are over customers
customers as (
    select
        fold,
        method_name,
        metric,
        customer_key,
        count(*) as pairs,
        {{ exact_sum('sample_weight', 32) }} as weight,
        {{ exact_sum('sample_weight * error', 32) }} as error
    from errors
    where error is not null
    group by fold, method_name, metric, customer_key
),

metrics as (
    select
        fold,
        method_name,
        metric,
        count(*) as customers,
        sum(pairs) as pairs,
        {{ exact_sum('weight', 38) }} as weight,
        {{ exact_sum('error', 38) }} / {{ exact_sum('weight', 38) }} as value
    from customers
    group by fold, method_name, metric
),

spreads as (
    select
        metrics.fold,
        metrics.method_name,
        metrics.metric,
        case
            when count(*) > 1
                then
                    1.96 * sqrt(
                        count(*) / (count(*) - 1)
                        * {{ exact_sum(
                            'power((customers.error - metrics.value * customers.weight) / metrics.weight, 2)'
                        ) }}
                    )
        end as half_width
    from metrics
    inner join customers
        on
            metrics.fold = customers.fold
            and metrics.method_name = customers.method_name
            and metrics.metric = customers.metric
    group by metrics.fold, metrics.method_name, metrics.metric
)

select
    {{ run_id() }} as run_id,
    metrics.fold,
    metrics.method_name as method, -- noqa: RF04
    metrics.metric,
    metrics.value,
    round(metrics.value - spreads.half_width, 9) as ci_low,
    round(metrics.value + spreads.half_width, 9) as ci_high,
    cast(metrics.pairs as bigint) as pairs,
    metrics.customers
from metrics
inner join spreads
    on
        metrics.fold = spreads.fold
        and metrics.method_name = spreads.method_name
        and metrics.metric = spreads.metric
order by metrics.fold, metrics.metric, metrics.method_name
