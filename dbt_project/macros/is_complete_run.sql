{#
  Whether this invocation of dbt builds every table. If it builds some of them, the others are of an earlier
  run, and it isn't recorded as a build, unless they are of the run that this one goes on from. If a table
  fails, the run ends before it is recorded.
#}
{% macro is_complete_run() -%}
    {%- set left_out = [] -%}
    {%- set finished = run_before().get('finished', []) -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.package_name == model.package_name
            and node.unique_id not in selected_resources
            and node.name not in finished -%}
            {%- do left_out.append(node.name) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ 'false' if left_out else 'true' }}
{%- endmacro %}
