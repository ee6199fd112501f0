-- Held-out customers are the first of the hash, those of the challenger the last: where a share grows, whoever was
-- in its arm stays there.
with

settings as (select * from {{ ref('stg_settings') }}),

arms as (
    select
        experiment_name as experiment,
        'control' as arm,
        control_share as share,
        0.0 as from_bucket,
        control_share as until_bucket,
        control_share + challenger_share > 0 as is_running
    from settings
    union all
    select
        experiment_name as experiment,
        'champion' as arm,
        1 - control_share - challenger_share as share,
        control_share as from_bucket,
        {{ challenger_from('challenger_share') }} as until_bucket,
        control_share + challenger_share > 0 as is_running
    from settings
    union all
    select
        experiment_name as experiment,
        'challenger' as arm,
        challenger_share as share,
        {{ challenger_from('challenger_share') }} as from_bucket,
        1.0 as until_bucket,
        control_share + challenger_share > 0 as is_running
    from settings
)

select
    experiment,
    arm,
    -- 1 - .3 - .3 is .4
    cast(round(share, 9) as double) as share,
    cast(round(from_bucket, 9) as double) as from_bucket,
    cast(round(until_bucket, 9) as double) as until_bucket
from arms
where is_running and share > 0
