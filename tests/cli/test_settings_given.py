"""Values of `--set`: as YAML reads them, and text as it stands."""

from datetime import date

import pytest
import typer

from recsys.cli.build import variables_of


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("list_length=5", 5),
        ("diversity=.5", 0.5),
        ("keep_working_tables=true", True),
        ("as_of=2024-01-02", date(2024, 1, 2)),
        ("language=de", "de"),
        ("timezone=", None),
        ("timezone=~", None),
        # 83, 1000, 90 and true to YAML
        ("audit_customer_ids=00123", "00123"),
        ("audit_customer_ids=1_000", "1_000"),
        ("audit_customer_ids=1:30", "1:30"),
        ("audit_customer_ids=yes", "yes"),
        ("audit_customer_ids=1, 2", "1, 2"),
        ('audit_customer_ids="1"', "1"),
        ("audit_customer_ids=a=b", "a=b"),
        ("content_field_weights=title: 2, brand: 0", "title: 2, brand: 0"),
    ],
)
def test_a_value_is_what_its_setting_takes(given, value):
    [found] = variables_of([given]).values()
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("given", ["list_length", "=5", "as_of=2024-02-30", "list_length=[1"])
def test_what_can_t_be_read_is_refused(given):
    with pytest.raises(typer.BadParameter):
        variables_of([given])
