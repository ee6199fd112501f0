with

labels as (select * from {{ ref('int_labels') }} where in_catalogue)

select
    fold,
    customer_id,
    product_id,
    customer_key,
    product_key,
    is_new,
    was_bought,
    has_history,
    orders,
    amount
from labels
