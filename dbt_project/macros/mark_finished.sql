{#
  The hook that ends each model of a whole `recsys build`: in one transaction with the model's rows it is written
  down that they are made. A build that is killed goes on from there. Plain dbt writes nothing.
#}
{% macro mark_finished() -%}
    {%- if execute and env_var('RECSYS_RUN', '') -%}
        insert into main.recsys_finished_models values ('{{ model.unique_id }}')
    {%- endif -%}
{%- endmacro %}
