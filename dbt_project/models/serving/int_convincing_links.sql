{# Least share of a product's scores that is due to the product that it is explained by. #}
{% set least_share = 0.03 %}
{# Products that explain at least so much of what the best one does are as good. #}
{% set share_of_best = 0.5 %}

with

links as (select * from {{ ref('int_reason_links') }}),

parts as (select * from {{ ref('int_reason_parts') }}),

candidates as (select * from {{ ref('int_candidates') }} where fold = 'serving' and is_new),

-- whose scores have parts: without any of these recommenders nothing is known of shares
explaining as (select count(distinct recommender) as recommenders from parts),

-- of a recommender that doesn't propose the product it has none
shares as (
    select
        parts.customer_key,
        parts.product_key,
        parts.reason_product_key,
        sum(greatest(least(parts.part / candidates.score, 1), -1)) / max(explaining.recommenders) as share
    from parts
    cross join explaining
    inner join candidates
        on
            parts.customer_key = candidates.customer_key
            and parts.product_key = candidates.product_key
            and parts.recommender = candidates.recommender
    where candidates.score > 0
    group by parts.customer_key, parts.product_key, parts.reason_product_key
),

-- evidence that the product would also stand there without is none
convincing as (
    select
        links.*,
        shares.share,
        coalesce(shares.share >= {{ share_of_best }} * max(shares.share) over (
            partition by links.customer_key, links.product_key
        ), true) as is_near_best
    from links
    cross join explaining
    left join shares
        on
            links.customer_key = shares.customer_key
            and links.product_key = shares.product_key
            and links.reason_product_key = shares.reason_product_key
    where explaining.recommenders = 0 or shares.share >= {{ least_share }}
)

select * from convincing
