with

audited as (select * from {{ ref('int_served_audit') }}),

audit as (
    select
        * replace (
            -- the hybrid's score is the probability
            case when recommender = 'hybrid' then {{ shown_probability('score') }} else score end as score,
            {{ shown_probability('probability') }} as probability
        )
    from audited
)

select * from audit
order by customer_id, list_type, candidate_rank, rank, product_id
