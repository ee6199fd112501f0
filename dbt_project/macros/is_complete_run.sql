{#
  Whether this invocation of dbt builds every table: what builds some of them is no build, for the others
  are of another one. A table that fails ends the run before it is written down.
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
