{% set joined = 'inner join bands on held_out.fold = bands.fold and held_out.product_id = bands.product_id' %}

with

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

-- the most popular fifth of the catalogue, the next one, and the long tail of the other three
bands as (
    select
        fold,
        product_id,
        case ntile(5) over (partition by fold order by customers desc, product_id asc)
            when 1 then 'head'
            when 2 then 'middle'
            else 'tail'
        end as band
    from fold_products
),

{{ recall_by_segment('product_popularity', 'bands.band', joined) }}

select * from found
