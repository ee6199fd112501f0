{% set simple_names = "'" ~ simple_recommenders() | join("', '") ~ "'" %}

with

metric_intervals as (select * from {{ ref('int_metric_intervals') }} where segment_type = 'all'),

list_types as (select * from {{ ref('int_list_types') }}),

settings as (select * from {{ ref('stg_settings') }}),

contest as (
    select
        metric_intervals.*,
        -- the choice is made on all judged folds but the last, which reports; a single fold does both
        metric_intervals.fold is null as is_choice,
        coalesce(
            metric_intervals.fold = max(metric_intervals.fold) over (partition by metric_intervals.list_type), false
        ) as is_reported
    from metric_intervals
    cross join settings
    where
        metric_intervals.metric = settings.champion_metric
        and metric_intervals.k = settings.champion_k
        and metric_intervals.recommender in ('hybrid', settings.pinned_champion, {{ simple_names }})
),

best_simple as (
    select
        list_type,
        recommender
    from contest
    where is_choice and baseline is null and recommender in ({{ simple_names }})
    qualify row_number() over (partition by list_type order by value desc, recommender asc) = 1
),

margins as (
    select
        contest.list_type,
        contest.value as difference,
        contest.ci_low,
        contest.ci_high
    from contest
    inner join best_simple
        on contest.list_type = best_simple.list_type and contest.baseline = best_simple.recommender
    where contest.is_choice and contest.recommender = 'hybrid'
),

chosen as (
    select
        list_types.list_type,
        case
            when settings.pinned_champion is not null then settings.pinned_champion
            -- without a judged fold a simple recommender serves
            when best_simple.recommender is null
                then case when list_types.takes_bought then 'buy_again' else 'popularity' end
            when margins.ci_low > 0 then 'hybrid'
            else best_simple.recommender
        end as recommender,
        best_simple.recommender as baseline,
        case
            when settings.pinned_champion is not null then 'pinned by the setting pinned_champion'
            when best_simple.recommender is null then 'no past fold could be judged'
            when margins.difference is null then 'no fold before the judged one for the hybrid to learn from'
            when margins.ci_low > 0
                then concat('hybrid is better than the best simple recommender, ', best_simple.recommender)
            when margins.ci_high < 0
                then concat('hybrid is worse than the simple recommender ', best_simple.recommender)
            else concat('hybrid is not significantly better than the simple recommender ', best_simple.recommender)
        end as why
    from list_types
    cross join settings
    left join best_simple on list_types.list_type = best_simple.list_type
    left join margins on list_types.list_type = margins.list_type
),

reported as (select * from contest where is_reported),

champions as (
    select
        chosen.list_type,
        chosen.recommender,
        settings.champion_metric as metric,
        settings.champion_k as k,
        means.value,
        chosen.baseline,
        differences.value as difference,
        differences.ci_low,
        differences.ci_high,
        chosen.why
    from chosen
    cross join settings
    left join reported as means
        on
            chosen.list_type = means.list_type
            and chosen.recommender = means.recommender
            and means.baseline is null
    left join reported as differences
        on
            chosen.list_type = differences.list_type
            and chosen.recommender = differences.recommender
            and chosen.baseline = differences.baseline
)

select * from champions
