{# What re-ranking looks at in a candidate, beside its score. #}
{% macro described_candidate(candidates, products) -%}
        coalesce({{ products }}.category, {{ products }}.department) as category,
        {{ products }}.brand,
        -- chance that is the same in every run
        md5_number_lower(concat_ws('-', {{ candidates }}.customer_key, {{ candidates }}.product_key)) as exploration
{%- endmacro %}

{# Last places of a list of new products that are left to chance. #}
{% macro explored_places(settings, candidates) -%}
case
            when {{ candidates }}.list_type = 'discover'
                then cast(floor({{ settings }}.explore_share * {{ settings }}.list_length) as integer)
            else 0
        end as explored_places
{%- endmacro %}

{# Candidates as `reranked` reads them, by the settings in force. Reads the CTEs valued, products, variants and settings. #}
{% macro candidates_to_rerank() -%}
select
    valued.*,
    variants.variant_key,
    {{ described_candidate('valued', 'products') }},
    settings.diversity,
    settings.max_per_category,
    settings.max_per_brand,
    {{ explored_places('settings', 'valued') }},
    settings.list_length
from valued
inner join products on valued.product_key = products.product_key
inner join variants on valued.product_key = variants.product_key
cross join settings
{%- endmacro %}
