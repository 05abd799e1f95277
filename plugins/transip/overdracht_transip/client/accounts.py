"""Everything about mail settings and what belongs to the account as a whole: what can be read, and what can be changed."""

from collections.abc import Iterable
from typing import Any

from overdracht_transip.client.account_records import (
    Forward,
    Invoice,
    InvoiceItem,
    MailAddon,
    Mailbox,
    MailList,
    MailPackage,
    MonitoringContact,
    OpenStackProject,
    OpenStackUser,
    SshKey,
)
from overdracht_transip.client.domain_records import Certificate, CertificateDetails
from overdracht_transip.client.errors import NotFound
from overdracht_transip.client.reading import read, read_all, taken_by_any, written
from overdracht_transip.client.session import Session

MAIL = "/email/{}"


class AccountReading:
    """What can be read of mail settings and of the account."""

    _session: Session

    def mail_packages(self) -> tuple[MailPackage, ...]:
        """Return which domains have mail."""
        return read_all(MailPackage, self._session.get("packages", "/email"), "packages")

    def mailboxes(self, domain: str) -> tuple[Mailbox, ...]:
        """Return the mailboxes of *domain*."""
        values = self._mail(domain, "mailboxes", ("mailboxes",))
        return read_all(Mailbox, values, "mailboxes")

    def forwards(self, domain: str) -> tuple[Forward, ...]:
        """Return the forwards of *domain*."""
        return read_all(Forward, self._mail(domain, "mail-forwards", ("forwards",)), "forwards")

    def mail_lists(self, domain: str) -> tuple[MailList, ...]:
        """Return the mail lists of *domain*, each with its members."""
        values = self._mail(domain, "mail-lists", ("mailLists", "lists"))
        return tuple(
            one if one.entries else self._whole_list(domain, one)
            for one in read_all(MailList, values, "mailLists")
        )

    def _whole_list(self, domain: str, summary: MailList) -> MailList:
        # In some answers the list of lists has no members, and the list itself does.
        answer = self._session.answer(MAIL + "/mail-lists/{}", domain, summary.id)
        return read(MailList, taken_by_any(answer, ("mailList", "list")), "mailList")

    def mail_addons(self, domain: str) -> tuple[MailAddon, ...]:
        """Return what extra room for mail *domain* has."""
        return read_all(MailAddon, self._mail(domain, "mail-addons", ("addons",)), "addons")

    def _mail(self, domain: str, kind: str, keys: Iterable[str]) -> Any:
        try:
            answer = self._session.answer(f"{MAIL}/{kind}", domain)
        except NotFound as error:
            if error.text.casefold().strip() in _NONE_OF_THESE:
                return []
            raise
        return taken_by_any(answer, keys)

    def monitoring_contacts(self) -> tuple[MonitoringContact, ...]:
        """Return who is warned when a server does not answer."""
        values = self._session.get("contacts", "/monitoring-contacts")
        return read_all(MonitoringContact, values, "contacts")

    def openstack_projects(self) -> tuple[OpenStackProject, ...]:
        """Return the OpenStack projects."""
        values = self._session.get("projects", "/openstack/projects")
        return read_all(OpenStackProject, values, "projects")

    def openstack_users(self) -> tuple[OpenStackUser, ...]:
        """Return who may use OpenStack."""
        return read_all(OpenStackUser, self._session.get("users", "/openstack/users"), "users")

    def ssh_keys(self) -> tuple[SshKey, ...]:
        """Return the public keys that the account keeps."""
        return read_all(SshKey, self._session.get("sshKeys", "/ssh-keys"), "sshKeys")

    def ssl_certificates(self) -> tuple[Certificate, ...]:
        """Return every SSL certificate of the account."""
        values = self._session.get("certificates", "/ssl-certificates")
        return read_all(Certificate, values, "certificates")

    def certificate_details(self, certificate: int) -> CertificateDetails:
        """Return who ordered the *certificate*."""
        value = self._session.get("certificateDetails", "/ssl-certificates/{}/details", certificate)
        return read(CertificateDetails, value, "certificateDetails")

    def invoices(self) -> tuple[Invoice, ...]:
        """Return TransIP's invoices to the account's holder."""
        return read_all(Invoice, self._session.get("invoices", "/invoices"), "invoices")

    def invoice_items(self, number: str) -> tuple[InvoiceItem, ...]:
        """Return the lines of the invoice *number*."""
        values = self._session.get("invoiceItems", "/invoices/{}/invoice-items", number)
        return read_all(InvoiceItem, values, "invoiceItems")

    def ping(self) -> None:
        """See whether the API answers and takes our token."""
        self._session.get("ping", "/api-test")


_NONE_OF_THESE = {"mailboxes not found", "mail forwards not found", "mail lists not found"}
"""How the API may say that there are none; any other 404 is about the domain."""


class AccountWriting:
    """What can be changed of mail settings and of the account. None of these is repeated where it is not known whether it took effect."""

    _session: Session

    def delete_mailbox(self, domain: str, identifier: str) -> None:
        """Have the mailbox *identifier* of *domain* deleted, with all that lies in it; it takes a while."""
        self._session.change("DELETE", MAIL + "/mailboxes/{}", domain, identifier)

    def delete_forward(self, domain: str, forward: int) -> None:
        """Have a *forward* of *domain* deleted; it takes a while."""
        self._session.change("DELETE", MAIL + "/mail-forwards/{}", domain, forward)

    def delete_mail_list(self, domain: str, mail_list: int) -> None:
        """Have a *mail_list* of *domain* deleted; it takes a while."""
        self._session.change("DELETE", MAIL + "/mail-lists/{}", domain, mail_list)

    def replace_list_entries(
        self, domain: str, mail_list: MailList, entries: Iterable[str]
    ) -> None:
        """Give *mail_list* of *domain* other members."""
        body = {"emailAddress": mail_list.email_address, "entries": list(entries)}
        self._session.change("PUT", MAIL + "/mail-lists/{}", domain, mail_list.id, body=body)

    def replace_monitoring_contact(self, contact: MonitoringContact) -> None:
        """Put *contact* in the place of the one with its id."""
        body = {"contact": written(contact)}
        self._session.change("PUT", "/monitoring-contacts/{}", contact.id, body=body)

    def delete_monitoring_contact(self, contact: int) -> None:
        """Delete the monitoring *contact* for good."""
        self._session.change("DELETE", "/monitoring-contacts/{}", contact)

    def replace_openstack_user(self, user: OpenStackUser) -> None:
        """Put *user* in the place of the one with its id."""
        self._session.change("PUT", "/openstack/users/{}", user.id, body={"user": written(user)})

    def delete_openstack_user(self, user: str) -> None:
        """Delete the OpenStack *user*."""
        self._session.change("DELETE", "/openstack/users/{}", user)

    def describe_ssh_key(self, key: int, description: str) -> None:
        """Give the public *key* another description."""
        self._session.change("PUT", "/ssh-keys/{}", key, body={"description": description})

    def delete_ssh_key(self, key: int) -> None:
        """Delete the public *key*."""
        self._session.change("DELETE", "/ssh-keys/{}", key)
