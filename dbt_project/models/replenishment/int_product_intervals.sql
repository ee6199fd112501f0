{# The median of fewer customers than these says little: then that of all products stands in. #}
{% set enough_customers = 5 %}

-- How long customers usually wait until they buy a product again. Today's customers are served in blocks, none of
-- which sees the others: the newest past fold stands in for today.
with

pairs as (
    select
        fold,
        product_key,
        {{ own_interval() }} as own_interval
    from {{ ref('int_customer_product_features') }}
    where usual_interval is not null
),

sources as (
    select
        fold,
        fold as source
    from {{ ref('int_folds') }}
    where purpose <> 'serve'
    union all
    select
        training_folds.fold,
        training_folds.training_fold as source
    from {{ ref('int_training_folds') }} as training_folds
    semi join {{ ref('int_folds') }} as folds on training_folds.fold = folds.fold and folds.purpose = 'serve'
    where training_folds.recency_rank = 1
),

of_folds as (
    select
        sources.fold,
        pairs.product_key,
        pairs.own_interval
    from sources
    inner join pairs on sources.source = pairs.fold
)

select
    fold,
    product_key,
    median(own_interval) as usual_interval,
    count(*) as customers
from of_folds
group by fold, product_key
having count(*) >= {{ enough_customers }}
union all
-- a row without a product is of all products
select
    fold,
    null as product_key,
    median(own_interval) as usual_interval,
    count(*) as customers
from of_folds
group by fold
