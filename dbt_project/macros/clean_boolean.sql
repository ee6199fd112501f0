{#
  Yes or no, in the words and numbers of several languages and systems; null if it says neither.
  Numbers are counts: more than none is yes.
#}
{% macro clean_boolean(column) -%}
    {%- set text = "lower(trim(cast(" ~ column ~ " as varchar), " ~ blanks() ~ "))" -%}
    case
        when typeof({{ column }}) = 'BOOLEAN' then try_cast({{ column }} as boolean)
        when {{ is_blank(column) }} then null
        when try_cast({{ column }} as double) is not null then try_cast({{ column }} as double) > 0
        when {{ text }} in (
            'true', 't', 'yes', 'y', 'x', 'on', 'ja', 'j', 'sí', 'si', 's', 'sim', 'oui', 'o', 'tak', 'verdadero',
            'wahr', 'vrai', 'vero', 'waar', 'in stock', 'instock', 'in_stock', 'available', 'active', 'enabled',
            'onbackorder', 'preorder', 'auf lager', 'lieferbar', 'verfügbar', 'aktiv', 'en stock', 'disponible',
            'disponibile', 'activo', 'actif', 'attivo', 'op voorraad', 'leverbaar', 'disponível', 'ativo', 'dostępny'
        ) then true
        when {{ text }} in (
            'false', 'f', 'no', 'n', 'off', 'nein', 'não', 'nao', 'non', 'nee', 'nie', 'falso', 'falsch', 'faux',
            'onwaar', 'out of stock', 'outofstock', 'out_of_stock', 'sold out', 'soldout', 'unavailable',
            'discontinued', 'inactive', 'disabled', 'draft', 'archived', 'ausverkauft', 'nicht verfügbar',
            'nicht lieferbar', 'inaktiv', 'agotado', 'sin stock', 'no disponible', 'inactivo', 'épuisé',
            'indisponible', 'inactif', 'esaurito', 'non disponibile', 'uitverkocht', 'esgotado', 'niedostępny'
        ) then false
    end
{%- endmacro %}
