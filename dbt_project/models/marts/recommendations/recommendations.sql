-- what is compared with the lists of the build before comes first
-- depends_on: {{ ref('int_list_overlaps') }}
with

served as (select * from {{ ref('int_served_recommendations') }}),

recommendations as (
    select
        * replace (
            -- the hybrid's score is the probability
            case when recommender = 'hybrid' then {{ shown_probability('score') }} else score end as score,
            {{ shown_probability('probability') }} as probability
        ),
        {{ run_id() }} as run_id,
        {{ build_started_at() }} as generated_at
    from served
)

select * from recommendations
order by customer_id, list_type, rank
