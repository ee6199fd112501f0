{# A size, a count or a pack at the end or within a title: 16 oz, 2x500 ml, 6 pack, XL. #}
{% set units -%}
fl\s*oz|oz|lbs?|kg|mg|g|ltr|liter|litre|ml|cl|gal|qt|pt|ct|pk|packs?|pcs?|pieces?|stk|cm|mm|inch|in|ft|l|m|z
{%- endset %}
{% set sizes -%}
\b(?:\d+(?:[.,/]\d+)?\s*(?:x\s*\d+(?:[.,]\d+)?\s*)?)?(?:{{ units }})\b
{%- endset %}
{% set clothing -%}
\b(?:xxs|xs|s|m|l|xl|xxl|xxxl|small|medium|large|extra large)\b|\b\d+(?:[.,/]\d+)?\b
{%- endset %}

with

products as (select * from {{ ref('int_products') }}),

settings as (select * from {{ ref('stg_settings') }}),

plain as (
    select
        product_key,
        coalesce(brand, '') as brand,
        nullif(trim(regexp_replace(lower(strip_accents(title)), '[^\pL\pN]+', ' ', 'g')), '') as title,
        nullif(trim(regexp_replace(
            regexp_replace(lower(strip_accents(title)), '{{ sizes }}|{{ clothing }}', ' ', 'g'), '[^\pL\pN]+', ' ', 'g'
        )), '') as title_without_size
    from products
),

same_titles as (
    select
        *,
        case when title is null then product_key else min(product_key) over (partition by title) end as same_title_key,
        case
            when title_without_size is null then product_key
            else min(product_key) over (partition by brand, title_without_size)
        end as size_key
    from plain
),

-- sizes of one brand are variants, and so is what has the title of one of them
grouped as (
    select
        product_key,
        same_title_key,
        min(size_key) over (partition by same_title_key) as same_but_size_key
    from same_titles
)

select
    grouped.product_key,
    grouped.same_title_key,
    grouped.same_but_size_key,
    {{ variant_key('settings.variants', 'grouped') }} as variant_key
from grouped
cross join settings
