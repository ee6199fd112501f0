with

probabilities as (select * from {{ ref('int_category_probabilities') }} where fold = 'serving'),

categories as (select * from {{ ref('int_preference_categories') }} where fold = 'serving'),

-- the profile speaks alone only where there is no history
best as (
    select *
    from probabilities
    qualify row_number() over (partition by customer_id, category order by basis = 'history' desc) = 1
),

ranked as (
    select
        best.customer_id,
        row_number() over (
            partition by best.customer_id order by best.probability desc, categories.category_rank asc
        ) as rank,
        best.category,
        best.probability,
        best.basis
    from best
    inner join categories on best.category = categories.category
)

select
    customer_id,
    cast(rank as integer) as rank,
    category,
    probability,
    basis,
    {{ run_id() }} as run_id
from ranked
order by customer_id, rank
