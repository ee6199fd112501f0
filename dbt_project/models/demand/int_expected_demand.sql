{% set measures = ['buyers', 'quantity', 'revenue'] %}

with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'train'),

trends as (select * from {{ ref('int_demand_trends') }} where age = 0),

expected_buyers as (select * from {{ ref('int_expected_buyers') }}),

spreads as (select * from {{ ref('int_demand_spreads') }}),

prices as (select * from {{ ref('int_fold_products') }}),

-- each buyer takes as much, and pays as much for one, as lately
of_products as (
    select
        expected_buyers.fold,
        'product' as level,
        expected_buyers.product_id as item,
        expected_buyers.buyers,
        expected_buyers.buyers * coalesce(trends.quantity / nullif(trends.buyers, 0), 1) as quantity,
        coalesce(trends.revenue / nullif(trends.quantity, 0), cast(prices.price as double)) as unit_revenue
    from expected_buyers
    left join trends
        on
            expected_buyers.fold = trends.fold
            and trends.level = 'product'
            and expected_buyers.product_id = trends.item
    left join prices on expected_buyers.fold = prices.fold and expected_buyers.product_id = prices.product_id
),

expected as (
    select
        fold,
        level,
        item,
        buyers,
        quantity,
        quantity * unit_revenue as revenue
    from of_products
    union all
    select
        trends.fold,
        trends.level,
        trends.item,
        trends.buyers,
        trends.quantity,
        trends.revenue
    from trends
    inner join folds on trends.fold = folds.fold
    where trends.level = 'category'
),

{% for measure in measures %}
{{ measure }}_classes as (
    select distinct
        fold,
        level,
        {{ size_class(measure) }} as size_class
    from expected
    where {{ measure }} > 0
),

-- the size class next to it of which enough is known
{{ measure }}_spreads as (
    select
        {{ measure }}_classes.*,
        spreads.low,
        spreads.high
    from {{ measure }}_classes
    inner join spreads
        on
            {{ measure }}_classes.fold = spreads.fold
            and {{ measure }}_classes.level = spreads.level
            and spreads.measure = '{{ measure }}'
    qualify row_number() over (
        partition by {{ measure }}_classes.fold, {{ measure }}_classes.level, {{ measure }}_classes.size_class
        order by abs({{ measure }}_classes.size_class - spreads.size_class), spreads.size_class
    ) = 1
),

{% endfor %}
final as (
    select
        expected.fold,
        expected.level,
        expected.item,
        {% for measure in measures %}
        expected.{{ measure }},
        -- the expected number is in its interval, even if it was always too low, or too high
        case
            when expected.{{ measure }} is not null and {{ measure }}_spreads.low is not null
                then greatest(
                    0, expected.{{ measure }} + least(0, {{ measure }}_spreads.low) * sqrt(expected.{{ measure }})
                )
        end as {{ measure }}_low,
        case
            when expected.{{ measure }} is not null and {{ measure }}_spreads.high is not null
                then expected.{{ measure }} + greatest(0, {{ measure }}_spreads.high) * sqrt(expected.{{ measure }})
        end as {{ measure }}_high
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from expected
    {% for measure in measures %}
    left join {{ measure }}_spreads
        on
            expected.fold = {{ measure }}_spreads.fold
            and expected.level = {{ measure }}_spreads.level
            and expected.{{ measure }} > 0
            and {{ size_class('greatest(expected.' ~ measure ~ ', 1e-9)') }} = {{ measure }}_spreads.size_class
    {% endfor %}
)

select * from final
