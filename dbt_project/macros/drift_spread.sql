{#
  How far a measure may be from what is expected by chance, on its scale: what it was in earlier runs, and never less
  than what the number of things counted explains, nor than what nobody would call a change. While there are few
  earlier runs, an alarm takes what is large on any scale: half or double of a total, a tenth or tenfold of what a
  week has, Cohen's h of 0.8 of a share.
#}
{% macro drift_spread() -%}
    greatest(
        case when is_early then 0 else spread end,
        coalesce(case scale
            when 'count' then case
                when is_total then 0.02
                else greatest(0.05, 1 / sqrt(greatest(exp(expected_place), 1)))
            end
            when 'share' then greatest(0.02, 0.5 / sqrt(greatest(items, 1)))
            when 'days' then greatest(0.5, 0.05 * expected_place)
            when 'distance' then greatest(0.05, noise)
            when 'ratio' then greatest(0.05, noise)
            -- so that `watch` begins where the interval of the metric ends
            else greatest(noise / drift_watch, 1e-6)
        end, 1e-6),
        case
            when not is_early then 0
            when scale = 'count' and is_total then ln(2) / drift_alarm
            when scale = 'count' then ln(10) / drift_alarm
            when scale = 'share' then 0.4 / drift_alarm
            when scale = 'days' then greatest(2, 0.2 * expected_place)
            when scale = 'ratio' then ln(2) / drift_alarm
            else 0
        end
    )
{%- endmacro %}
