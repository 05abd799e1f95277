"""Mail settings as things that are somebody's: an address is its owner's, and a member of a list is in it with one entry.

That a mailbox lies under a person's domain does not make it that person's: a family has one domain and several people.
"""

from collections.abc import Iterator

from overdracht import Category
from overdracht_transip.client import Forward, Mailbox, MailList
from overdracht_transip.holding import Field, Holding, key_of, texts

EMAIL = "email"
MAILBOX, COPIES, FORWARD, LIST, MEMBER = (
    "mailbox",
    "mailbox-copies",
    "forward",
    "list",
    "list-member",
)


def mailbox_holdings(mailbox: Mailbox) -> Iterator[Holding]:
    """Yield *mailbox*, and apart from it where it sends copies to."""
    yield Holding(
        key=key_of(MAILBOX, mailbox.domain, mailbox.identifier),
        part=EMAIL,
        category=Category.ACCOUNT,
        title=f"mailbox {mailbox.identifier}",
        content={"identifier": mailbox.identifier},
        fields=(Field("email", mailbox.identifier, "identifier"),),
        texts=texts(domain=mailbox.domain),
    )
    if mailbox.forward_to.strip():
        yield Holding(
            key=key_of(COPIES, mailbox.domain, mailbox.identifier),
            part=EMAIL,
            category=Category.ACCOUNT,
            title=f"copies of mailbox {mailbox.identifier}",
            content={"identifier": mailbox.identifier, "forwardTo": mailbox.forward_to},
            texts=texts(forwardTo=mailbox.forward_to),
            people=(mailbox.forward_to,),
        )


def forward_holding(domain: str, forward: Forward) -> Holding:
    """Return a *forward* of *domain*: its own address says whose it is, and where it leads is only a mention."""
    address = f"{forward.local_part}@{domain}" if forward.local_part else ""
    return Holding(
        key=key_of(FORWARD, domain, forward.id),
        part=EMAIL,
        category=Category.ACCOUNT,
        title=f"forward {address or f'*@{domain}'}",
        content={"id": forward.id, "from": address, "to": forward.forward_to},
        fields=(Field("email", address, "localPart"),) if address else (),
        texts=texts(forwardTo=forward.forward_to, domain=domain),
        people=(forward.forward_to,),
    )


def list_holdings(domain: str, mail_list: MailList) -> Iterator[Holding]:
    """Yield *mail_list* of *domain*, and each of its members apart."""
    yield Holding(
        key=key_of(LIST, domain, mail_list.id),
        part=EMAIL,
        category=Category.ACCOUNT,
        title=f"list {mail_list.email_address} {mail_list.name}".strip(),
        content={
            "id": mail_list.id,
            "address": mail_list.email_address,
            "name": mail_list.name,
        },
        fields=(Field("email", mail_list.email_address, "emailAddress"),),
        texts=texts(name=mail_list.name, domain=domain),
        people=mail_list.entries,
    )
    for entry in dict.fromkeys(mail_list.entries):
        yield Holding(
            key=key_of(MEMBER, domain, mail_list.id, entry),
            part=EMAIL,
            category=Category.ACCOUNT,
            title=f"member of list {mail_list.email_address}",
            content={"list": mail_list.email_address, "entry": entry},
            fields=(Field("email", entry, "entries"),),
        )
