{# How many bins of equal width predictions are cut into for the calibration error. #}
{% set bins = 10 %}

with

judged as (select * from {{ ref('int_preference_predictions') }}),

predicted as (
    unpivot judged
    on classifier, base_rate
    into name model value probability
),

-- a sampled customer stands for sample_weight others
weighed as (
    select
        fold,
        segment,
        model,
        customer_key,
        category,
        probability,
        cast(sample_weight as decimal(18, 6)) as weight,
        case when is_bought then cast(sample_weight as decimal(18, 6)) else 0 end as bought_weight,
        cast(floor(least(probability, 1 - 1e-9) * {{ bins }}) as integer) as bin
    from predicted
),

customer_counts as (
    select
        fold,
        segment,
        count(distinct customer_key) as customers
    from judged
    group by fold, segment
),

binned as (
    select
        fold,
        segment,
        model,
        bin,
        cast(sum(weight) as double) as weight,
        cast(sum(bought_weight) as double) as bought_weight,
        cast(sum(cast(weight * probability as decimal(30, 12))) as double) as expected
    from weighed
    group by fold, segment, model, bin
),

totals as (
    select
        fold,
        segment,
        model,
        cast(sum(weight) as double) as weight,
        cast(sum(bought_weight) as double) as purchases,
        cast(sum(cast(weight * probability as decimal(30, 12))) as double) as expected_purchases,
        cast(sum(cast(
            -weight * case when bought_weight > 0 then ln(probability) else ln(1 - probability) end as decimal(30, 12)
        )) as double) as loss
    from weighed
    group by fold, segment, model
),

calibration as (
    select
        fold,
        segment,
        model,
        -- decimals: a sum that doesn't depend on the order of the bins
        cast(sum(cast(abs(expected - bought_weight) as decimal(30, 12))) as double) as distance
    from binned
    group by fold, segment, model
),

-- pairs of equal probability are half won: the area under the curve by trapezoids
tied as (
    {% for scope in ["'(all)'", 'category'] %}
    select
        fold,
        segment,
        model,
        {{ scope }} as category,
        {{ loop.index }} as scope,
        probability,
        sum(bought_weight) as positives,
        sum(weight - bought_weight) as negatives
    from weighed
    group by fold, segment, model, probability{% if not loop.first %}, category{% endif %}

    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

ordered as (
    select
        *,
        coalesce(
            sum(negatives) over (
                partition by fold, segment, model, scope, category
                order by probability
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as negatives_below
    from tied
),

areas as (
    select
        fold,
        segment,
        model,
        scope,
        category,
        cast(sum(cast(
            cast(positives as double) * (cast(negatives_below as double) + cast(negatives as double) / 2)
            as decimal(38, 6)
        )) as double) / nullif(cast(sum(positives) as double) * cast(sum(negatives) as double), 0) as area
    from ordered
    group by fold, segment, model, scope, category
),

mean_areas as (
    select
        fold,
        segment,
        model,
        max(area) filter (where scope = 1) as roc_auc,
        {{ exact_mean('case when scope = 2 then area end') }}
            as roc_auc_within_category
    from areas
    group by fold, segment, model
),

measured as (
    select
        totals.fold,
        totals.segment,
        totals.model,
        customer_counts.customers,
        totals.loss / totals.weight as log_loss,
        mean_areas.roc_auc,
        mean_areas.roc_auc_within_category,
        calibration.distance / totals.weight as calibration_error,
        totals.expected_purchases,
        totals.purchases
    from totals
    inner join customer_counts on totals.fold = customer_counts.fold and totals.segment = customer_counts.segment
    inner join calibration
        on
            totals.fold = calibration.fold
            and totals.segment = calibration.segment
            and totals.model = calibration.model
    inner join mean_areas
        on
            totals.fold = mean_areas.fold
            and totals.segment = mean_areas.segment
            and totals.model = mean_areas.model
),

long as (
    unpivot measured
    on log_loss, roc_auc, roc_auc_within_category, calibration_error, expected_purchases, purchases
    into name metric value value
)

select
    fold,
    model,
    segment,
    metric,
    value,
    customers
from long
