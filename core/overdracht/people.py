"""The people of the demo's world: Voorbeeld ICT, its customers and who else writes to it.

All invented. Among them is what goes wrong with real customers: two people of one name, two who share an address, names with
accents and prefixes, a person whose web address is her name, and addresses that differ by one letter.
"""

from overdracht.world import Person

PROVIDER = Person(
    "provider",
    "Voorbeeld ICT",
    ("info@voorbeeld-ict.example", "administratie@voorbeeld-ict.example"),
    phone="0251-799001",
    iban="NL97VICT0000600100",
    domains=("voorbeeld-ict.example",),
    address="Havenweg 3, 1971 AA Voorbeeldstad",
    kvk="90000001",
)
KARIN = Person("karin", "Karin Bakker", ("administratie@voorbeeld-ict.example",))
BRAM = Person("bram", "Bram Oosterhuis", ("bram@voorbeeld-ict.example",))

SANNE = Person(
    "sanne",
    "Sanne van der Berg",
    ("sanne@vanderberg.example", "s.vanderberg@post.example"),
    phone="06-12345678",
    iban="NL10VICT0000123456",
    customer="K10023",
    domains=("vanderberg.example", "sannefotografie.example"),
    address="Kerkstraat 12, 1972 BC Voorbeeldstad",
)
"""The person who asks: in every plugin's part of the world there is something of hers."""

NAMESAKE = Person(
    "namesake",
    "Sanne van der Berg",
    ("sanne.vanderberg@kleikunst.example",),
    phone="0251-799014",
    iban="NL92VICT0007654321",
    customer="K10207",
    domains=("kleikunst.example",),
    address="Dorpsstraat 88, 1974 XZ Elders",
)
CLUB = Person(
    "club",
    "Roeivereniging De Oude Haven",
    ("info@oudehaven.example",),
    phone="0251-799020",
    iban="NL14VICT0020240117",
    customer="K10031",
    domains=("oudehaven.example",),
    address="Kade 1, 1972 AB Voorbeeldstad",
    kvk="90000031",
)
"""Its address is read by the whole board, Sanne among them."""

PIET = Person(
    "piet",
    "Piet de Wit",
    ("familie@dewit.example",),
    phone="0251-799033",
    iban="NL21VICT0000998877",
    customer="K10044",
    domains=("dewit.example",),
    address="Molenlaan 5, 1975 CD Voorbeeldstad",
)
ANNELIES = Person(
    "annelies",
    "Annelies de Wit-'t Hooft",
    ("familie@dewit.example", "annelies@dewit.example"),
    phone="06-55012344",
    iban="NL80VICT0000314159",
    customer="K10045",
    address="Molenlaan 5, 1975 CD Voorbeeldstad",
)
ZOE = Person(
    "zoe",
    "Zoë Özdemir",
    ("zoe@ozdemir-advies.example",),
    phone="06-55012355",
    iban="NL66VICT0000271828",
    customer="K10052",
    domains=("ozdemir-advies.example",),
    address="Stationsplein 20, 1971 ZZ Voorbeeldstad",
)
FRANCOIS = Person(
    "francois",
    "François Lefèvre",
    ("francois@lefevre-vins.example",),
    phone="+33 1 99 00 12 34",
    iban="NL19VICT0000161803",
    customer="K10063",
    domains=("lefevre-vins.example",),
)
SIAN = Person(
    "sian",
    "Siân Pryce-Jones",
    ("sian@prycejones.example",),
    phone="+44 29 2018 0123",
    customer="K10070",
    domains=("prycejones.example",),
)
BAKERY = Person(
    "bakery",
    "Bakkerij Jansen & Zn. B.V.",
    ("bestelling@bakkerij-jansen.example",),
    phone="020 799 0123",
    iban="NL52VICT0000141421",
    customer="K10008",
    domains=("bakkerij-jansen.example",),
    address="Marktplein 2, 1971 KL Voorbeeldstad",
    kvk="90000008",
)
MOHAMMED = Person(
    "mohammed",
    "Mohammed el Amrani",
    ("m.elamrani@bouwadvies.example",),
    phone="06-55012366",
    iban="NL53VICT0005550123",
    customer="K10081",
    domains=("bouwadvies.example",),
)
JOOST = Person(
    "joost",
    "Joost van den Brink",
    ("joost@vdbrink.example",),
    phone="070-7990011",
    iban="NL07VICT0000990011",
    customer="K10090",
    domains=("vdbrink.example",),
)
NEIGHBOUR = Person(
    "neighbour",
    "Susanne Vanderberg",
    ("susanne@vanderberg.example.net", "psanne@vanderberg.example"),
    phone="06-12345687",
    customer="K10100",
)
"""Nobody's relative: every value is nearly Sanne's."""

PEOPLE = (
    SANNE,
    PROVIDER,
    KARIN,
    BRAM,
    NAMESAKE,
    CLUB,
    PIET,
    ANNELIES,
    ZOE,
    FRANCOIS,
    SIAN,
    BAKERY,
    MOHAMMED,
    JOOST,
    NEIGHBOUR,
)
