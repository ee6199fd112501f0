{% set segment = "case when promoted.product_key is not null then 'promoted' else 'not_promoted' end" %}
{% set joined %}
    inner join known on held_out.fold = known.fold
    left join promoted
        on
            held_out.fold = promoted.fold
            and held_out.customer_key = promoted.customer_key
            and held_out.product_key = promoted.product_key
{% endset %}

with

promoted as (select * from {{ ref('int_promoted_labels') }}),

-- label windows of which promotions are known
known as (select distinct fold from promoted),

{{ recall_by_segment('promotion', segment, joined) }}

select * from found
