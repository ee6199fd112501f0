with

attributes as (select * from {{ ref('int_customer_attributes') }})

select
    customer_id,
    attribute,
    value
from attributes
order by customer_id, attribute
