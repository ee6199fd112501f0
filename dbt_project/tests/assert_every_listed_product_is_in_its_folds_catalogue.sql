with

ranked_lists as (select * from {{ ref('int_ranked_lists') }}),

catalogue as (select * from {{ ref('int_fold_products') }} where in_catalogue)

select ranked_lists.*
from ranked_lists
anti join catalogue on ranked_lists.fold = catalogue.fold and ranked_lists.product_id = catalogue.product_id
