with

audited as (
    select
        customer_id,
        list_type,
        product_id,
        rank,
        probability
    from {{ ref('recommendation_audit') }}
    where rank is not null
),

recommended as (
    select
        customer_id,
        list_type,
        product_id,
        rank,
        probability
    from {{ ref('recommendations') }}
    where customer_id in (select audit.customer_id from {{ ref('recommendation_audit') }} as audit)
)

(select * from audited except select * from recommended)
union all
(select * from recommended except select * from audited)
