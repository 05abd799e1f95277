"""Write acmedesk's part of the demo's world."""

import sqlite3
from contextlib import closing

from overdracht import World

SOURCE = """\
[sources.acmedesk]
connector = "acmedesk"
path = "acmedesk.sqlite"
"""
TICKETS = (
    ("sanne", 400, "Mailbox vol", "Kan er ruimte bij?"),
    ("namesake", 300, "Nieuwe telefoon", "Hoe zet ik mijn mail erop?"),
    ("piet", 40, "Vraag", "Ik vraag dit voor sanne@vanderberg.example, zij is op vakantie."),
    ("sanne", 12, "Certificaat verlopen", "Mijn site geeft een waarschuwing."),
)


def write_desk(world: World) -> str:
    """Write the tickets below the world's directory and return the source that reads them."""
    with closing(sqlite3.connect(world.directory / "acmedesk.sqlite")) as db, db:
        db.execute(
            "CREATE TABLE tickets (id INTEGER PRIMARY KEY, email TEXT, name TEXT, title TEXT, body TEXT, created TEXT)"
        )
        for who, days_ago, title, body in TICKETS:
            person = world.person(who)
            created = world.moment(days_ago).isoformat()
            db.execute(
                "INSERT INTO tickets (email, name, title, body, created) VALUES (?, ?, ?, ?, ?)",
                (person.email, person.name, title, body, created),
            )
    return SOURCE
