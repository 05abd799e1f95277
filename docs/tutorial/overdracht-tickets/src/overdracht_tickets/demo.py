"""Write the ticket system's part of the demo's world."""

import sqlite3
from contextlib import closing

from overdracht import World

SOURCE = """\
[sources.tickets]
connector = "tickets"
path = "tickets.sqlite"
"""
TICKET = "(id INTEGER PRIMARY KEY, customer TEXT, email TEXT, phone TEXT, name TEXT, title TEXT, opened TEXT)"
SCHEMA = f"""\
CREATE TABLE tickets {TICKET};
CREATE TABLE archive {TICKET};
CREATE TABLE messages (id INTEGER PRIMARY KEY, place TEXT, ticket INTEGER, author TEXT, body TEXT, sent TEXT);
"""
TICKETS = (
    ("archive", "sanne", 400, "Mailbox vol", ("Kan er ruimte bij?", "Er is nu 5 GB bij.")),
    ("archive", "namesake", 300, "Nieuwe telefoon", ("Hoe zet ik mijn mail erop?",)),
    (
        "tickets",
        "piet",
        40,
        "Vraag",
        ("Ik vraag dit voor sanne@vanderberg.example, zij is op vakantie.",),
    ),
    ("tickets", "sanne", 12, "Certificaat verlopen", ("Mijn site geeft een waarschuwing.",)),
)


def write_desk(world: World) -> str:
    """Write the tickets below the world's directory and return the source that reads them."""
    with closing(sqlite3.connect(world.directory / "tickets.sqlite")) as db, db:
        db.executescript(SCHEMA)
        for table, who, days_ago, title, messages in TICKETS:
            person = world.person(who)
            opened = world.moment(days_ago).isoformat()
            number = db.execute(
                f"INSERT INTO {table} (customer, email, phone, name, title, opened) VALUES (?, ?, ?, ?, ?, ?)",
                (person.customer, person.email, person.phone, person.name, title, opened),
            ).lastrowid
            for body in messages:
                db.execute(
                    "INSERT INTO messages (place, ticket, author, body, sent) VALUES (?, ?, ?, ?, ?)",
                    (table, number, person.name, body, opened),
                )
    return SOURCE
