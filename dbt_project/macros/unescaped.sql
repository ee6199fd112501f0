{#
  HTML's character references as characters: the names that occur in shops, and every number. What
  follows an '&' up to the next ';' is one of them, or stays as it is.
#}
{% macro unescaped(text) -%}
    concat(
        string_split({{ text }}, '&')[1],
        array_to_string(
            list_transform(
                string_split({{ text }}, '&')[2:],
                lambda part: case
                    when regexp_matches(part, '^#0*[1-9][0-9]{0,5};') then concat(
                        {{ character("regexp_extract(part, '^#([0-9]+);', 1)") }},
                        regexp_replace(part, '^#[0-9]+;', '')
                    )
                    when regexp_matches(part, '^#[xX]0*[1-9A-Fa-f][0-9A-Fa-f]{0,4};') then concat(
                        {{ character("concat('0x', regexp_extract(part, '^#[xX]([0-9A-Fa-f]+);', 1))") }},
                        regexp_replace(part, '^#[xX][0-9A-Fa-f]+;', '')
                    )
                    else coalesce(
                        element_at({{ named_characters() }}, regexp_extract(part, '^([A-Za-z]+[0-9]*);', 1))[1]
                        || regexp_replace(part, '^[A-Za-z0-9]+;', ''),
                        concat('&', part)
                    )
                end
            ),
            ''
        )
    )
{%- endmacro %}

{# The character of a code point; surrogates and numbers beyond Unicode become U+FFFD, as in HTML. #}
{% macro character(code) -%}
    chr(case
        when cast({{ code }} as integer) between 55296 and 57343 or cast({{ code }} as integer) > 1114111 then 65533
        else cast({{ code }} as integer)
    end)
{%- endmacro %}

{% macro named_characters() -%}
    {%- set characters = {
            'lt': "<", 'gt': ">", 'quot': "\"", 'apos': "''", 'nbsp': " ", 'copy': "©", 'reg': "®", 'trade': "™",
            'hellip': "…", 'ndash': "–", 'mdash': "—", 'lsquo': "‘", 'rsquo': "’", 'ldquo': "“", 'rdquo': "”",
            'laquo': "«", 'raquo': "»", 'bull': "•", 'middot': "·", 'deg': "°", 'times': "×", 'frac12': "½",
            'frac14': "¼", 'frac34': "¾", 'sup2': "²", 'sup3': "³", 'euro': "€", 'pound': "£", 'cent': "¢",
            'yen': "¥", 'auml': "ä", 'ouml': "ö", 'uuml': "ü", 'Auml': "Ä", 'Ouml': "Ö", 'Uuml': "Ü",
            'szlig': "ß", 'eacute': "é", 'Eacute': "É", 'egrave': "è", 'ecirc': "ê", 'agrave': "à",
            'aacute': "á", 'acirc': "â", 'atilde': "ã", 'iacute': "í", 'oacute': "ó", 'ocirc': "ô",
            'otilde': "õ", 'uacute': "ú", 'ntilde': "ñ", 'Ntilde': "Ñ", 'ccedil': "ç", 'Ccedil': "Ç",
            'aring': "å", 'Aring': "Å", 'aelig': "æ", 'oslash': "ø", 'iuml': "ï", 'ucirc': "û", 'amp': "&"
    } -%}
    map(['{{ characters.keys() | join("', '") }}'], ['{{ characters.values() | join("', '") }}'])
{%- endmacro %}
