"""What models say while they are built."""


def log(line: str) -> None:
    """Write a line of progress to dbt's log and console."""
    from dbt.adapters.events.logging import AdapterLogger  # noqa: PLC0415

    AdapterLogger("recsys").info(line)
