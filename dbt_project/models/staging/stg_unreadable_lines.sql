with

lines as (select * from {{ source('shop', 'unreadable_lines') }}),

texts as (
    select
        file,
        row_number,
        concat(row_json ->> 'text', ' ', row_json ->> 'problem') as line_text
    from lines
),

-- what can't be read may name a customer all the same, between two of the signs that part fields or words
words as (
    select
        file,
        row_number,
        unnest(list_concat(
            regexp_split_to_array(line_text, '[][{}:,;|="''\\\t\n\r]+'),
            regexp_split_to_array(line_text, '[][{}:,;|="''\\\s]+')
        )) as word
    from texts
),

naming as (
    select distinct
        file,
        row_number
    from words
    where {{ is_forgotten(clean_id('word')) }}
)

select
    lines.source,
    lines.file,
    lines.row_number,
    lines.reason as reject_reason,
    case when naming.file is null then lines.row_json else '{}' end as row_json
from lines
left join naming on lines.file = naming.file and lines.row_number = naming.row_number
