{% set last_step = last_repurchase_step() %}
{# Of fewer purchases than these no curve of its own is drawn. #}
{% set enough_purchases = 50 %}

-- When customers buy a product again, learned from the past folds that a fold may learn from: cumulative hazard by
-- steps of the usual interval. A life table (Cutler and Ederer 1958): who has waited since before the cut-off
-- enters late, who hasn't bought when the label window ends leaves, and both count half in the step in which they do.
with

settings as (select * from {{ ref('stg_settings') }}),

all_training_folds as (select * from {{ ref('int_training_folds') }}),

training_folds as (
    select all_training_folds.*
    from all_training_folds
    cross join settings
    where all_training_folds.recency_rank <= settings.hybrid_training_folds
),

pairs as (select * from {{ ref('int_repurchase_pairs') }} where steps < {{ last_step }}),

waits as (select * from {{ ref('int_repurchase_waits') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }}),

followed as (
    select
        training_folds.fold,
        pairs.intervals_from,
        cast(floor(pairs.steps) as integer) as entered_at,
        cast(floor(least(
            pairs.steps
            + coalesce(waits.wait, {{ days_between('training_folds.cutoff_at', 'training_folds.label_until') }})
            / pairs.usual_interval * {{ repurchase_steps() }},
            {{ last_step }}
        )) as integer) as left_at,
        waits.wait is not null as is_bought,
        cast(fold_customers.sample_weight as decimal(18, 6)) as weight
    from training_folds
    inner join pairs on training_folds.training_fold = pairs.fold
    inner join fold_customers
        on pairs.fold = fold_customers.fold and pairs.customer_key = fold_customers.customer_key
    left join waits
        on
            pairs.fold = waits.fold
            and pairs.customer_key = waits.customer_key
            and pairs.product_key = waits.product_key
),

-- 0 stands for pairs of any number of intervals
grouped as (
    select * from followed
    union all
    select * replace (0 as intervals_from) from followed
),

folds as (select distinct fold from grouped),

kinds as (
    select
        folds.fold,
        numbers.intervals_from,
        count(*) filter (where grouped.is_bought) as purchases
    from folds
    cross join (values (0), (1), (2), (4), (8)) as numbers (intervals_from)
    left join grouped on folds.fold = grouped.fold and numbers.intervals_from = grouped.intervals_from
    group by folds.fold, numbers.intervals_from
),

all_steps as (select unnest(range({{ last_step }})) as step),

moves as (
    select
        fold,
        intervals_from,
        entered_at as step,
        weight as came,
        0 as went,
        0 as bought
    from grouped
    union all
    select
        fold,
        intervals_from,
        left_at as step,
        0 as came,
        weight as went,
        case when is_bought then weight else 0 end as bought
    from grouped
),

steps as (
    select
        kinds.fold,
        kinds.intervals_from,
        kinds.purchases,
        all_steps.step,
        coalesce(sum(moves.came), 0) as came,
        coalesce(sum(moves.went), 0) as went,
        coalesce(sum(moves.bought), 0) as bought
    from kinds
    cross join all_steps
    left join moves
        on
            kinds.fold = moves.fold
            and kinds.intervals_from = moves.intervals_from
            and all_steps.step = moves.step
    group by kinds.fold, kinds.intervals_from, kinds.purchases, all_steps.step
),

at_risk as (
    select
        *,
        sum(came) over in_order - sum(went) over in_order + went - came / 2 - (went - bought) / 2 as waiting
    from steps
    window in_order as (partition by fold, intervals_from order by step)
),

rates as (
    select
        fold,
        intervals_from,
        cast(sum(bought) as double) / cast(sum(waiting) as double) as rate
    from at_risk
    group by fold, intervals_from
    having sum(waiting) > 0
),

-- as if one more had waited in each step, and bought at the rate of all steps: of few, neither all nor none will.
-- Who came and bought within a step would make the share larger than one
hazards as (
    select
        at_risk.*,
        -ln(1 - least((cast(at_risk.bought as double) + rates.rate) / (cast(at_risk.waiting as double) + 1), 0.999))
            as hazard
    from at_risk
    inner join rates
        on at_risk.fold = rates.fold and at_risk.intervals_from = rates.intervals_from
),

cumulated as (
    select
        *,
        cast(
            sum(cast(hazard as decimal(18, 12))) over (partition by fold, intervals_from order by step) as double
        ) as next_cumulative_hazard
    from hazards
),

between_steps as (
    select
        *,
        coalesce(
            lag(next_cumulative_hazard) over (partition by fold, intervals_from order by step), 0
        ) as cumulative_hazard
    from cumulated
)

-- where too few have bought, the curve of all pairs stands in
select
    kinds.fold,
    kinds.intervals_from,
    cumulated.step,
    cumulated.cumulative_hazard,
    cumulated.next_cumulative_hazard,
    cumulated.purchases
from kinds
inner join between_steps as cumulated
    on
        kinds.fold = cumulated.fold
        and cumulated.intervals_from = case
            when kinds.purchases >= {{ enough_purchases }} then kinds.intervals_from else 0
        end
