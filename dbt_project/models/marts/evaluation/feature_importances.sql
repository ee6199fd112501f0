with

models as (select * from {{ ref('int_hybrid_models') }}),

listed as (
    select
        models.fold,
        unnest(models.importances) as entry
    from models
),

importances as (
    select
        fold,
        entry['feature'] as feature,
        entry['importance'] as importance
    from listed
),

ranked as (
    select
        {{ run_id() }} as run_id,
        fold,
        cast(row_number() over (partition by fold order by importance desc, feature asc) as integer) as rank,
        feature,
        importance
    from importances
)

select * from ranked
order by fold, rank
