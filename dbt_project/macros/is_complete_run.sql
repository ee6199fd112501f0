{#
  Whether this invocation of dbt builds every table. If it builds some of them, the others are of an earlier
  run, and it isn't recorded as a build. If a table fails, the run ends before it is recorded.
#}
{% macro is_complete_run() -%}
    {%- set left_out = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.package_name == model.package_name
            and node.unique_id not in selected_resources -%}
            {%- do left_out.append(node.name) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ 'false' if left_out else 'true' }}
{%- endmacro %}
