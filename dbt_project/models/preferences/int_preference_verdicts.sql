-- Whether the models of preferences predict the last judged fold better than base rates do.
with

metrics as (select * from {{ ref('int_preference_metrics') }} where metric = 'log_loss'),

verdicts as (
    select
        case segment when 'all' then 'history' else 'profile' end as basis,
        max(value) filter (where model = 'classifier') < max(value) filter (where model = 'base_rate') as is_better
    from metrics
    group by fold, segment
    qualify fold = max(fold) over ()
)

select * from verdicts
