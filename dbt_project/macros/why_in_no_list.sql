{#
  Why a product that may be recommended is in no list today, null if it is in one. `placements` is a relation
  like int_served_placements, null where nobody proposes the product.
#}
{% macro why_in_no_list(placements, customers) -%}
case
                when {{ placements }}.listed_customers > 0 then null
                when {{ customers }} = 0 then 'in no list: the purchases name no customers'
                when not coalesce({{ placements }}.is_proposed, false) then 'in no list: no recommender proposes it'
                when {{ placements }}.closest is null and {{ placements }}.dropped_by_rule is not null
                    then concat('in no list: left out by the rule ', {{ placements }}.dropped_by_rule)
                when {{ placements }}.closest is null
                    then 'in no list: proposed, but never among the first candidates of a list'
                when {{ placements }}.closest['dropped_by'] = 'not_sold_at_stores'
                    then 'in no list: not sold at the stores of customers it is proposed to'
                when {{ placements }}.closest['dropped_by'] = 'list_length'
                    then 'in no list: other products come first'
                when {{ placements }}.closest['dropped_by'] = 'variants'
                    then 'in no list: a variant of it is listed instead'
                else concat('in no list: left out by ', {{ placements }}.closest['dropped_by'])
            end
{%- endmacro %}
