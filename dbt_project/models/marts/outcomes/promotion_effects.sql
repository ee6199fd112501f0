{# Weeks of each kind that a product needs. #}
{% set least_weeks = 4 %}
{% set metrics = ['units', 'buyers', 'new_buyers', 'revenue'] %}

with

products as (select * from {{ ref('int_products') }}),

weeks as (select * from {{ ref('int_product_weeks') }}),

measured as (
    select
        product_key,
        is_promoted,
        unnest({{ metrics }}) as metric,
        unnest([
            {% for metric in metrics %}
            cast({{ metric }} as double){{ ',' if not loop.last }}
            {% endfor %}
        ]) as value
    from weeks
),

compared as (
    select
        {% for name, condition in {'promoted': 'is_promoted', 'other': 'not is_promoted'}.items() %}
        count(*) filter (where {{ condition }}) as {{ name }}_weeks,
        {{ exact_sum('case when ' ~ condition ~ ' then value else 0 end', 38) }}
        / nullif(count(*) filter (where {{ condition }}), 0) as {{ name }}_mean,
        {{ exact_sum('case when ' ~ condition ~ ' then value * value else 0 end', 38) }} as {{ name }}_squares,
        {% endfor %}
        product_key,
        metric
    from measured
    group by product_key, metric
),

differing as (
    select
        *,
        promoted_mean - other_mean as difference,
        -- Welch's standard error
        1.959963984540054
        * sqrt({{ squared_error_of_mean('promoted') }} + {{ squared_error_of_mean('other') }}) as half_width
    from compared
    where promoted_weeks >= {{ least_weeks }} and other_weeks >= {{ least_weeks }}
)

select
    products.product_id,
    differing.metric,
    differing.promoted_weeks,
    differing.other_weeks,
    differing.promoted_mean,
    differing.other_mean,
    differing.difference,
    differing.difference - differing.half_width as ci_low,
    differing.difference + differing.half_width as ci_high,
    case when differing.other_mean > 0 then differing.promoted_mean / differing.other_mean end as ratio
from differing
inner join products on differing.product_key = products.product_key
order by products.product_id, differing.metric
