"""What models say while they are built."""

is_silent = False
"""Whether nothing is said: true in workers, which have no log."""


def log(line: str) -> None:
    """Write a line of progress to dbt's log and console."""
    if is_silent:
        return
    from dbt.adapters.events.logging import AdapterLogger  # noqa: PLC0415

    AdapterLogger("recsys").info(line)
