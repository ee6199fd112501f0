with

mapped_columns as (select * from {{ source('shop', 'mapped_columns') }}),

purchases as (select * from {{ ref('stg_purchases') }} where reject_reason is null),

ratings as (select * from {{ ref('stg_ratings') }} where reject_reason is null),

products as (select * from {{ ref('stg_products') }} where reject_reason is null),

customers as (select * from {{ ref('stg_customers') }} where reject_reason is null),

settings as (select * from {{ ref('stg_settings') }}),

counting_unit as (select * from {{ ref('int_counting_unit') }}),

parents as (select * from {{ ref('int_product_parents') }}),

merged_customers as (select * from {{ ref('int_customer_merges') }}),

promotions as (
    select
        product_id,
        max(coalesce(ends, starts)) as last_day
    from {{ ref('stg_promotions') }}
    where reject_reason is null
    group by product_id
),

given as (
    select distinct input as name from mapped_columns
    union
    select concat(input, '.', column_name) as name from mapped_columns
),

said as ({{ listed_aspects() }}),

counted as (
    select
        count(*) as lines,
        count(customer_id) as named_lines,
        count(*) filter (where purchased_at <> date_trunc('day', purchased_at)) as timed_lines,
        date_diff('day', min(purchased_at), max(purchased_at)) + 1 as days,
        cast(max(purchased_at) as date) as last_day
    from purchases
),

-- the aspects of a missing input aren't listed
relevant as (
    select said.*
    from said
    cross join counted
    left join given on said.input = given.name
    where
        (said.input is null or given.name is not null)
        -- and neither are aspects of customers in a shop without customers
        and (
            said.is_given
            or said.aspect not in ('ratings', 'customers')
            or counted.lines = 0
            or counted.named_lines > 0
            or 'ratings' in (select every_input.name from given as every_input)
        )
),

-- products are counted by customers, or by orders where purchases name no customers
interactions as (
    select
        purchases.product_id,
        purchases.customer_id,
        case
            when counting_unit.counts_orders then purchases.order_id
            else coalesce(merged_customers.merged_into, purchases.customer_id)
        end as buyer
    from purchases
    cross join counting_unit
    left join merged_customers on purchases.customer_id = merged_customers.customer_id
    where not purchases.is_return and (counting_unit.counts_orders or purchases.customer_id is not null)
    union all
    select
        ratings.product_id,
        ratings.customer_id,
        case
            when not counting_unit.counts_orders
                then coalesce(merged_customers.merged_into, ratings.customer_id)
        end as buyer
    from ratings
    cross join counting_unit
    left join merged_customers on ratings.customer_id = merged_customers.customer_id
),

interaction_products as (select distinct product_id from interactions),

-- variants (sizes, colours) are counted as their parent
counted_products as (
    select
        coalesce(parents.recommend_as, interactions.product_id) as product_id,
        count(distinct interactions.buyer) as buyers
    from interactions
    left join parents on interactions.product_id = parents.product_id
    group by coalesce(parents.recommend_as, interactions.product_id)
),

catalogue as (
    select
        count(*) as all_products,
        count(*) filter (where counted_products.buyers >= settings.min_customers_per_product) as kept,
        any_value(settings.min_customers_per_product) as buyers_needed,
        any_value(case when counting_unit.counts_orders then ' orders' else ' customers' end) as unit
    from counted_products
    cross join settings
    cross join counting_unit
),

found as (
    select
        20 as place,
        'customer' as aspect,
        counted.named_lines > 0 as is_given,
        counted.named_lines / counted.lines as share,
        concat(
            case
                when counted.named_lines = 0 then 'no line says who bought: no lists for customers'
                when counting_unit.counts_orders then 'hardly a line says who bought'
                else 'lines without a customer count for products and for what is bought together, for no list'
            end,
            case
                when counting_unit.counts_orders
                    then '; popular_products, bought_together and similar_products count orders'
            end
        ) as consequence
    from counted
    cross join counting_unit
    where counted.lines > 0

    union all

    select
        21 as place,
        'time of day' as aspect,
        timed_lines > 0 as is_given,
        timed_lines / lines as share,
        'times are days: what a customer bought on one day is one order where there are no order ids' as consequence
    from counted
    where lines > 0

    union all

    select
        22 as place,
        'history' as aspect,
        -- as in int_folds: the last window has one more day, and a fold needs earlier events
        counted.days > settings.label_window_days + 1 as is_given,
        null as share,
        concat(
            'purchases span ', counted.days, ' days: what is judged are the last ', settings.label_window_days + 1,
            ', by what was bought on days before them; set label_window_days to fewer'
        ) as consequence
    from counted
    cross join settings
    where counted.lines > 0

    union all

    select
        23 as place,
        'catalogue' as aspect,
        kept > 0 as is_given,
        kept / all_products as share,
        concat(
            kept, ' of ', all_products, ' products have ', buyers_needed, unit,
            ' or more, what min_customers_per_product asks for'
        ) as consequence
    from catalogue
    where all_products > 0

    union all

    select
        24 as place,
        'products in the product file' as aspect,
        count(products.product_id) > 0 as is_given,
        count(products.product_id) / count(*) as share,
        'of what was bought or rated; if it is none, the ids of the files differ' as consequence
    from interaction_products
    left join products on interaction_products.product_id = products.product_id
    having count(*) > 0 and (select said.is_given from said where said.aspect = 'products')

    union all

    select
        25 as place,
        'customers in the customer file' as aspect,
        count(customers.customer_id) > 0 as is_given,
        count(customers.customer_id) / count(*) as share,
        'of who bought or rated; if it is none, the ids of the files differ' as consequence
    from (select distinct customer_id from interactions where customer_id is not null) as active
    left join customers on active.customer_id = customers.customer_id
    having count(*) > 0 and (select said.is_given from said where said.aspect = 'customers')

    union all

    select
        27 as place,
        'products of promotions' as aspect,
        count(interaction_products.product_id) > 0 as is_given,
        count(interaction_products.product_id) / count(*) as share,
        'of the products promoted were bought or rated; if it is none, the ids of the files differ' as consequence
    from promotions
    left join interaction_products on promotions.product_id = interaction_products.product_id
    where promotions.product_id is not null
    having count(*) > 0

    union all

    select
        28 as place,
        'promotions of the days to come' as aspect,
        max(promotions.last_day) > coalesce(any_value(settings.as_of), any_value(counted.last_day)) as is_given,
        null as share,
        concat(
            'no promotion goes on after the last purchase: lists of today are made without',
            case
                when any_value(settings.promotion_horizon_days) > 0
                    then concat(
                        '; metrics are of lists that knew promotions up to ',
                        any_value(settings.promotion_horizon_days), ' days ahead (promotion_horizon_days)'
                    )
            end
        ) as consequence
    from promotions
    cross join counted
    cross join settings
    having count(*) > 0
),

-- as int_interactions looks at them, with those that later ones replaced
given_ratings as (
    select rating from {{ ref('stg_ratings') }}
    where reject_reason is null or reject_reason = 'superseded_rating'
),

said_by_ratings as (
    select
        26 as place,
        'scale of ratings' as aspect,
        {{ is_unary('rating') }} = false as is_given,
        cast(null as double) as share,
        concat(
            'every rating is ', min(rating), ', as likes are: they count as interest, no rating is predicted of them, '
            'and rating_metrics measures none'
        ) as consequence
    from given_ratings
    having count(*) > 0
),

final as (
    select
        place,
        aspect,
        is_given,
        cast(null as double) as share,
        case when not is_given then consequence end as consequence
    from relevant

    union all

    select
        place,
        aspect,
        is_given,
        share,
        case when not is_given then consequence end as consequence
    from said_by_ratings

    union all

    select
        place,
        aspect,
        is_given,
        share,
        case when not is_given or share < 1 then consequence end as consequence
    from found
)

select
    aspect,
    is_given,
    share,
    consequence
from final
order by place
