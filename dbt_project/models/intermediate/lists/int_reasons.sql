{# Reasons, best evidence first; a row takes the first that holds. #}
with

served as (
    select distinct
        customer_id,
        product_id
    from {{ ref('int_served_lists') }}
),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

interactions as (select * from {{ ref('int_interactions') }} where fold = 'serving'),

fold_products as (select * from {{ ref('int_fold_products') }} where fold = 'serving'),

pairs as (select * from {{ ref('int_product_pairs') }} where fold = 'serving'),

similar_products as (select * from {{ ref('int_similar_products') }}),

order_products as (select * from {{ ref('int_order_products') }}),

settings as (select * from {{ ref('stg_settings') }}),

wording as (
    select case when exists (select 1 from order_products) then 'bought' else 'rated' end as verb
),

keyed as (
    select
        served.customer_id,
        served.product_id,
        customers.customer_key,
        products.product_key
    from served
    inner join customers on served.customer_id = customers.customer_id
    inner join products on served.product_id = products.product_id
),

own_history as (
    select
        keyed.customer_id,
        keyed.product_id,
        1 as priority,
        1.0 as strength,
        case
            when interactions.orders > 1
                then concat('Bought ', interactions.orders, ' times, last on ', cast(interactions.last_at as date))
            else concat('Bought once, on ', cast(interactions.last_at as date))
        end as reason,
        cast(null as integer) as reason_product_key
    from keyed
    inner join interactions
        on keyed.customer_key = interactions.customer_key and keyed.product_key = interactions.product_key
),

together as (
    select
        keyed.customer_id,
        keyed.product_id,
        2 as priority,
        interactions.weight * pairs.confidence as strength,
        concat(
            'Often in one basket with ', products.title, ', which this customer bought ',
            case when interactions.orders = 1 then 'once' else concat(interactions.orders, ' times') end
        ) as reason,
        interactions.product_key as reason_product_key
    from keyed
    inner join interactions on keyed.customer_key = interactions.customer_key and interactions.orders > 0
    inner join pairs
        on interactions.product_key = pairs.product_key and keyed.product_key = pairs.other_product_key
    inner join products on interactions.product_key = products.product_key
),

alike as (
    select
        keyed.customer_id,
        keyed.product_id,
        case similar_products.method when 'content' then 3 else 4 end as priority,
        interactions.weight * similar_products.similarity as strength,
        concat(
            case similar_products.method when 'content' then 'Similar to ' else 'Chosen by the same customers as ' end,
            products.title, ', which this customer ', wording.verb
        ) as reason,
        interactions.product_key as reason_product_key
    from keyed
    inner join interactions on keyed.customer_key = interactions.customer_key
    inner join products on interactions.product_key = products.product_key
    inner join similar_products
        on
            products.product_id = similar_products.product_id
            and keyed.product_id = similar_products.similar_product_id
    cross join wording
),

popular as (
    select
        keyed.customer_id,
        keyed.product_id,
        5 as priority,
        1.0 as strength,
        concat(
            'Popular: ', wording.verb, ' by ', fold_products.recent_customers, ' customers in the last ',
            settings.popularity_window_days, ' days'
        ) as reason,
        cast(null as integer) as reason_product_key
    from keyed
    inner join fold_products on keyed.product_key = fold_products.product_key
    cross join settings
    cross join wording
),

evidence as (
    select * from own_history
    union all
    select * from together
    union all
    select * from alike
    union all
    select * from popular
),

strongest as (
    select
        evidence.customer_id,
        evidence.product_id,
        evidence.reason,
        products.product_id as reason_product_id
    from evidence
    left join products on evidence.reason_product_key = products.product_key
    qualify
        row_number() over (
            partition by evidence.customer_id, evidence.product_id
            order by evidence.priority, evidence.strength desc, products.product_id
        ) = 1
)

select * from strongest
