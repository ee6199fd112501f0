{#
  Which products a list may hold together. Reads the CTEs `ordered` (trial, fold, list_type, customer_key,
  product_key, score, recommender, place), `pins` and `newcomers` (the same with rank instead of place; of pins
  rule_key, of newcomers most_newcomers), `list_lengths` (list_length), and `matches` (what matched_by_rules makes). Goes through each list in turn: what is pinned, then
  newcomers, then candidates in their order; a product stays out where a cap is reached, or where one is in that
  isn't sold together with it. Ends in the CTE `admitted`, with `turn` from 1 on, `kind` (pin, newcomer,
  candidate) and `dropped_by`, the rule that keeps it out.
#}
{% macro admitted_by_rules() -%}
{%- set list = 'trial, fold, list_type, customer_key' -%}
dropped as (
    select distinct
        {{ list }},
        product_key
    from matches
    where is_dropped
),

-- a rule that drops a product wins over one that pins it; of two pins of a product the better rank counts
placed_first as (
    select
        pins.*,
        row_number() over (
            partition by pins.trial, pins.fold, pins.list_type, pins.customer_key, pins.product_key
            order by pins.rank, pins.rule_key
        ) as pin_number
    from pins
    anti join dropped on {{ same_list('pins', 'dropped') }} and pins.product_key = dropped.product_key
),

proposed as (
    select
        {{ list }},
        product_key,
        cast(null as double) as score,
        cast(null as varchar) as recommender,
        1 as kind_order,
        'pin' as kind,
        rank as place,
        rule_key
    from placed_first
    where pin_number = 1
    union all
    select
        {{ list }},
        newcomers.product_key,
        newcomers.score,
        'content' as recommender,
        2 as kind_order,
        'newcomer' as kind,
        newcomers.rank as place,
        null as rule_key
    from newcomers
    anti join dropped on {{ same_list('newcomers', 'dropped') }} and newcomers.product_key = dropped.product_key
    qualify row_number() over (partition by {{ list }} order by newcomers.rank) <= newcomers.most_newcomers
    union all
    select
        {{ list }},
        product_key,
        score,
        recommender,
        3 as kind_order,
        'candidate' as kind,
        place,
        null as rule_key
    from ordered
    -- in lists that no rule is about, nothing from further behind moves up
    where place <= (select list_length from list_lengths)
        or ({{ list }}) in (select ({{ list }}) from matches)
),

-- a pinned candidate keeps its score
once as (
    select
        {{ list }},
        product_key,
        max(score) as score,
        max(recommender) as recommender,
        arg_min(kind, kind_order) as kind,
        min(kind_order) as kind_order,
        arg_min(place, kind_order) as place,
        min(rule_key) as pinned_by
    from proposed
    group by {{ list }}, product_key
),

in_turn as (
    select
        *,
        row_number() over (
            partition by {{ list }} order by kind_order, place, coalesce(pinned_by, 0), product_key
        ) as turn
    from once
),

claims as (
    select
        {{ list }},
        product_key,
        list(struct_pack(
            token := hash(rule_key, case when action = 'cap' then coalesce(group_name, '') else cast(side as varchar) end),
            rival := hash(
                rule_key, case when action = 'cap' then coalesce(group_name, '') else cast(3 - side as varchar) end
            ),
            most := case when action = 'cap' then cast(value as integer) else 1 end,
            rule_key := rule_key
        ) order by rule_key, group_name) as claims
    from matches
    where action in ('cap', 'not_sold_together')
    group by {{ list }}, product_key
),

claiming_lists as (
    select
        in_turn.trial,
        in_turn.fold,
        in_turn.list_type,
        in_turn.customer_key,
        list(struct_pack(product_key := in_turn.product_key, claims := claims.claims) order by in_turn.turn) as products
    from in_turn
    inner join claims on {{ same_list('in_turn', 'claims') }} and in_turn.product_key = claims.product_key
    group by in_turn.trial, in_turn.fold, in_turn.list_type, in_turn.customer_key
),

kept_out as (
    select
        {{ list }},
        unnest(list_reduce(
            products,
            lambda state, product: list_transform(
                [list_filter(
                    product.claims,
                    lambda claim: len(list_filter(state.taken, lambda token: token = claim.rival)) >= claim.most
                )],
                lambda broken: struct_pack(
                    taken := case
                        when len(broken) > 0 then state.taken
                        else list_concat(state.taken, list_transform(product.claims, lambda claim: claim.token))
                    end,
                    dropped := case
                        when len(broken) = 0 then state.dropped
                        else list_append(
                            state.dropped,
                            struct_pack(product_key := product.product_key, rule_key := broken[1].rule_key)
                        )
                    end
                )
            )[1],
            struct_pack(
                taken := cast([] as ubigint[]),
                dropped := cast([] as struct(product_key integer, rule_key integer)[])
            )
        ).dropped, recursive := true)
    from claiming_lists
),

admitted as (
    select
        in_turn.*,
        kept_out.rule_key as dropped_by
    from in_turn
    left join kept_out on {{ same_list('in_turn', 'kept_out') }} and in_turn.product_key = kept_out.product_key
)
{%- endmacro %}
