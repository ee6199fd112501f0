-- what is compared with the lists of the build before comes first
-- depends_on: {{ ref('int_list_overlaps') }}
with

served as (select * from {{ ref('int_served_recommendations') }}),

-- depends_on: {{ ref('int_ended_recommendations') }}
-- what has ended is written down before this table is replaced
lists_before as (
    {{ lists_before() }}
),

list_runs as (select * from {{ ref('int_list_runs') }}),

-- the newest that is written down: `dbt retry` goes on with a run under another id
this_run as (
    select * from list_runs
    qualify row_number() over (order by run_number desc) = 1
),

going_on as (
    select lists_before.*
    from lists_before
    semi join list_runs on lists_before.since_run_id = list_runs.run_id
    where not exists (select 1 from this_run where this_run.goes_back)
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
        coalesce(going_on.since_run_id, this_run.run_id) as since_run_id,
        nullif(going_on.probability, {{ shown_probability('served.probability') }}) as promised_probability
    from served
    cross join this_run
    left join going_on on {{ is_served_on('going_on', 'served') }}
)

select * from recommendations
order by customer_id, list_type, rank
