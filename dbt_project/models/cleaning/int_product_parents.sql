with recursive

settings as (select * from {{ ref('stg_settings') }}),

products as (select * from {{ ref('stg_products') }} where reject_reason is null),

descriptions as (select * from {{ ref('stg_descriptions') }}),

line_counts as (
    select
        product_id,
        count(*) as lines
    from {{ ref('stg_purchases') }}
    where reject_reason is null
    group by product_id
    union all
    select
        product_id,
        count(*) as lines
    from {{ ref('stg_ratings') }}
    where reject_reason is null
    group by product_id
    union all
    select
        product_id,
        0 as lines
    from products
),

ids as (
    select
        product_id,
        lower(product_id) as folded,
        sum(lines) as lines
    from line_counts
    group by product_id
),

case_variants as (
    select
        ids.product_id,
        ids.folded,
        -- the id is spelled as in the product file, else as in most lines
        first_value(ids.product_id) over (
            partition by ids.folded
            order by products.product_id is not null desc, ids.lines desc, ids.product_id asc
        ) as standing
    from ids
    left join products on ids.product_id = products.product_id
    qualify count(*) over (partition by ids.folded) > 1
),

titles as (
    select distinct
        product_id,
        lower(title) as title
    from descriptions
    where title is not null
    union
    select
        product_id,
        lower(title) as title
    from products
    where title is not null
),

same_products as (
    select distinct
        case_variants.product_id as id,
        case_variants.standing as target
    from case_variants
    cross join settings
    left join titles on case_variants.product_id = titles.product_id
    left join titles as standing_titles
        on case_variants.standing = standing_titles.product_id and titles.title = standing_titles.title
    where
        case_variants.product_id <> case_variants.standing
        and (
            settings.merge_case_variants = 'always'
            or (settings.merge_case_variants = 'same_title' and standing_titles.title is not null)
        )
),

said as (
    select
        product_id as id,
        recommend_as as target,
        0 as place,
        1 as lines
    from products
    union all
    select
        product_id as id,
        recommend_as as target,
        1 as place,
        lines
    from descriptions
),

parents as (
    select
        id,
        arg_min(target, (place, -lines, target)) as target
    from said
    where target is not null
    group by id
),

pairs as (
    select
        id,
        target,
        'recommend_as' as rule
    from parents
    union all
    select
        id,
        target,
        'case_variant' as rule
    from same_products
    where same_products.id not in (select parents.id from parents)
),

{{ final_targets('pairs') }}

select
    final_targets.id as product_id,
    final_targets.target as recommend_as,
    pairs.rule,
    final_targets.is_circle
from final_targets
inner join pairs on final_targets.id = pairs.id
