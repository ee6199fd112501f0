"""What `notify:` of a shop file may say, and what is said of what it may not."""

import duckdb
import pytest

from recsys.errors import ShopFileError
from recsys.shop import attach_shop, load_shop
from recsys.storage.names import quoted

SHOP = """
name: corner
purchases:
  path: orders.csv
  columns: {customer_id: c, product_id: p, purchased_at: t}
notify:
"""


@pytest.fixture
def load(tmp_path):
    def load(entry: str):
        file = tmp_path / "shop.yml"
        file.write_text(f"{SHOP}  - {entry}\n", encoding="utf-8")
        return load_shop(file).notify

    return load


def test_a_command_and_its_words(load):
    [one] = load("{events: [drift, build_failed], command: 'mail -s \"two words\" ops'}")
    assert one.events == ["drift", "build_failed"]
    assert one.command == ["mail", "-s", "two words", "ops"]
    assert one.timeout_seconds == 10


def test_one_event_needs_no_list(load):
    [one] = load("{events: drift, webhook: 'https://example.org/x', timeout_seconds: 3}")
    assert (one.events, one.timeout_seconds) == (["drift"], 3)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{events: [soon], command: mail}", "quality_fell"),
        ("{events: [], command: mail}", "notify.0.events"),
        ("{events: drift}", "write either command or webhook"),
        ("{events: drift, command: mail, webhook: 'https://x.org'}", "either command or webhook"),
        ('{events: drift, command: "mail \'x"}', "can't be split into words"),
        ("{events: drift, command: []}", "is empty: name a program"),
        ("{events: drift, command: ''}", "is empty: name a program"),
        ("{events: drift, webhook: 'file:///etc/passwd'}", "begin it with https://"),
        ("{events: drift, webhook: 'https://[bad/x'}", "begin it with https://"),
        ("{events: drift, webhook: 'https://exa mple.org'}", "begin it with https://"),
        ("{events: drift, webhook: 'https:///x'}", "begin it with https://"),
        ("{events: drift, webhook: 'https://x.org', headers: {A b: c}}", "no header of one line"),
        ("{events: drift, webhook: 'https://x.org', headers: {A: \"b\\nc\"}}", "of one line"),
        ("{events: drift, command: mail, headers: {A: b}}", "headers are of a webhook"),
        ("{events: drift, command: mail, timeout_seconds: 0}", "timeout_seconds"),
        ("{events: drift, comand: mail}", "unknown key 'comand'; did you mean 'command'?"),
        ("{event: drift, command: mail}", "unknown key 'event'; did you mean 'events'?"),
        ("mail", "notify.0"),
    ],
)
def test_what_is_not_legal_is_refused_with_what_is(load, entry, says):
    with pytest.raises(ShopFileError) as caught:
        load(entry)
    assert says in str(caught.value)
    assert "notify.0" in str(caught.value)


def test_nothing_of_it_reaches_the_database(tmp_path):
    """Settings are written to the database with every build: this is no setting."""
    (tmp_path / "orders.csv").write_text("c,p,t\nann,tea,2024-01-01\n", encoding="utf-8")
    file = tmp_path / "shop.yml"
    address = "https://hooks.example.org/s3cret"
    file.write_text(f"{SHOP}  - {{events: drift, webhook: '{address}'}}\n", encoding="utf-8")
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop(file), {})
        tables = connection.execute(
            "select database_name, schema_name, table_name from duckdb_tables()"
        ).fetchall()
        assert tables
        for place in tables:
            rows = connection.execute(f"from {'.'.join(map(quoted, place))}").fetchall()
            assert "s3cret" not in str(rows), place
