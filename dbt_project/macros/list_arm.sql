{#
  The arm whose lists a customer had of a run: `challenger` or `champion`; without a challenger everybody has the
  champion's. `runs` is a relation with the run's experiment and challenger_share.
#}
{% macro list_arm(runs, customer_id) -%}
    case
        when
            {{ runs }}.challenger_share > 0
            and {{ experiment_bucket(runs ~ '.experiment', customer_id) }} >= {{ challenger_from(runs ~ '.challenger_share') }}
            then 'challenger'
        else 'champion'
    end
{%- endmacro %}

{# Where the hash's share of the challenger begins; 1 - .3 is .7. #}
{% macro challenger_from(challenger_share) -%}
    round(cast(1 - {{ challenger_share }} as double), 9)
{%- endmacro %}
