{#
  Whether this build serves on with what an earlier one fitted (setting `refit_after_days`): `recsys build` says so.
  Models tagged `fitted` aren't built then, and what they know of past folds stays.
#}
{% macro refreshes() %}
{{ return(run_before().get('refreshes', false)) }}
{%- endmacro %}

{# Whether rows of a fold are made: all are, but in a refresh those of today only. #}
{% macro is_made(fold) -%}
{{ fold ~ " = 'serving'" if refreshes() else 'true' }}
{%- endmacro %}

{#
  What a refresh adds to a model's rows of today: the rows of past folds, as the build that fitted left them in the
  model's own table. Nothing in other builds.
#}
{% macro and_past_rows() -%}
{%- if refreshes() -%}
union all by name
select * from {{ this }} where fold <> 'serving'
{%- endif -%}
{%- endmacro %}

{# How the message begins that ends a refresh because another fit is due; `recsys build` looks for it. #}
{% macro refit_mark() %}
{{ return('fit anew: ') }}
{%- endmacro %}
