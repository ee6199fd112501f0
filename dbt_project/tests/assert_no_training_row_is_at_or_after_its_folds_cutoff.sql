with

folds as (select * from {{ ref('int_folds') }}),

training_rows as (select * from {{ ref('int_training_rows') }}),

interactions as (select * from {{ ref('int_interactions') }}),

times as (
    select
        fold,
        'bought' as what,
        max(last_at) as latest_at
    from training_rows
    group by fold
    union all
    select
        fold,
        'bought' as what,
        max(last_at) as latest_at
    from interactions
    group by fold
    union all
    select
        fold,
        'rated' as what,
        max(rated_at) as latest_at
    from interactions
    group by fold
)

select
    times.fold,
    times.what,
    times.latest_at,
    folds.cutoff_at
from times
left join folds on times.fold = folds.fold
where
    folds.fold is null
    -- ratings may be of later days than the last purchase: today knows them all
    or (times.latest_at >= folds.cutoff_at and not (times.what = 'rated' and folds.purpose = 'serve'))
