with

stores as (select * from {{ ref('int_stores') }}),

lines as (select * from {{ ref('int_purchase_lines') }} where store_id is not null),

-- returns take their money off; an order that is only a return is none
sold as (
    select
        store_id,
        count(distinct order_id) filter (where not is_return) as orders,
        count(distinct customer_id) filter (where not is_return) as customers,
        count(distinct product_id) filter (where not is_return) as products,
        sum(amount) as revenue,
        sum(discount) as discount,
        min(purchased_at) filter (where not is_return) as first_purchase_at,
        max(purchased_at) filter (where not is_return) as last_purchase_at
    from lines
    group by store_id
)

select
    stores.store_id,
    stores.region,
    case
        when stores.is_described then cast(to_json(map_from_entries(
            list_transform(stores.attributes, lambda named: row(named.attribute, named.value)) -- noqa: RF01
        )) as varchar)
    end as attributes,
    coalesce(sold.orders, 0) as orders,
    coalesce(sold.customers, 0) as customers,
    coalesce(sold.products, 0) as products,
    cast(sold.revenue as decimal(18, 4)) as revenue,
    cast(sold.discount as decimal(18, 4)) as discount,
    sold.first_purchase_at,
    sold.last_purchase_at
from stores
left join sold on stores.store_id = sold.store_id
order by stores.store_id
