{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ clear_old_days() }}"
) }}

-- the hook reads them, too
-- depends_on: {{ ref('int_folds') }}
-- depends_on: {{ ref('stg_settings') }}

with

champions as (select * from {{ ref('champions') }}),

-- of complete builds only; the clock may have been set back between two of them, their rows are in order
runs as (
    select
        *,
        row_number() over () as run_number
    from {{ ref('run_history') }}
),

before as (
    {% if is_incremental() -%}
    select
        history.run_id,
        history.list_type,
        history.recommender,
        history.serves_since,
        history.since_run_id
    from {{ this }} as history
    inner join runs on history.run_id = runs.run_id
    qualify row_number() over (partition by history.list_type order by runs.run_number desc) = 1
    {%- else -%}
    select
        cast(null as varchar) as run_id,
        cast(null as varchar) as list_type,
        cast(null as varchar) as recommender,
        cast(null as date) as serves_since,
        cast(null as varchar) as since_run_id
    where false
    {%- endif %}
)

select
    champions.run_id,
    runs.as_of,
    champions.list_type,
    champions.recommender,
    case
        when champions.recommender = before.recommender then before.serves_since else runs.as_of
    end as serves_since,
    case
        when champions.recommender = before.recommender then before.since_run_id else champions.run_id
    end as since_run_id,
    champions.metric,
    champions.k,
    champions.value,
    champions.baseline,
    champions.difference,
    champions.ci_low,
    champions.ci_high,
    champions.verdict,
    champions.why
from champions
inner join runs on champions.run_id = runs.run_id
left join before on champions.list_type = before.list_type
where champions.run_id is distinct from before.run_id
order by champions.list_type
