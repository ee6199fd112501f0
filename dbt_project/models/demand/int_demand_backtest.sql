with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

expected as (select * from {{ ref('int_expected_demand') }}),

sold as (select * from {{ ref('int_demand_windows') }} where back = 0),

expected_in_folds as (
    select expected.*
    from expected
    semi join folds on expected.fold = folds.fold
),

sold_in_folds as (
    select sold.*
    from sold
    semi join folds on sold.fold = folds.fold
)

-- what was sold and nothing said so before is in it, too
select
    fold,
    level,
    item,
    {% for measure in ['buyers', 'quantity', 'revenue'] %}
    -- where no money is known, none is expected
    case when expected.item is null then 0 else expected.{{ measure }} end as expected_{{ measure }},
    case when expected.item is null then 0 else expected.{{ measure }}_low end as {{ measure }}_low,
    case when expected.item is null then 0 else expected.{{ measure }}_high end as {{ measure }}_high,
    case when sold.item is null then 0 else sold.{{ measure }} end as actual_{{ measure }}
    {%- if not loop.last %},{% endif %}
    {% endfor %}
from expected_in_folds as expected
-- whichever side knows the item names it
full outer join sold_in_folds as sold using (fold, level, item) -- noqa: ST07
