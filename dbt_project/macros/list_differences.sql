{#
  How lists differ, by list_type. `places` is a relation of the places of lists in either of two builds, or runs:
  list_type, customer_id, rank_before and rank_after of one product, null where it wasn't, or isn't, in the list.
#}
{% macro list_differences(places) -%}
    select
        list_type,
        count(*) filter (where places_before > 0) as customers_before,
        count(*) filter (where places_after > 0) as customers_after,
        count(*) filter (where is_changed) as customers_changed,
        sum(places_kept) / nullif(sum(places_before), 0) as kept_share
    from (
        select
            list_type,
            customer_id,
            count(rank_before) as places_before,
            count(rank_after) as places_after,
            count(*) filter (where rank_before is not null and rank_after is not null) as places_kept,
            bool_or(rank_before is distinct from rank_after) as is_changed
        from {{ places }}
        group by list_type, customer_id
    ) as lists
    group by list_type
{%- endmacro %}
