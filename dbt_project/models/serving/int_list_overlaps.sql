{%- set persistence = 0.9 %}

with

compared_customers as (select * from {{ ref('int_compared_customers') }}),

every_list_before as (
    {{ lists_before() }}
),

arms_before as (
    {{ arms_before() }}
),

-- who had the challenger's lists before has others now
challenged as (
    select compared_customers.customer_id
    from compared_customers
    inner join arms_before
        on
            arms_before.arm = 'challenger'
            and {{ experiment_bucket('arms_before.experiment', 'compared_customers.customer_id') }}
            >= arms_before.from_bucket
),

served as (
    select * from {{ ref('int_served_recommendations') }}
    where customer_id in (select compared_customers.customer_id from compared_customers)
),

served_before as (
    select * from every_list_before
    where
        customer_id in (select compared_customers.customer_id from compared_customers)
        and customer_id not in (select challenged.customer_id from challenged)
),

places as (
    select
        coalesce(served.customer_id, served_before.customer_id) as customer_id,
        coalesce(served.list_type, served_before.list_type) as list_type,
        served.rank,
        served_before.rank as rank_before
    from served
    full outer join served_before
        on
            served.customer_id = served_before.customer_id
            and served.list_type = served_before.list_type
            and served.product_id = served_before.product_id
),

-- customers who have the list now and had it before
lengths as (
    select
        customer_id,
        list_type,
        least(count(rank), count(rank_before)) as shorter,
        greatest(count(rank), count(rank_before)) as longer
    from places
    group by customer_id, list_type
    having count(rank) > 0 and count(rank_before) > 0
),

-- weights of the first places, summed, for rank-biased overlap
depths as (
    select
        numbers.last_rank,
        pow({{ persistence }}, numbers.last_rank) as weight,
        sum(pow({{ persistence }}, numbers.last_rank)) over (order by numbers.last_rank) as weights,
        sum(pow({{ persistence }}, numbers.last_rank) / numbers.last_rank) over (order by numbers.last_rank)
            as weights_by_depth
    from (select unnest(range(1, 101)) as last_rank) as numbers
),

shared as (
    select
        places.customer_id,
        places.list_type,
        depths.*
    from places
    inner join depths on greatest(places.rank, places.rank_before) = depths.last_rank
    where places.rank is not null and places.rank_before is not null
),

agreements as (
    select
        lengths.*,
        count(shared.last_rank) as agreed,
        count(shared.last_rank) filter (where shared.last_rank <= lengths.shorter) as agreed_of_shorter,
        coalesce(sum(at_longer.weights_by_depth - shared.weights_by_depth + shared.weight / shared.last_rank), 0)
            as weighted,
        any_value(at_longer.weight) as last_weight,
        any_value(at_longer.weights - at_shorter.weights) as weights_between,
        any_value(at_longer.weights_by_depth - at_shorter.weights_by_depth) as weights_by_depth_between
    from lengths
    inner join depths as at_longer on lengths.longer = at_longer.last_rank
    inner join depths as at_shorter on lengths.shorter = at_shorter.last_rank
    left join shared on lengths.customer_id = shared.customer_id and lengths.list_type = shared.list_type
    group by all
)

select
    list_type,
    count(*) as customers,
    round(avg(agreed / longer), 6) as overlap,
    -- extrapolated, of lists of unequal length: equation 32 of Webber, Moffat and Zobel (2010)
    round(avg(
        {{ (1 - persistence) / persistence }}
        * (weighted + agreed_of_shorter * (weights_between / shorter - weights_by_depth_between))
        + ((agreed - agreed_of_shorter) / longer + agreed_of_shorter / shorter) * last_weight
    ), 6) as rank_overlap
from agreements
group by list_type
