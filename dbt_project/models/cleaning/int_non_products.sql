with

settings as (select * from {{ ref('stg_settings') }}),

descriptions as (select * from {{ ref('int_product_descriptions') }}),

listed as (select * from {{ source('shop', 'listed_ids') }}),

ids as (
    select product_id from {{ ref('stg_purchases') }} where reject_reason is null
    union
    select product_id from {{ ref('stg_ratings') }} where reject_reason is null
    union
    select product_id from descriptions
),

worded as (
    select
        ids.product_id,
        descriptions.title,
        {{ bare_words('descriptions.title') }} as title_words,
        {{ bare_words('ids.product_id') }} as code_words,
        regexp_replace(regexp_replace(ids.product_id, '[0-9]+', '9', 'g'), '\p{L}+', 'a', 'g') as code_shape
    from ids
    left join descriptions on ids.product_id = descriptions.product_id
),

shaped as (
    select
        *,
        -- codes of fees have another pattern than codes of products: POST among 85123A
        count(*) over (partition by code_shape) * 50 < count(*) over () as is_odd_code
    from worded
),

found as (
    {% for kind, words in non_product_words().items() %}
    {% set beside = non_product_qualifiers() %}
    select
        product_id,
        '{{ kind }}' as kind,
        case
            when regexp_full_match(title_words, '(?:{{ beside }} )*{{ words_of(words, 6) }}(?: {{ beside }})*')
                then 'its title'
            when is_odd_code and regexp_full_match(code_words, '{{ words_of(words) }}') then 'its code'
            when
                is_odd_code
                and regexp_full_match(title_words, '(?:{{ beside }} )*{{ words_of(words) }}(?: {{ beside }})*')
                then 'its title and an unusual code'
            when is_odd_code and regexp_matches(title_words, '(?:^| ){{ words_of(words, 9) }}(?: |$)')
                then 'its title and an unusual code'
        end as seen_by
    from shaped
    where regexp_matches(concat_ws(' ', title_words, code_words), '(?:^| ){{ words_of(words) }}(?: |$)')
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    select
        product_id,
        arg_min(kind, (seen_by, kind)) as kind,
        min(seen_by) as seen_by
    from found
    where seen_by is not null
    group by product_id
),

-- a kind that would exclude a tenth of the products isn't applied: a shop of gift cards sells gift cards
ruled as (
    select
        counted.product_id,
        counted.kind,
        counted.seen_by
    from counted
    cross join settings
    where settings.find_non_products
    qualify
        count(*) over (partition by counted.kind) <= greatest(5, (select count(*) from ids) / 10)
),

final as (
    select
        ids.product_id,
        coalesce(ruled.kind, 'listed') as kind,
        case when listed.id is not null then 'the shop file' else ruled.seen_by end as seen_by
    from ids
    left join ruled on ids.product_id = ruled.product_id
    left join listed on listed.list = 'non_products' and ids.product_id = listed.id
    left join listed as restored on restored.list = 'real_products' and ids.product_id = restored.id
    where (ruled.product_id is not null and restored.id is null) or listed.id is not null
)

select * from final
