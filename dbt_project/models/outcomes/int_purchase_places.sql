-- where each purchase stood in the list that was being served, in that of the run before and in that of popularity,
-- and whether the customer had seen it there

with

list_purchases as (select * from {{ ref('int_list_purchases') }}),

periods as (select * from {{ ref('int_list_periods') }}),

popular_places as (select * from {{ ref('int_popular_places') }}),

seen as (select * from {{ ref('int_seen_purchases') }}),

exposure_log as (select * from {{ ref('int_exposure_log') }}),

settings as (select * from {{ ref('stg_settings') }}),

history as (
    select
        listed.*,
        began.run_number as since_number,
        ended.run_number as ended_number
    from {{ ref('recommendations_history') }} as listed
    inner join periods as began on listed.run_id = began.run_id
    left join periods as ended on listed.ended_run_id = ended.run_id
    where listed.product_id in (select list_purchases.product_id from list_purchases)
),

places as (
    select
        list_purchases.*,
        served.rank,
        served.recommender,
        served.probability,
        served.run_id as since_run_id,
        served.served_from as since,
        run_before.rank as rank_before,
        case
            when popular_places.popular_place <= settings.list_length then popular_places.popular_place
        end as popular_rank,
        -- what was seen before exposures were written down isn't known
        case when exposure_log.known_from is not null then seen.product_id is not null end as was_seen,
        case when exposure_log.has_clicks then coalesce(seen.was_clicked, false) end as was_clicked
    from list_purchases
    cross join settings
    left join history as served
        on
            list_purchases.customer_id = served.customer_id
            and list_purchases.list_type = served.list_type
            and list_purchases.product_id = served.product_id
            and list_purchases.run_number >= served.since_number
            and (served.ended_number is null or list_purchases.run_number < served.ended_number)
    left join history as run_before
        on
            list_purchases.customer_id = run_before.customer_id
            and list_purchases.list_type = run_before.list_type
            and list_purchases.product_id = run_before.product_id
            and list_purchases.run_number - 1 >= run_before.since_number
            and (run_before.ended_number is null or list_purchases.run_number - 1 < run_before.ended_number)
    left join popular_places
        on
            list_purchases.run_id = popular_places.run_id
            and list_purchases.list_type = popular_places.list_type
            and list_purchases.customer_id = popular_places.customer_id
            and list_purchases.product_id = popular_places.product_id
    left join exposure_log on cast(list_purchases.purchased_at as date) >= cast(exposure_log.known_from as date)
    left join seen
        on
            list_purchases.customer_id = seen.customer_id
            and list_purchases.list_type = seen.list_type
            and list_purchases.product_id = seen.product_id
            and list_purchases.purchased_at = seen.purchased_at
)

select * from places
