{% set mapped = ['product_id'] + described_columns() + [
    'recommend_as', 'price', 'cost', 'margin', 'stock', 'available', 'excluded'
] %}

with

lines as (select * from {{ source('shop', 'products') }}),

-- lists of categories become categories, all else text
texts as (
    select
        {% for column in described_columns() %}
        {{ described_text(column, column) }} as {{ column }},
        {% endfor %}
        file,
        row_number,
        product_id,
        recommend_as,
        price,
        cost,
        margin,
        stock,
        available,
        excluded
    from lines
),

formats as (select * from {{ ref('stg_formats') }} where input = 'products'),

cast_lines as (
    select
        texts.file,
        texts.row_number,
        {{ clean_id('texts.product_id', 'formats.has_float_product_ids') }} as product_id,
        {% for column in described_columns() %}
        {{ clean_text('texts.' ~ column) }} as {{ column }},
        {% endfor %}
        {{ clean_id('texts.recommend_as', 'formats.has_float_recommend_as') }} as recommend_as,
        {{ clean_price('texts.price', 'formats.has_money_comma') }} as price,
        {{ is_empty('texts.price') }} as has_no_price,
        {{ clean_price('texts.cost', 'formats.has_money_comma') }} as cost, -- noqa: RF04
        {{ is_empty('texts.cost') }} as has_no_cost,
        {{ clean_share('texts.margin', 'formats.has_decimal_comma') }} as margin,
        {{ is_empty('texts.margin') }} as has_no_margin,
        {{ clean_quantity('texts.stock', 'formats.has_decimal_comma') }} as stock,
        {{ is_empty('texts.stock') }} as has_no_stock,
        {{ clean_boolean('texts.available') }} as available,
        {{ clean_boolean('texts.excluded') }} as excluded,
        to_json(struct_pack(
            {% for column in mapped %}
            {{ column }} := texts.{{ column }}{{ ',' if not loop.last }}
            {% endfor %}
        )) as row_json
    from texts
    left join formats on true
),

numbered as (
    select
        *,
        row_number() over (partition by product_id order by file, row_number) as line_number
    from cast_lines
),

judged as (
    select
        *,
        case
            when product_id is null then 'missing_product_id'
            when line_number > 1 then 'duplicate_product_id'
        end as reject_reason
    from numbered
)

select
    file,
    row_number,
    product_id,
    {% for column in described_columns() %}
    {{ column }},
    {% endfor %}
    recommend_as,
    case when price >= 0 then price end as price,
    not has_no_price and not coalesce(price >= 0, false) as is_price_unreadable,
    case when cost >= 0 then cost end as cost, -- noqa: RF04
    not has_no_cost and not coalesce(cost >= 0, false) as is_cost_unreadable,
    case when margin between -1 and 1 then margin end as margin,
    not has_no_margin and not coalesce(margin between -1 and 1, false) as is_margin_unreadable,
    -- more was sold than the books had: none is there
    case when stock is not null then greatest(stock, 0) end as stock,
    not has_no_stock and stock is null as is_stock_unreadable,
    -- whatever else the shop says: what isn't there can't be sold
    case when stock <= 0 then false else coalesce(available, stock > 0) end as is_available,
    coalesce(excluded, false) as is_excluded,
    reject_reason,
    case when reject_reason is not null then row_json end as row_json
from judged
