{# Bins of equal width that probabilities are cut into. #}
{% set bins = 20 %}

with

judged as (select * from {{ ref('int_judged_replenishment') }}),

promised as (
    {% for name in repurchase_horizons() %}
    select
        fold,
        '{{ name }}' as horizon,
        cast(sample_weight as decimal(18, 6)) as weight,
        probability_{{ name }} as probability,
        is_bought_{{ name }} as is_bought,
        cast(floor(least(probability_{{ name }}, 1 - 1e-9) * {{ bins }}) as integer) as bin
    from judged
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    {{ run_id() }} as run_id,
    fold,
    horizon,
    bin / {{ bins }} as bin_from,
    (bin + 1) / {{ bins }} as bin_until,
    count(*) as pairs,
    cast(sum(cast(weight * probability as decimal(30, 12))) as double) / cast(sum(weight) as double) as promised,
    cast(sum(case when is_bought then weight else 0 end) as double) / cast(sum(weight) as double) as bought
from promised
group by fold, horizon, bin
order by fold, horizon, bin
