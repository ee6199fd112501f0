{# Candidates of a list, from which the products that are served are chosen. #}
{% set depth = 40 %}

with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'train'),

folds_of_customers as (select * from {{ ref('int_customer_folds') }} where purpose = 'serve'),

customers as (select * from {{ ref('int_customers') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }}),

cold_customers as (select * from {{ ref('int_cold_customers') }}),

champions as (select * from {{ ref('int_champions') }}),

list_types as (select * from {{ ref('int_list_types') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue),

interactions as (select * from {{ ref('int_interactions') }}),

only_rated as (
    select
        fold,
        customer_key,
        product_key
    from interactions
    where first_at is null
),

-- customers whose lists are judged, and today's
listed_customers as (
    select
        fold_customers.fold,
        fold_customers.customer_key
    from fold_customers
    inner join folds on fold_customers.fold = folds.fold
    where fold_customers.has_hits
    union all
    select
        folds_of_customers.fold,
        customers.customer_key
    from folds_of_customers
    cross join customers
),

-- without a past fold profiles can't be learned from; popularity fills these lists
profiled as (
    select distinct
        cold_customers.fold,
        cold_customers.customer_key
    from cold_customers
    inner join {{ ref('int_profile_candidates') }} as proposed
        on cold_customers.fold = proposed.fold and cold_customers.customer_key = proposed.customer_key
    where cold_customers.has_profile
),

-- customers with a profile and no history get lists of `profile`, whichever recommender is champion
candidates as (
    {% for name in ['int_candidates', 'int_profile_candidates', 'int_hybrid_candidates'] %}
    select ranked.*
    from {{ ref(name) }} as ranked
    where ranked.recommender in (select champions.recommender from champions) or ranked.recommender = 'profile'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

ranked as (
    {{ ranked_in_lists() }}
),

of_champions as (
    select ranked.*
    from ranked
    inner join listed_customers
        on ranked.fold = listed_customers.fold and ranked.customer_key = listed_customers.customer_key
    inner join champions on ranked.list_type = champions.list_type
    left join profiled on ranked.fold = profiled.fold and ranked.customer_key = profiled.customer_key
    where
        ranked.rank <= {{ depth }}
        and ranked.recommender
        = case when profiled.customer_key is null then champions.recommender else 'profile' end
),

proposed_counts as (
    select
        fold,
        list_type,
        customer_key,
        count(*) as products
    from of_champions
    group by fold, list_type, customer_key
),

seen_counts as (
    select
        fold,
        customer_key,
        count(*) as products
    from interactions
    group by fold, customer_key
),

-- lists with too few candidates are filled up with popular products that are new to the customer
short_lists as (
    select
        listed_customers.fold,
        list_types.list_type,
        listed_customers.customer_key,
        coalesce(proposed_counts.products, 0) as proposed,
        coalesce(seen_counts.products, 0) as seen
    from listed_customers
    cross join list_types
    left join proposed_counts
        on
            listed_customers.fold = proposed_counts.fold
            and listed_customers.customer_key = proposed_counts.customer_key
            and list_types.list_type = proposed_counts.list_type
    left join seen_counts
        on listed_customers.fold = seen_counts.fold and listed_customers.customer_key = seen_counts.customer_key
    where list_types.takes_new and coalesce(proposed_counts.products, 0) < {{ depth }}
),

popular as (
    select
        *,
        row_number() over (partition by fold order by recent_customers desc, tie_order asc) as popularity_rank
    from fold_products
),

fillers as (
    select
        short_lists.fold,
        short_lists.list_type,
        short_lists.customer_key,
        popular.product_key,
        cast(popular.recent_customers as double) as score,
        short_lists.proposed + row_number() over (
            partition by short_lists.fold, short_lists.list_type, short_lists.customer_key
            order by popular.popularity_rank
        ) as rank
    from short_lists
    inner join popular
        on
            short_lists.fold = popular.fold
            and popular.popularity_rank <= {{ depth }} + short_lists.seen + short_lists.proposed
    anti join interactions
        on
            short_lists.fold = interactions.fold
            and short_lists.customer_key = interactions.customer_key
            and popular.product_key = interactions.product_key
    anti join of_champions
        on
            short_lists.fold = of_champions.fold
            and short_lists.list_type = of_champions.list_type
            and short_lists.customer_key = of_champions.customer_key
            and popular.product_key = of_champions.product_key
),

champion_candidates as (
    select
        fold,
        list_type,
        customer_key,
        product_key,
        recommender,
        score,
        is_new,
        false as is_filler,
        rank
    from of_champions
    union all
    select
        fold,
        list_type,
        customer_key,
        product_key,
        'popularity' as recommender,
        score,
        true as is_new,
        true as is_filler,
        rank
    from fillers
    where rank <= {{ depth }}
)

select * from champion_candidates
