with

probabilities as (select * from {{ ref('int_category_probabilities') }} where fold = 'serving'),

categories as (select * from {{ ref('int_preference_categories') }} where fold = 'serving'),

-- nothing that is proposed to customers is served of the control group
held_out as (select * from {{ ref('int_customer_arms') }} where arm = 'control'),

verdicts as (select * from {{ ref('int_preference_verdicts') }}),

customers as (select * from {{ ref('int_customers') }}),

-- the profile model is used only for customers without a history
best as (
    select *
    from probabilities
    where customer_key not in (select held_out.customer_key from held_out)
    qualify row_number() over (partition by customer_key, category order by basis = 'history' desc) = 1
),

-- a model serves only where it was better than the base rate
served as (
    select
        best.customer_key,
        best.category,
        categories.category_rank,
        case when verdicts.is_better then best.probability else categories.base_rate end as probability,
        case when verdicts.is_better then best.basis else 'base_rate' end as basis
    from best
    inner join categories on best.category = categories.category
    left join verdicts on best.basis = verdicts.basis
),

ranked as (
    select
        *,
        row_number() over (partition by customer_key order by probability desc, category_rank asc) as rank
    from served
)

select
    customers.customer_id,
    cast(ranked.rank as integer) as rank,
    ranked.category,
    ranked.probability,
    ranked.basis
from ranked
inner join customers on ranked.customer_key = customers.customer_key
order by customers.customer_id, ranked.rank
