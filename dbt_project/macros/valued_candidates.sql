{#
  Candidates of lists (columns `list`) in the order that an objective asks for: list_score, by which lists are made, and rank. Reads
  the CTEs champion_candidates (with boost, a factor of rules), scores (with probability), prices and products, and the relation `objectives`.
  What is known to be worth more comes first, behind it what nothing is known of, in the order of the recommender.
#}
{% macro valued_candidates(objectives, list='fold, list_type, customer_key') -%}
    select
        * replace (
            case
                when objective = 'probability' then rank
                else row_number() over (
                    partition by objective, {{ list }}
                    order by is_filler, list_score desc nulls last, rank
                )
            end as rank
        )
    from (
        select
            champion_candidates.*,
            objectives.objective,
            scores.probability * prices.price as expected_revenue,
            scores.probability * {{ unit_margin('prices.price', 'products') }} as expected_margin,
            case objectives.objective
                when 'revenue' then {{ boosted('expected_revenue', 'champion_candidates.boost') }}
                when 'margin' then {{ boosted('expected_margin', 'champion_candidates.boost') }}
                else {{ boosted('champion_candidates.score', 'champion_candidates.boost') }}
            end as list_score
        from champion_candidates
        cross join {{ objectives }} as objectives
        inner join products on champion_candidates.product_key = products.product_key
        left join scores
            on
                champion_candidates.fold = scores.fold
                and champion_candidates.customer_key = scores.customer_key
                and champion_candidates.product_key = scores.product_key
        left join prices
            on champion_candidates.fold = prices.fold and champion_candidates.product_key = prices.product_key
    )
{%- endmacro %}
