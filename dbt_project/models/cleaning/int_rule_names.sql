with

rules as (select * from {{ ref('stg_rules') }}),

known_names as (select * from {{ ref('int_known_names') }}),

cells as (
    {% for column, kind in rule_names().items() %}
    select
        rule_key,
        '{{ column }}' as column_name,
        lower({{ kind }}) as kind,
        {{ column }} as cell
    from rules
    where {{ column }} is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- a name that has the sign in it is one name
split as (
    select
        cells.rule_key,
        cells.column_name,
        cells.kind,
        unnest(
            case when known_names.name is null then string_split(cells.cell, '|') else [cells.cell] end
        ) as name
    from cells
    left join known_names
        on cells.kind = known_names.kind and {{ rule_match_key('cells.kind', 'cells.cell') }} = known_names.match_key
),

trimmed as (
    select distinct
        rule_key,
        column_name,
        kind,
        trim(name) as name
    from split
    where trim(name) <> ''
)

select
    *,
    {{ rule_match_key('kind', 'name') }} as match_key
from trimmed
