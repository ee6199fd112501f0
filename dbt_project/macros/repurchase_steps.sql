{# Time since a customer last bought a product is counted in steps, so many of the usual interval. #}
{% macro repurchase_steps() %}{{ return(20) }}{% endmacro %}

{# After so many steps nobody is waited for: six usual intervals. #}
{% macro last_repurchase_step() %}{{ return(6 * repurchase_steps()) }}{% endmacro %}

{# Days after today within which a purchase is forecast, of a relation `pairs` with window_days. #}
{% macro repurchase_horizons() %}{{ return({'7_days': '7', '14_days': '14', 'window': 'pairs.window_days'}) }}{% endmacro %}

{# A customer's mean interval between purchases of a product, at least a day: two orders of a day are one errand. #}
{% macro own_interval(of='') -%}
greatest(({{ of }}days_since_first - {{ of }}days_since_last) / ({{ of }}orders - 1), 1)
{%- endmacro %}

{# At which step, with a fraction, the cumulative hazard of a curve's row reaches a value that lies within that row. #}
{% macro step_of_hazard(curve, hazard) -%}
{{ curve }}.step
    + greatest({{ hazard }} - {{ curve }}.cumulative_hazard, 0)
    / ({{ curve }}.next_cumulative_hazard - {{ curve }}.cumulative_hazard)
{%- endmacro %}

{# Cumulative hazard at a step with a fraction, of the curve's row that the step lies in. #}
{% macro hazard_at(curve, step) -%}
{{ curve }}.cumulative_hazard
    + ({{ step }} - {{ curve }}.step) * ({{ curve }}.next_cumulative_hazard - {{ curve }}.cumulative_hazard)
{%- endmacro %}

{# The day that is so many days, with a fraction, after an instant; before it, where they are negative. #}
{% macro day_of(instant, days) -%}
cast({{ instant }} + to_seconds(cast({{ days }} * 86400 as bigint)) as date)
{%- endmacro %}

{# The step of a pair after so many days, at most the end of the last. #}
{% macro step_ahead(pairs, days) -%}
least(
            {{ pairs }}.steps + {{ days }} / {{ pairs }}.usual_interval * {{ repurchase_steps() }},
            {{ last_repurchase_step() }} - 1e-9
        )
{%- endmacro %}

{# Probability that who still waits at a step has bought at a later one; each with the curve's row it lies in. #}
{% macro probability_between(curve, step, later_curve, later_step) -%}
round(1 - exp(({{ hazard_at(curve, step) }}) - ({{ hazard_at(later_curve, later_step) }})), 9)
{%- endmacro %}

{# Days of a pair until the step that a column of the curve's row says; null where that is. #}
{% macro days_until(position, curve, pairs) -%}
round(
        case
            when {{ curve }}.{{ position }} is not null
                then
                    greatest(
                        (
                            {{ curve }}.{{ position }}
                            + ({{ pairs }}.steps - {{ curve }}.step)
                            * ({{ curve }}.next_{{ position }} - {{ curve }}.{{ position }})
                        ) * {{ pairs }}.usual_interval / {{ repurchase_steps() }} - {{ pairs }}.days_since_last,
                        0
                    )
        end,
        6
    )
{%- endmacro %}
