{% set simple_names = "'" ~ simple_recommenders() | join("', '") ~ "'" %}

with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

customer_metrics as (select * from {{ ref('int_customer_metrics') }}),

list_types as (select * from {{ ref('int_list_types') }}),

settings as (select * from {{ ref('stg_settings') }}),

judged_folds as (
    select
        fold,
        row_number() over (order by cutoff_at desc) = 1 as is_last,
        count(*) over () as folds
    from folds
),

contest as (
    select
        customer_metrics.*,
        judged_folds.is_last as is_reported,
        -- chosen on all folds but the last, reported on the last; a single fold has to do both
        not judged_folds.is_last or judged_folds.folds = 1 as is_choice
    from customer_metrics
    inner join judged_folds on customer_metrics.fold = judged_folds.fold
    cross join settings
    where
        customer_metrics.metric = settings.champion_metric
        and customer_metrics.k = settings.champion_k
        and customer_metrics.recommender in (
            'hybrid', settings.pinned_champion, {{ simple_names }}
        )
),

choices as (
    select
        list_type,
        recommender,
        recommender in ({{ simple_names }}) as is_simple,
        {{ exact_sum('value') }} / count(*) as value
    from contest
    where is_choice
    group by list_type, recommender
),

best_simple as (
    select
        list_type,
        recommender,
        value
    from choices
    where is_simple
    qualify row_number() over (partition by list_type order by value desc, recommender asc) = 1
),

hybrid as (
    select
        list_type,
        recommender,
        value
    from choices
    where recommender = 'hybrid'
),

chosen as (
    select
        list_types.list_type,
        case
            when settings.pinned_champion is not null then settings.pinned_champion
            -- nothing was judged: what needs no proof serves
            when best_simple.recommender is null
                then case when list_types.takes_bought then 'buy_again' else 'popularity' end
            when hybrid.value >= best_simple.value then 'hybrid'
            else best_simple.recommender
        end as recommender,
        best_simple.recommender as baseline,
        case
            when settings.pinned_champion is not null then 'pinned by the setting pinned_champion'
            when best_simple.recommender is null then 'no past fold could be judged'
            when hybrid.recommender is null then 'no fold before the judged one for the hybrid to learn from'
            when hybrid.value >= best_simple.value
                then concat('hybrid is ahead of the best simple recommender, ', best_simple.recommender)
            else concat('the simple recommender ', best_simple.recommender, ' is ahead of the hybrid')
        end as why
    from list_types
    cross join settings
    left join best_simple on list_types.list_type = best_simple.list_type
    left join hybrid on list_types.list_type = hybrid.list_type
),

paired as (
    select
        chosen.list_type,
        chosen.recommender,
        champion.value,
        champion.value - baseline.value as difference
    from chosen
    inner join contest as champion
        on
            chosen.list_type = champion.list_type
            and chosen.recommender = champion.recommender
            and champion.is_reported
    left join contest as baseline
        on
            chosen.list_type = baseline.list_type
            and chosen.baseline = baseline.recommender
            and champion.customer_id = baseline.customer_id
            and baseline.is_reported
),

reported as (
    select
        list_type,
        {{ exact_sum('value') }} / count(*) as value,
        {{ exact_sum('difference') }} / count(difference) as difference,
        -- standard error of the mean of the customers' paired differences
        round(stddev_samp(difference) / sqrt(count(difference)), 12) as standard_error
    from paired
    group by list_type
),

champions as (
    select
        chosen.list_type,
        chosen.recommender,
        settings.champion_metric as metric,
        settings.champion_k as k,
        reported.value,
        chosen.baseline,
        reported.difference,
        reported.difference - 1.96 * reported.standard_error as ci_low,
        reported.difference + 1.96 * reported.standard_error as ci_high,
        chosen.why
    from chosen
    cross join settings
    left join reported on chosen.list_type = reported.list_type
)

select * from champions
