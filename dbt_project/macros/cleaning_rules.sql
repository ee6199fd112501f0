{#
  The rules of docs/cleaning.md: input, name, setting that switches it (or the shop file's key), what
  it does to a line, and the condition on the input's lines, as models/marts/operations/cleaning_report.sql
  names them.
#}
{% macro cleaning_rules() %}
    {%- set rules = [
        ['purchases', 'returned_line', 'is_return', 'flagged', 'is_return'],
        ['purchases', 'cancelled_order', 'is_return', 'flagged', 'is_cancelled'],
        ['purchases', 'stock_movement', none, 'flagged',
            'is_return and customer_id is null and not is_guest and coalesce(amount, 0) = 0 and unit_price = 0'],
        ['purchases', 'anonymous_line', none, 'flagged', 'customer_id is null'],
        ['purchases', 'guest_line', 'guest_ids', 'changed', 'is_guest'],
        ['purchases', 'repeated_line', 'duplicate_lines', 'kept', 'is_repeated'],
        ['purchases', 'alike_line', 'duplicate_lines', 'kept', 'is_alike'],
        ['purchases', 'unreadable_discount', 'decimal_separator', 'flagged', 'is_discount_unreadable'],
        ['purchases', 'negative_discount', none, 'changed', 'is_discount_negative'],
        ['purchases', 'large_discount', none, 'flagged', 'not is_return and discount > amount'],
        ['purchases', 'zero_price', none, 'flagged', 'amount = 0'],
        ['purchases', 'non_product', 'find_non_products', 'flagged', 'non_product_kind is not null'],
        ['purchases', 'case_variant', 'merge_case_variants', 'changed', "parent_rule = 'case_variant'"],
        ['purchases', 'counted_as_parent', 'recommend_as', 'changed', "parent_rule = 'recommend_as'"],
        ['purchases', 'merged_customer', 'merged_into', 'changed', 'merged_into is not null'],
        ['purchases', 'outlier_quantity', 'outlier_quantity_factor', 'changed', 'quantity > largest_quantity'],
        ['purchases', 'unusual_customer', 'unusual_customers', 'flagged', 'unusual_kind is not null'],
    ] -%}
    {{ return(rules) }}
{% endmacro %}

{# Why lines of an input are rejected, in the order in which it is looked for, and the setting behind it. #}
{% macro reject_reasons(input) %}
    {%- set of_any = {
        'too_few_fields': none, 'too_many_fields': none, 'unclosed_quote': none, 'bad_quotes': none,
        'bad_encoding': none, 'line_too_long': none, 'bad_json': none,
    } -%}
    {%- set of_input = {
        'purchases': {
            'forgotten': none, 'missing_product_id': none, 'missing_purchased_at': none, 'unreadable_purchased_at': 'date_order',
            'ambiguous_purchased_at': 'date_order', 'implausible_purchased_at': 'earliest_day', 'after_as_of': 'as_of', 'in_the_future': none,
            'unreadable_quantity': 'decimal_separator', 'zero_quantity': none, 'unreadable_price': 'decimal_separator',
            'negative_price': none, 'duplicate_line': 'duplicate_lines',
        },
        'ratings': {
            'forgotten': none, 'missing_customer_id': none, 'guest_rating': 'guest_ids', 'missing_product_id': none,
            'missing_rating': none, 'unreadable_rating': 'decimal_separator', 'rating_off_scale': 'rating_min, rating_max',
            'unreadable_rated_at': 'date_order', 'ambiguous_rated_at': 'date_order', 'implausible_rated_at': 'earliest_day', 'in_the_future': none,
            'after_as_of': 'as_of', 'superseded_rating': none,
        },
        'products': {'missing_product_id': none, 'duplicate_product_id': none},
        'customers': {'forgotten': none, 'missing_customer_id': none, 'guest_customer': 'guest_ids', 'duplicate_customer_id': none},
        'stores': {'missing_store_id': none, 'duplicate_store_id': none},
        'promotions': {
            'missing_product_id': none, 'missing_starts': none, 'unreadable_starts': 'date_order', 'unreadable_ends': 'date_order',
            'implausible_starts': 'earliest_day', 'ends_before_it_starts': none, 'unreadable_planned_at': 'date_order',
            'unreadable_discount': 'decimal_separator',
        },
        'assortment': {
            'missing_product_id': none, 'unreadable_starts': 'date_order', 'unreadable_ends': 'date_order',
            'ends_before_it_starts': none,
        },
        'exposures': {
            'forgotten': none, 'missing_customer_id': none, 'guest_exposure': 'guest_ids', 'missing_product_id': none,
            'unknown_list_type': none, 'missing_shown_at': none, 'unreadable_shown_at': 'date_order', 'ambiguous_shown_at': 'date_order',
            'implausible_shown_at': 'earliest_day', 'in_the_future': none, 'after_as_of': 'as_of',
            'unreadable_clicked_at': 'date_order', 'ambiguous_clicked_at': 'date_order', 'clicked_before_shown': none,
            'clicked_in_the_future': none, 'duplicate_exposure': none,
        },
    }[input] -%}
    {%- do of_any.update(of_input) -%}
    {{ return(of_any) }}
{% endmacro %}

{# All rules with their place in the report, as a query. #}
{% macro listed_rules() -%}
    {%- set rules = [] -%}
    {%- for input in inputs() -%}
        {%- for reason, setting in reject_reasons(input).items() -%}
            {%- do rules.append([input, reason, setting, 'rejected']) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for input, rule, setting, effect, condition in cleaning_rules() -%}
        {%- do rules.append([input, rule, setting, effect]) -%}
    {%- endfor -%}
    {%- for input in ['purchases', 'ratings', 'products'] -%}
        {%- do rules.append([input, 'decimal_comma', 'decimal_separator', 'changed']) -%}
    {%- endfor -%}
    {%- for input in ['purchases', 'ratings', 'exposures'] -%}
        {%- do rules.append([input, 'written_date', 'date_order', 'changed']) -%}
    {%- endfor -%}
    {%- do rules.append(['products', 'several_titles', none, 'kept']) -%}
    {%- for column in ['list_price', 'cost', 'margin', 'stock'] -%}
        {%- do rules.append(['products', 'unreadable_' ~ column, 'decimal_separator', 'flagged']) -%}
    {%- endfor -%}
    {%- for what in ['customer', 'product'] -%}
        {%- do rules.append(['exposures', 'of_unknown_' ~ what, none, 'flagged']) -%}
    {%- endfor -%}
    {%- for what in ['product', 'store'] -%}
        {%- do rules.append(['assortment', 'of_unknown_' ~ what, none, 'flagged']) -%}
    {%- endfor -%}
    {%- for source, rule, setting, effect in rules %}
    select
        '{{ source }}' as source,
        '{{ rule }}' as rule_name,
        '{{ setting or '' }}' as setting,
        '{{ effect }}' as effect,
        {{ loop.index }} as place
    {{ 'union all' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# For each rule of lines: how many lines it applies to, with and without rejected ones, and the first of them. #}
{% macro counted_rules() -%}
    [
        {%- for input, rule, setting, effect, condition in cleaning_rules() %}
        {
            'rule_name': '{{ rule }}',
            'rows': count(*) filter (where reject_reason is null and {{ condition }}),
            'read_rows': count(*) filter (where {{ condition }}),
            -- the first of the counted lines, else of the rejected ones
            'row_number': coalesce(
                min(row_number) filter (where reject_reason is null and {{ condition }}),
                min(row_number) filter (where {{ condition }})
            ),
            'file': coalesce(
                arg_min(file, row_number) filter (where reject_reason is null and {{ condition }}),
                arg_min(file, row_number) filter (where {{ condition }})
            )
        }{{ ',' if not loop.last }}
        {%- endfor %}
    ]
{%- endmacro %}
