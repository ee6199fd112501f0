with

proposed as (
    {{ candidates_of(recommenders() + ['profile']) }}
),

unsold as (
    {{ not_sold_to('proposed') }}
)

select
    unsold.fold,
    unsold.customer_key,
    unsold.product_key,
    bool_or(proposed.is_new) as is_new,
    min(proposed.rank_in_group) as rank_in_group,
    -- who puts it first
    arg_min(proposed.recommender, (proposed.rank_in_group, proposed.recommender)) as recommender,
    arg_min(proposed.score, (proposed.rank_in_group, proposed.recommender)) as score
from unsold
inner join proposed
    on
        unsold.fold = proposed.fold
        and unsold.customer_key = proposed.customer_key
        and unsold.product_key = proposed.product_key
group by unsold.fold, unsold.customer_key, unsold.product_key
