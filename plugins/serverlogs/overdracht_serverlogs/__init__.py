"""Finds, exports and erases a person's lines in the logs of one's own servers."""

from typing import Any

from overdracht import Connector, World, hookimpl

__all__ = ["overdracht_connectors", "overdracht_demo"]


@hookimpl
def overdracht_connectors() -> list[type[Connector[Any]]]:
    """Return the plugin's connectors."""
    from overdracht_serverlogs.connector import ServerLogs
    from overdracht_serverlogs.fail2ban import Fail2ban
    from overdracht_serverlogs.journald import Journald
    from overdracht_serverlogs.logins import Logins

    return [ServerLogs, Journald, Logins, Fail2ban]


@hookimpl
def overdracht_demo(world: World) -> str:
    """Write the logs of the demo's world."""
    from overdracht_serverlogs.demo import write_logs

    return write_logs(world)
