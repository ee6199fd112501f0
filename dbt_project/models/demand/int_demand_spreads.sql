{# So many predictions make a size class. #}
{% set enough = 100 %}
{% set measures = ['buyers', 'quantity', 'revenue'] %}

with

trends as (select * from {{ ref('int_demand_trends') }} where age > 0),

predictions as (
    {% for measure in measures %}
    select
        fold,
        level,
        '{{ measure }}' as measure,
        {{ size_class(measure) }} as size_class,
        -- what is sold scatters with the root of what is expected, if buyers come independently
        ({{ measure }}_sold - {{ measure }}) / sqrt({{ measure }}) as deviation
    from trends
    where {{ measure }} > 0
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

classes as (
    select
        fold,
        level,
        measure,
        size_class,
        count(*) as predictions,
        quantile_cont(deviation, 0.025) as low,
        quantile_cont(deviation, 0.975) as high
    from predictions
    group by fold, level, measure, size_class
)

select * from classes
where predictions >= {{ enough }}
union all
-- a small shop has one class
select
    fold,
    level,
    measure,
    0 as size_class,
    count(*) as predictions,
    quantile_cont(deviation, 0.025) as low,
    quantile_cont(deviation, 0.975) as high
from predictions
anti join classes
    on
        predictions.fold = classes.fold
        and predictions.level = classes.level
        and predictions.measure = classes.measure
        and classes.predictions >= {{ enough }}
group by fold, level, measure
having count(*) >= 20
