{#
  Candidates of lists as rules leave them, in their order. Reads the CTEs `ranking` (trial, fold, list_type,
  customer_key, product_key, score, is_new, recommender, rank: all candidates), `matches` (what matched_by_rules
  makes), `variants` (product_key, variant_key) and `list_lengths` (list_length). Ends in the CTE `obeying`: the
  first candidates up to `depth`, beside them those that a rule reserves places for, and products above a cap
  that would be among them.
#}
{% macro obeying_candidates(depth) -%}
{%- set list = 'trial, fold, list_type, customer_key' -%}
effects as (
    select
        {{ list }},
        product_key,
        bool_or(is_dropped) as is_dropped,
        -- rounded, so that the order in which factors are multiplied changes nothing
        round(product(case action when 'boost' then value when 'bury' then 1 / value else 1 end), 9) as boost
    from matches
    group by {{ list }}, product_key
),

matched_counts as (
    select
        {{ list }},
        count(*) as products
    from effects
    group by {{ list }}
),

-- so many products may go before one that no rule is about is among the first
weighed as (
    select
        ranking.*,
        coalesce(effects.boost, 1) as boost
    from ranking
    left join matched_counts on {{ same_list('ranking', 'matched_counts') }}
    left join effects
        on
            {{ same_list('ranking', 'effects') }}
            and ranking.product_key = effects.product_key
    where
        not coalesce(effects.is_dropped, false)
        and (ranking.rank <= {{ depth }} + coalesce(matched_counts.products, 0) or effects.product_key is not null)
),

weighed_in_order as (
    select
        * replace (
            row_number() over (partition by {{ list }} order by {{ boosted('score', 'boost') }} desc, rank asc) as rank
        )
    from weighed
),

-- places within caps and reserved shares
places as (
    select
        {{ list }},
        product_key,
        action = 'cap' and row_number() over (
            partition by {{ list }}, rule_key, group_name order by is_repeat, rank
        ) > value as is_beyond_cap,
        action = 'reserve' and row_number() over (
            partition by {{ list }}, rule_key order by is_repeat, rank
        ) <= ceil(value * list_length) as is_reserved
    from (
        select
            matches.*,
            weighed_in_order.rank,
            list_lengths.list_length,
            row_number() over (
                partition by
                    matches.trial, matches.fold, matches.list_type, matches.customer_key, matches.rule_key,
                    matches.group_name, variants.variant_key
                order by weighed_in_order.rank
            ) > 1 as is_repeat
        from matches
        inner join weighed_in_order
            on
                {{ same_list('matches', 'weighed_in_order') }}
                and matches.product_key = weighed_in_order.product_key
        inner join variants on matches.product_key = variants.product_key
        cross join list_lengths
        where matches.action in ('cap', 'reserve')
    ) as placed
),

limited as (
    select
        {{ list }},
        product_key,
        bool_or(is_beyond_cap) as is_beyond_cap,
        bool_or(is_reserved) as is_reserved
    from places
    group by {{ list }}, product_key
),

counted as (
    select
        weighed_in_order.*,
        coalesce(limited.is_beyond_cap, false) as is_beyond_cap,
        coalesce(limited.is_reserved, false) as is_reserved,
        -- products above a cap take no other's place
        row_number() over (
            partition by
                weighed_in_order.trial, weighed_in_order.fold, weighed_in_order.list_type,
                weighed_in_order.customer_key, coalesce(limited.is_beyond_cap, false)
            order by weighed_in_order.rank
        ) as place
    from weighed_in_order
    left join limited
        on
            {{ same_list('weighed_in_order', 'limited') }}
            and weighed_in_order.product_key = limited.product_key
),

obeying as (
    select
        {{ list }},
        product_key,
        recommender,
        score,
        boost,
        is_new,
        is_beyond_cap,
        row_number() over (partition by {{ list }} order by rank) as rank
    from counted
    where case when is_beyond_cap then rank else place end <= {{ depth }} or is_reserved
)
{%- endmacro %}

{# A score times a factor; one below zero is raised by dividing. #}
{% macro boosted(score, boost) -%}
    {{ score }} * power({{ boost }}, sign({{ score }}))
{%- endmacro %}

{# Whether rows of two relations are of one list. #}
{% macro same_list(one, other) -%}
    {{ one }}.trial = {{ other }}.trial
            and {{ one }}.fold = {{ other }}.fold
            and {{ one }}.list_type = {{ other }}.list_type
            and {{ one }}.customer_key = {{ other }}.customer_key
{%- endmacro %}
