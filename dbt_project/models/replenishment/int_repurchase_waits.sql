-- After how many days a customer bought a product, within the label window of a past fold.
with

label_events as (select * from {{ ref('int_label_events') }} where customer_key is not null),

folds as (select * from {{ ref('int_folds') }})

select
    label_events.fold,
    label_events.customer_key,
    label_events.product_key,
    min({{ days_between('folds.cutoff_at', 'label_events.occurred_at') }}) as wait
from label_events
inner join folds on label_events.fold = folds.fold
group by label_events.fold, label_events.customer_key, label_events.product_key
