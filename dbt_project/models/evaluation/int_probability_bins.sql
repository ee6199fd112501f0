with

scores as (select * from {{ ref('int_hybrid_scores') }}),

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

fold_customers as (select * from {{ ref('int_fold_customers') }}),

held_out as (select * from {{ ref('int_held_out') }}),

judged as (
    select
        scores.fold,
        scores.is_new,
        scores.probability,
        held_out.product_key is not null as is_bought,
        fold_customers.sample_weight,
        ntile(10) over (
            partition by scores.fold, scores.is_new
            order by scores.probability, scores.customer_key, scores.product_key
        ) as bin
    from scores
    inner join folds on scores.fold = folds.fold
    inner join fold_customers
        on scores.fold = fold_customers.fold and scores.customer_key = fold_customers.customer_key
    left join held_out
        on
            scores.fold = held_out.fold
            and scores.customer_key = held_out.customer_key
            and scores.product_key = held_out.product_key
),

bins as (
    select
        fold,
        is_new,
        bin,
        min(probability) as least_probability,
        max(probability) as most_probability,
        count(*) as pairs,
        {{ exact_sum('probability * sample_weight') }} as expected_purchases,
        {{ exact_sum('case when is_bought then sample_weight else 0 end') }} as actual_purchases,
        {{ exact_sum('sample_weight') }} as weighed_pairs,
        -{{ exact_sum('sample_weight * ln(case when is_bought then probability else 1 - probability end)') }}
            as log_loss_sum
    from judged
    group by fold, is_new, bin
)

select * from bins
