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
    where customer_id in (select explained.customer_id from {{ ref('recommendation_audit') }} as explained)
),

only_audited as (
    select * from audited
    except
    select * from recommended
),

only_recommended as (
    select * from recommended
    except
    select * from audited
)

select * from only_audited
union all
select * from only_recommended
