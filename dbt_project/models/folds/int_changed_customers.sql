-- whose lists are made from their own lines of today; those of others are what was fitted. Who is new is among them
with

customers as (select * from {{ ref('int_customers') }}),

changed_lines as (select * from {{ ref('int_changed_lines') }})

select customers.customer_key
from customers
semi join changed_lines on customers.customer_id = changed_lines.customer_id
