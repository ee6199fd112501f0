{#
  Popular products that are looked at for a list with a price band, or of whose customer's stores it is known what
  they sell.
#}
{% set looked_at_further = 1000 %}

with

ranked_candidates as (select * from {{ ref('int_ranked_candidates') }}),

short_lists as (select * from {{ ref('int_short_lists') }}),

popular_fillers as (select * from {{ ref('int_popular_fillers') }}),

interactions as (select * from {{ ref('int_interactions') }}),

told_customers as (
    select distinct
        fold,
        customer_key
    from {{ ref('int_customer_assortments') }}
),

-- lists with too few candidates are filled up with popular products that are new to the customer
proposed as (
    select
        short_lists.fold,
        short_lists.list_type,
        short_lists.customer_key,
        short_lists.proposed,
        short_lists.last_rank,
        short_lists.has_price_band,
        popular_fillers.product_key,
        popular_fillers.recent_customers,
        popular_fillers.boost,
        popular_fillers.popularity_rank
    from short_lists
    left join told_customers
        on short_lists.fold = told_customers.fold and short_lists.customer_key = told_customers.customer_key
    inner join popular_fillers
        on
            short_lists.fold = popular_fillers.fold
            and short_lists.rule_keys = popular_fillers.rule_keys
            and popular_fillers.popularity_rank
            <= {{ candidates_per_list() }} + short_lists.seen + short_lists.last_rank
            + case
                when short_lists.has_price_band or told_customers.customer_key is not null
                    then {{ looked_at_further }}
                else 0
            end
    anti join interactions
        on
            short_lists.fold = interactions.fold
            and short_lists.customer_key = interactions.customer_key
            and popular_fillers.product_key = interactions.product_key
    anti join ranked_candidates
        on
            short_lists.fold = ranked_candidates.fold
            and short_lists.list_type = ranked_candidates.list_type
            and short_lists.customer_key = ranked_candidates.customer_key
            and popular_fillers.product_key = ranked_candidates.product_key
),

outside_bands as (
    select
        proposed.fold,
        proposed.list_type,
        proposed.customer_key,
        proposed.product_key
    from proposed
    inner join {{ ref('int_list_rules') }} as list_rules
        on
            proposed.has_price_band
            and list_rules.action = 'price_band'
            and proposed.fold = list_rules.fold
            and proposed.list_type = list_rules.list_type
            and proposed.customer_key = list_rules.customer_key
    inner join {{ ref('int_rule_products') }} as rule_products
        on
            proposed.fold = rule_products.fold
            and list_rules.rule_key = rule_products.rule_key
            and proposed.product_key = rule_products.product_key
    inner join {{ ref('int_customer_features') }} as features
        on proposed.fold = features.fold and proposed.customer_key = features.customer_key
    where {{ is_outside_band('rule_products.price', 'features.usual_price', 'rule_products.value') }}
),

unsold as (
    {{ not_sold_to('proposed') }}
),

fillers as (
    select
        proposed.*,
        row_number() over (
            partition by proposed.fold, proposed.list_type, proposed.customer_key order by proposed.popularity_rank
        ) as place
    from proposed
    anti join outside_bands
        on
            proposed.fold = outside_bands.fold
            and proposed.list_type = outside_bands.list_type
            and proposed.customer_key = outside_bands.customer_key
            and proposed.product_key = outside_bands.product_key
    anti join unsold
        on
            proposed.fold = unsold.fold
            and proposed.customer_key = unsold.customer_key
            and proposed.product_key = unsold.product_key
)

select
    fold,
    list_type,
    customer_key,
    product_key,
    recommender,
    score,
    boost,
    is_new,
    false as is_filler,
    rank
from ranked_candidates
union all
select
    fold,
    list_type,
    customer_key,
    product_key,
    'popularity' as recommender,
    cast(recent_customers as double) as score,
    boost,
    true as is_new,
    true as is_filler,
    last_rank + place as rank
from fillers
where proposed + place <= {{ candidates_per_list() }}
