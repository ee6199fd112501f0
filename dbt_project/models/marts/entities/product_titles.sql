with

descriptions as (select * from {{ ref('stg_descriptions') }} where title is not null),

products as (select * from {{ ref('int_products') }}),

titles as (
    select
        product_id,
        title,
        cast(sum(lines) as bigint) as lines,
        cast(sum(sold_lines) as bigint) as sold_lines
    from descriptions
    group by product_id, title
)

select
    titles.product_id,
    titles.title,
    titles.lines,
    titles.sold_lines,
    titles.title = products.title as is_used
from titles
inner join products on titles.product_id = products.product_id
order by titles.product_id asc, titles.sold_lines desc, titles.lines desc, titles.title asc
