"""The people that the account knows by themselves: whom a monitor warns, who may use OpenStack, whose key may log in."""

from overdracht import Category, Certainty
from overdracht_transip.client import MonitoringContact, OpenStackUser, SshKey, written
from overdracht_transip.holding import Field, Holding, key_of, moment, texts

MONITORING, OPENSTACK, KEYS = "monitoring-contacts", "openstack", "ssh-keys"
MONITORED, USER, KEY = "monitoring-contact", "openstack-user", "ssh-key"


def monitoring_holding(contact: MonitoringContact) -> Holding:
    """Return whom a monitor warns."""
    return Holding(
        key=key_of(MONITORED, contact.id),
        part=MONITORING,
        category=Category.CONTACT,
        title=f"monitoring contact {contact.name}",
        content=written(contact),
        fields=(
            Field("email", contact.email, "email"),
            Field("phone", contact.telephone, "telephone"),
        ),
        texts=texts(name=contact.name),
        others=(Field("name", contact.name, "name", Certainty.POSSIBLE),),
    )


def user_holding(user: OpenStackUser) -> Holding:
    """Return who may use OpenStack."""
    return Holding(
        key=key_of(USER, user.id),
        part=OPENSTACK,
        category=Category.ACCOUNT,
        title=f"OpenStack user {user.username}",
        content=written(user),
        fields=(
            Field("email", user.email, "email"),
            Field("username", user.username, "username", Certainty.POSSIBLE),
        ),
        texts=texts(description=user.description),
    )


def key_holding(key: SshKey) -> Holding:
    """Return a public key; only what is written about it can tell whose it is."""
    comment = key.key.split(maxsplit=2)[2:] or [""]
    return Holding(
        key=key_of(KEY, key.id),
        part=KEYS,
        category=Category.ACCOUNT,
        title=f"SSH key {key.description}".strip(),
        content={"id": key.id, "key": key.key, "description": key.description},
        texts=texts(description=key.description, comment=comment[0]),
        when=moment(key.creation_date),
    )
