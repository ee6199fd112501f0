{# The longest list that is judged; what is served is shorter. #}
{% set longest = 20 %}

with

-- the first 20 of any list are among the first 20 new and the first 20 bought products
candidates as (
    select * from {{ ref('int_candidates') }} where rank_in_group <= {{ longest }}
    union all
    select * from {{ ref('int_hybrid_candidates') }} where rank_in_group <= {{ longest }}
),

list_types as (select * from {{ ref('int_list_types') }}),

ranked as (
    select
        candidates.fold,
        candidates.recommender,
        list_types.list_type,
        candidates.customer_id,
        candidates.product_id,
        candidates.score,
        row_number() over (
            partition by candidates.fold, candidates.recommender, list_types.list_type, candidates.customer_id
            order by candidates.score desc, candidates.tie_order asc
        ) as rank
    from candidates
    inner join list_types
        on (candidates.is_new and list_types.takes_new) or (not candidates.is_new and list_types.takes_bought)
),

lists as (select * from ranked where rank <= {{ longest }})

select * from lists
