"""What sqlfluff sees of macros: rules as calls, the rest in full, loops twice."""

from scripts import sql_style
from scripts.sql_style.macros import environment, read_macros, return_


def test_macros_know_each_other_and_return_values(tmp_path):
    (tmp_path / "names.sql").write_text(
        "{% macro names() %}\n    {{ return(['tea', 'jam']) }}\n{% endmacro %}\n"
        "{% macro listed(prefix) -%}\n"
        "{% for name in names() %}{{ quoted(prefix ~ name) }}{{ ',' if not loop.last }}{% endfor %}"
        "\n{%- endmacro %}\n"
    )
    (tmp_path / "quoted.sql").write_text("{% macro quoted(name) -%} '{{ name }}' {%- endmacro %}")
    known = {"return": return_}
    known.update(read_macros(known, tmp_path))
    assert known["names"]() == ["tea", "jam"]
    rendered = environment.from_string("{{ listed('a ') }}", globals=known).render()
    assert rendered == "'a tea','a jam'"


def test_a_rule_renders_as_a_call_and_keeps_the_columns_it_reads():
    assert sql_style.clean_number("lines.price", "formats.comma", marks=["€"]) == (
        "clean_number(lines.price, formats.comma)"
    )


def test_parts_of_a_query_render_in_full():
    assert sql_style.exact_sum("price").startswith("cast(sum(cast(price as decimal(18, 12)))")
    assert "'popularity'" in str(sql_style.recommenders())


def test_a_loop_over_numbers_goes_round_twice():
    assert list(sql_style.range(16)) == [0, 1]
    assert list(sql_style.range(3, 4)) == [3]
