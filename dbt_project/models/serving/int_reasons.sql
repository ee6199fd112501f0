with

served as (
    select
        customer_id,
        product_id,
        bool_or(recommender = 'profile') as is_from_profile
    from {{ ref('int_served_lists') }}
    group by customer_id, product_id
),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

interactions as (select * from {{ ref('int_interactions') }} where fold = 'serving'),

fold_products as (select * from {{ ref('int_fold_products') }} where fold = 'serving'),

-- only pairs that are surely bought together more often than by chance
pairs as (select * from {{ ref('int_product_pairs') }} where fold = 'serving' and lift_low > 1),

similar_products as (select * from {{ ref('int_similar_products') }} where fold = 'serving'),

list_types as (select * from {{ ref('int_list_types') }} where takes_bought),

new_products as (select * from {{ ref('int_new_product_lists') }} where fold = 'serving'),

settings as (select * from {{ ref('stg_settings') }}),

counting_unit as (select * from {{ ref('int_counting_unit') }}),

keyed as (
    select
        served.customer_id,
        served.product_id,
        served.is_from_profile,
        coalesce(products.category, products.department) as category,
        customers.customer_key,
        products.product_key,
        own.orders as own_orders,
        own.last_at as own_last_at,
        own.first_at as own_first_at
    from served
    inner join customers on served.customer_id = customers.customer_id
    inner join products on served.product_id = products.product_id
    left join interactions as own
        on customers.customer_key = own.customer_key and products.product_key = own.product_key
),

-- relations between two products, the strongest kind of evidence first
links as (
    select
        product_key,
        other_product_key,
        'together' as kind,
        1 as priority,
        confidence as strength
    from pairs
    union all
    select
        one.product_key,
        other.product_key as other_product_key,
        similar_products.method as kind,
        case similar_products.method when 'content' then 2 else 3 end as priority,
        similar_products.similarity as strength
    from similar_products
    inner join products as one on similar_products.product_id = one.product_id
    inner join products as other on similar_products.similar_product_id = other.product_id
),

wording as (select case when exists (select 1 from list_types) then 'bought' else 'rated' end as verb),

strongest as (
    select
        keyed.customer_key,
        keyed.product_key,
        links.kind,
        interactions.orders,
        case when interactions.orders > 0 then wording.verb else 'rated' end as verb,
        interactions.product_key as reason_product_key
    from keyed
    inner join links on keyed.product_key = links.other_product_key
    inner join interactions
        on keyed.customer_key = interactions.customer_key and links.product_key = interactions.product_key
    cross join wording
    where
        keyed.own_orders is null
        -- a product that was only a gift is no reason
        and (interactions.orders > 0 or (links.kind <> 'together' and interactions.rating is not null))
    qualify
        row_number() over (
            partition by keyed.customer_key, keyed.product_key
            order by links.priority asc, interactions.weight * links.strength desc, interactions.product_key
        ) = 1
),

reasons as (
    select
        keyed.customer_id,
        keyed.product_id,
        case
            when keyed.own_orders > 1
                then concat('Bought ', keyed.own_orders, ' times, last on ', cast(keyed.own_last_at as date))
            -- only rated, in a shop with purchases
            when keyed.own_orders is not null and keyed.own_last_at is null then 'Rated, not bought yet'
            -- a gift or a return: the last day may be that of the return
            when keyed.own_orders = 0 then concat('Had before, on ', cast(keyed.own_first_at as date))
            when keyed.own_orders is not null
                then concat('Bought once, on ', cast(keyed.own_last_at as date))
            when strongest.kind = 'together'
                then concat(
                    'Often in one basket with ', named.title, ', which this customer bought ',
                    case when strongest.orders = 1 then 'once' else concat(strongest.orders, ' times') end
                )
            when strongest.kind = 'content'
                then concat('Similar to ', named.title, ', which this customer ', strongest.verb)
            when strongest.kind = 'collaborative' and counting_unit.counts_orders
                then concat('In the same orders as ', named.title, ', which this customer ', strongest.verb)
            when strongest.kind = 'collaborative'
                then concat('Chosen by the same customers as ', named.title, ', which this customer ', strongest.verb)
            when keyed.is_from_profile then concat('Popular with customers like this one, in ', keyed.category)
            when counting_unit.counts_orders and fold_products.recent_customers = 0
                then concat('Popular: in ', fold_products.customers, ' orders')
            when counting_unit.counts_orders
                then concat(
                    'Popular: in ', fold_products.recent_customers, ' orders of the last ',
                    settings.popularity_window_days, ' days'
                )
            -- ratings without dates are never recent
            when fold_products.recent_customers = 0
                then concat('Popular: ', wording.verb, ' by ', fold_products.customers, ' customers')
            else concat(
                'Popular: ', wording.verb, ' by ', fold_products.recent_customers, ' customers in the last ',
                settings.popularity_window_days, ' days'
            )
        end as reason,
        named.product_id as reason_product_id
    from keyed
    cross join settings
    cross join counting_unit
    cross join wording
    inner join fold_products on keyed.product_key = fold_products.product_key
    left join strongest
        on keyed.customer_key = strongest.customer_key and keyed.product_key = strongest.product_key
    left join products as named on strongest.reason_product_key = named.product_key
),

-- new products have no purchases; the reason is their similar text
new_reasons as (
    select
        served.customer_id,
        served.product_id,
        concat('New, and similar to ', named.title, ', which this customer ', wording.verb) as reason,
        new_products.reason_product_id
    from served
    cross join wording
    inner join new_products
        on served.customer_id = new_products.customer_id and served.product_id = new_products.product_id
    inner join products as named on new_products.reason_product_id = named.product_id
)

select * from reasons
union all
select * from new_reasons
