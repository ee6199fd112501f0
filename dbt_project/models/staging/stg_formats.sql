{# Per input: the columns of times and of ids; what a file's programs wrote is seen from all columns. #}
{% set inputs = {
    'purchases': ['purchased_at', ['customer_id', 'product_id', 'order_id', 'store_id', 'recommend_as']],
    'ratings': ['rated_at', ['customer_id', 'product_id', 'recommend_as']],
    'products': [none, ['product_id', 'recommend_as']],
    'customers': [none, ['customer_id', 'merged_into']],
    'stores': [none, ['store_id']],
    'exposures': ['shown_at', ['customer_id', 'product_id']],
} %}

with

settings as (select * from {{ ref('stg_settings') }}),

mapped_columns as (select * from {{ source('shop', 'mapped_columns') }}),

currencies as (
    select
        trim(cast(currency as varchar)) as currency,
        count(*) as lines
    from {{ source('shop', 'purchases') }}
    where not {{ is_blank('currency') }}
    group by trim(cast(currency as varchar))
),

currency_columns as (
    select expression
    from mapped_columns
    where input = 'purchases' and column_name = 'currency'
),

-- prices in several currencies can't be added up: the shop file must say which lines are meant
currency_error as (
    select
        concat(
            'purchases.currency: prices in ', count(*), ' currencies: ',
            string_agg(concat(currency, ' (', lines, ' lines)'), ', ' order by lines desc, currency asc),
            '; keep one, with a line under purchases: such as   where: ',
            replace(
                (
                    select
                        -- a column's name of several words has to be quoted in SQL, and that in YAML
                        case
                            when regexp_full_match(currency_columns.expression, '\w+([ -]\w+)+')
                                then concat('''"', currency_columns.expression, '" = ''''?''''''')
                            else concat('"', currency_columns.expression, ' = ''?''"')
                        end
                    from currency_columns
                ),
                '?', arg_min(currency, (-lines, currency))
            )
        ) as message
    from currencies
    having count(*) > 1
),

evidence as (
    {% for input, columns in inputs.items() %}
    select
        {{ number_evidence(number_columns(input), money_columns(input)) }},
        {% for order in ['dmy', 'mdy', ''] %}
        {% if columns[0] %}
        count(*) filter (where {{ shows_date_order(columns[0], order) }})
        {% else %}
        0
        {% endif %} as {{ (order or 'day_or_month') }}_dates,
        {% endfor %}
        {{ 'count(' ~ columns[0] ~ ')' if columns[0] else 0 }} as times,
        {% for column in ['customer_id', 'product_id', 'order_id', 'store_id', 'recommend_as', 'merged_into'] %}
        {% if column in columns[1] %}
        {{ has_float_ids(column) }}
        {% else %}
        false
        {% endif %} as has_float_{{ column ~ 's' if column.endswith('_id') else column }},
        {% endfor %}
        {% if input == 'purchases' %}
        histogram(purchases.file) as lines_of_files,
        -- where every line is of one unit, the next unit is another line
        coalesce(bool_or(not {{ is_empty('purchases.quantity') }} and not regexp_full_match(
            trim(cast(purchases.quantity as varchar)), '[-+(]?0*1([.,]0*)?[-)]?'
        )), false)
        {% else %}
        null as lines_of_files,
        false
        {% endif %} as counts_units,
        '{{ input }}' as input
    from {{ source('shop', input) }} as {{ input }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

decided as (
    select
        evidence.*,
        {{ decides_decimal_comma('settings.decimal_separator') }} as has_decimal_comma,
        {{ decides_money_comma(
            'settings.decimal_separator', "(select string_agg(currencies.currency, ' ') from currencies)"
        ) }} as has_money_comma,
        {{ decides_date_order('settings.date_order') }} as date_order
    from evidence
    cross join settings
    left join currency_error on true
    where currency_error.message is null or {{ raised('currency_error.message') }} is null
)

select
    * replace (
        case
            when date_order is not null or (day_or_month_dates + dmy_dates + mdy_dates) * 2 <= times then date_order
            else cast({{ raised(
                "concat("
                ~ "input, case input when 'ratings' then '.rated_at' when 'exposures' then '.shown_at' else '.purchased_at' end, "
                ~ "': dates such as 03/04/2024 can be day/month/year or month/day/year, and ', "
                ~ "case when dmy_dates + mdy_dates > 0 then 'others show both orders' else 'no other date shows which' end, "
                ~ "'; set date_order to dmy or mdy (under settings: in the shop file)')"
            ) }} as varchar)
        end as date_order
    )
from decided
