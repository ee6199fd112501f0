with

candidates as (select * from {{ ref('int_candidates') }}),

customers as (select * from {{ ref('int_customers') }}),

folds as (select * from {{ ref('int_folds') }}),

fold_customers as (select * from {{ ref('int_fold_customers') }}),

fold_products as (select * from {{ ref('int_fold_products') }}),

held_out as (select * from {{ ref('int_held_out') }}),

settings as (select * from {{ ref('stg_settings') }}),

-- what some recommender has among its first
pooled as (
    select
        candidates.fold,
        candidates.customer_key,
        candidates.product_key,
        bool_or(candidates.is_new) as is_new,
        floor(log2(min(candidates.rank_in_group))) as rank_bucket
    from candidates
    cross join settings
    where candidates.rank_in_group <= settings.hybrid_candidates
    group by candidates.fold, candidates.customer_key, candidates.product_key
),

labelled as (
    select
        pooled.*,
        customers.customer_id,
        customers.customer_hash,
        fold_products.product_id,
        folds.purpose,
        case when folds.purpose <> 'serve' then held_out.product_key is not null end as is_bought,
        fold_customers.sample_weight
    from pooled
    inner join folds on pooled.fold = folds.fold
    inner join customers on pooled.customer_key = customers.customer_key
    inner join fold_customers
        on pooled.fold = fold_customers.fold and pooled.customer_key = fold_customers.customer_key
    inner join fold_products on pooled.fold = fold_products.fold and pooled.product_key = fold_products.product_key
    left join held_out
        on
            pooled.fold = held_out.fold
            and pooled.customer_key = held_out.customer_key
            and pooled.product_key = held_out.product_key
),

-- The model trains on all pairs that were bought and on a weighted sample of those that weren't. A stratum
-- is sampled in proportion to the root of its share of bought pairs, which has least variance (Neyman
-- 1934). Strata are powers of two of the best rank, for new products and for those bought before
strata as (
    select
        fold,
        is_new,
        rank_bucket,
        count(*) filter (where not is_bought) as not_bought,
        sqrt((count(*) filter (where is_bought) + 1) / (count(*) + 2)) as spread
    from labelled
    where purpose <> 'serve'
    group by fold, is_new, rank_bucket
),

rates as (
    select
        strata.*,
        least(1.0, greatest(0.01, settings.hybrid_training_rows * strata.spread / cast(
            sum(cast(strata.not_bought * strata.spread as decimal(38, 12))) over (partition by strata.fold) as double
        ))) as kept_share
    from strata
    cross join settings
),

weighted as (
    select
        labelled.*,
        case
            when labelled.is_bought then labelled.sample_weight
            -- the same pairs in every run: a hash of the ids, as a fraction of all hashes, decides
            when
                md5_number_lower(concat(labelled.customer_id, chr(31), labelled.product_id)) / 18446744073709551616.0
                < rates.kept_share
                then labelled.sample_weight / rates.kept_share
        end as training_weight
    from labelled
    left join rates
        on labelled.fold = rates.fold and labelled.is_new = rates.is_new and labelled.rank_bucket = rates.rank_bucket
),

pairs as (
    select * exclude (rank_bucket, customer_id, product_id)
    from weighted
    where purpose <> 'train' or training_weight is not null
),

-- only of the pairs that are kept: a row per recommender becomes columns, all of them in memory
seen_by as (
    select
        pairs.fold,
        pairs.customer_key,
        pairs.product_key,
        count(*) as recommenders,
        {% for name in recommenders() %}
        max(cast(candidates.score as float)) filter (where candidates.recommender = '{{ name }}') as {{ name }}_score,
        min(candidates.rank_in_group) filter (where candidates.recommender = '{{ name }}') as {{ name }}_rank
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from candidates
    inner join pairs
        on
            candidates.fold = pairs.fold
            and candidates.customer_key = pairs.customer_key
            and candidates.product_key = pairs.product_key
    group by pairs.fold, pairs.customer_key, pairs.product_key
),

described as (
    select * -- noqa: RF02
    from pairs
    inner join seen_by using (fold, customer_key, product_key) -- noqa: ST07
)

select * from described
