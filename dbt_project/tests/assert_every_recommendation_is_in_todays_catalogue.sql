-- In the catalogue, or where the shop wants them a product without any sale.
with

recommendations as (select * from {{ ref('recommendations') }}),

catalogue as (select * from {{ ref('products') }} where is_recommendable),

new_products as (select * from {{ ref('int_new_products') }} where fold = 'serving'),

settings as (select * from {{ ref('stg_settings') }} where recommend_new_products > 0)

select recommendations.*
from recommendations
anti join catalogue on recommendations.product_id = catalogue.product_id
left join new_products on recommendations.product_id = new_products.product_id
where new_products.product_id is null or not exists (select 1 from settings)
