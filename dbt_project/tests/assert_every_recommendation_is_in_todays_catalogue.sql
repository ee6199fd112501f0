with

recommendations as (select * from {{ ref('recommendations') }}),

catalogue as (select * from {{ ref('products') }} where is_recommendable)

select recommendations.*
from recommendations
anti join catalogue on recommendations.product_id = catalogue.product_id
