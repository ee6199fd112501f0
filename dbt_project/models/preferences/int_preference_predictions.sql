{{ config(materialized='view') }}

with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

features as (select * from {{ ref('int_preference_features') }} where has_history),

probabilities as (select * from {{ ref('int_category_probabilities') }}),

attributes as (select * from {{ ref('int_customer_attributes') }}),

with_profile as (select distinct customer_key from attributes),

-- all customers by history, and those with a profile a second time by the profile alone
segmented as (
    select
        probabilities.*,
        'all' as segment
    from probabilities
    where probabilities.basis = 'history'
    union all
    select
        probabilities.*,
        'cold' as segment
    from probabilities
    semi join with_profile on probabilities.customer_key = with_profile.customer_key
    where probabilities.basis = 'profile'
),

judged as (
    select
        features.fold,
        segmented.segment,
        features.customer_key,
        features.category,
        features.is_bought,
        features.sample_weight,
        segmented.probability as classifier,
        features.base_rate
    from features
    inner join folds on features.fold = folds.fold
    inner join segmented
        on
            features.fold = segmented.fold
            and features.customer_key = segmented.customer_key
            and features.category = segmented.category
)

select * from judged
