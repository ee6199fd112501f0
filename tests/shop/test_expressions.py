"""An expression is one value of one row; whatever could do more is refused."""

import pytest

from recsys.shop.expressions import ExpressionError, check_expression

COLUMNS = ["c", "p", "In stock", "CustomerNo"]


@pytest.mark.parametrize(
    "expression",
    [
        *("c", "upper(c) || '-' || p", "c -- a comment", "c /* a comment */", '"In stock"', "'x'"),
        *("case when c = '1' then 2 end", "coalesce(c, p)", "c in ('a', 'b')", "not c", "-c::int"),
        *("try_cast(c as integer)", "strptime(c, '%d.%m.%Y')", "c::date + interval 1 day"),
        *("to_timestamp(c::bigint)", "epoch_ms(c::bigint)", "extract(year from c::date)"),
        *("list_transform(string_split(c, ','), lambda x: x || p)[1]", "[x for x in [1, 2]][1]"),
        *(
            "{'a': c}.a",
            "c.x.y",
            "c->>'$.a'",
            "c[1:3]",
            "map {'a': 1}['a']",
            "split_part(c, '/', 1)",
        ),
        *("regexp_replace(c, '^0+', '')", "trim(both 'x' from c)", "c similar to 'x'", "c ~ 'x'"),
        *("substring(c from 1 for 2)", "c at time zone 'UTC'", "nullif(c, '')", "if(c = '', p, c)"),
        *("round(c::double, 2)", "concat_ws(', ', c, p)", "list_sum([1, 2])", "c collate nocase"),
        *(
            "c is not null",
            "c is distinct from p",
            "c like '%x'",
            "c between 1 and 2",
            "try(c::int)",
        ),
    ],
)
def test_computing_is_legal(expression):
    check_expression(expression, COLUMNS)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("(select 1)", "a subquery"),
        ("exists (from p)", "a subquery"),
        ("c in (select 1)", "a subquery"),
        ("array(select 1)", "a subquery"),
        ("list_transform([1], lambda x: (select 1))", "a subquery"),
        ("row_number() over ()", "a window function"),
        ("lag(c) over (order by p)", "a window function"),
        ("max(c)", r"max\(\), which is over many rows"),
        ("sum(c) filter (where true)", "over many rows"),
        ("string_agg(c, ',' order by p)", "over many rows"),
        ("unnest([1, 2])", r"unnest\(\)"),
        ("*", "a star"),
        ("columns(*)", "a star"),
        ("$1", "a parameter"),
        ("?", "a parameter"),
        ("#1", "a column's position"),
        ("default", "DEFAULT"),
        ("getenv('HOME')", r"getenv\(\)"),
        ("getvariable('x')", r"getvariable\(\), which doesn't compute"),
        ("current_setting('temp_directory')", r"current_setting\(\)"),
        ("read_text('/etc/passwd')", r"read_text\(\)"),
        ("read_csv('x')", r"read_csv\(\)"),
        ("glob('*')", r"glob\(\)"),
        ("query('select 1')", r"query\(\)"),
        ("query_table('x')", r"query_table\(\)"),
        ("json_execute_serialized_sql('x')", "json_execute"),
        ("nextval('s')", r"nextval\(\)"),
        ("random()", r"random\(\)"),
        ("uuid()", r"uuid\(\)"),
        ("now()", r"now\(\)"),
        ("write_log('x')", r"write_log\(\)"),
        ("pg_sleep(60)", r"pg_sleep\(\)"),
        ("sleep_ms(60)", r"sleep_ms\(\)"),
        ("error('x')", r"error\(\)"),
        ("current_date", "no column 'current_date'"),
        ("current_user", "no column 'current_user'"),
        ("list_transform([1], lambda x: getenv('A'))", "getenv"),
        ("list_transform([1], lambda x: x + y)", "no column 'y'"),
        ("main.upper(c)", r"upper\(\)"),
        ("x.c", "no column 'x'"),
        ("CustomerN", r"no column 'CustomerN'; did you mean 'CustomerNo'\? \(legal: CustomerNo, I"),
        ("no_such(c)", "which DuckDB doesn't know"),
        ("c) from x; drop table y; --", "syntax error"),
        ("c); drop table y; select (c", "it holds another statement|syntax error"),
        ("c), (p", "more than one expression"),
        ("c) as x, (p", "more than one expression"),
        ("c) from range(9) where (true", "more than one expression|syntax error"),
        ("1) union (select 2", "more than one expression"),
        ("c) order by (p", "more than one expression"),
        ("c) limit (1", "more than one expression"),
        ("c as x", "syntax error"),
        ("c; drop table x", "syntax error"),
        ("c) --", "syntax error"),
        ("c /*", "unterminated"),
        ("'c", "unterminated"),
        ("$$c", "syntax error"),
        ("c \0", "NUL"),
        ("", "empty"),
        ("-- nothing", "it is empty"),
        ("install httpfs", "syntax error"),
        ("pragma version", "syntax error"),
    ],
)
def test_all_else_is_refused(expression, says):
    with pytest.raises(ExpressionError, match=says):
        check_expression(expression, COLUMNS)


def test_a_column_may_be_called_like_a_function_of_the_clock():
    check_expression("current_date || today", ["current_date", "today"])
