{# The longest list that is judged; what is served is shorter. #}
{% set longest = 20 %}

with

candidates as (
    select * from {{ ref('int_candidates') }}
    union all
    select * from {{ ref('int_hybrid_candidates') }}
),

list_types as (select * from {{ ref('int_list_types') }}),

lists as (
    select
        candidates.fold,
        candidates.recommender,
        list_types.list_type,
        candidates.customer_id,
        candidates.product_id,
        candidates.score,
        case
            when list_types.takes_new and list_types.takes_bought then candidates.rank
            else candidates.rank_in_group
        end as rank
    from candidates
    inner join list_types
        on (candidates.is_new and list_types.takes_new) or (not candidates.is_new and list_types.takes_bought)
    where candidates.rank_in_group <= {{ longest }}
)

select * from lists where rank <= {{ longest }}
