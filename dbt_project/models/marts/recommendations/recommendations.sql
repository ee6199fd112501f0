with

served as (select * from {{ ref('int_served_recommendations') }}),

-- depends_on: {{ ref('int_ended_recommendations') }}
-- what has ended is written down before this table is replaced
lists_before as (
    {{ lists_before() }}
),

list_runs as (select * from {{ ref('int_list_runs') }}),

goes_back as (select * from list_runs where run_id = {{ run_id() }} and goes_back),

going_on as (
    select lists_before.*
    from lists_before
    semi join list_runs on lists_before.since_run_id = list_runs.run_id
    where not exists (select 1 from goes_back)
),

recommendations as (
    select
        served.* replace (
            -- the hybrid's score is the probability
            case
                when served.recommender = 'hybrid' then {{ shown_probability('served.score') }} else served.score
            end as score,
            {{ shown_probability('served.probability') }} as probability
        ),
        {{ run_id() }} as run_id,
        {{ build_started_at() }} as generated_at,
        coalesce(going_on.since_run_id, {{ run_id() }}) as since_run_id,
        nullif(going_on.probability, {{ shown_probability('served.probability') }}) as promised_probability
    from served
    left join going_on on {{ is_served_on('going_on', 'served') }}
)

select * from recommendations
order by customer_id, list_type, rank
