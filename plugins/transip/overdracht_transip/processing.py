"""What is done with the data at TransIP, for GDPR Art. 15(1) and 30(1)."""

from overdracht import Category, Origin, Processing, Text

_CONTRACT = Text("art. 6 lid 1 onder b AVG", "Art. 6(1)(b) GDPR")
_INTEREST = Text("art. 6 lid 1 onder f AVG", "Art. 6(1)(f) GDPR")
_TRANSIP = Text("TransIP B.V.", "TransIP B.V.")
_REGISTRIES = Text(
    "het register van het topleveldomein (voor .nl SIDN)",
    "the registry of the top-level domain (for .nl SIDN)",
)

PROCESSING = (
    Processing(
        Category.DOMAIN,
        Text(
            "registreren en bereikbaar houden van domeinnamen",
            "registering domain names and keeping them reachable",
        ),
        _CONTRACT,
        Origin.GIVEN,
        (_TRANSIP, _REGISTRIES),
    ),
    Processing(
        Category.SERVER,
        Text("huren en beheren van servers", "renting and running servers"),
        _CONTRACT,
        Origin.GIVEN,
        (_TRANSIP,),
    ),
    Processing(
        Category.ACCOUNT,
        Text(
            "inrichten van mailboxen, doorstuuradressen en toegang",
            "setting up mailboxes, forwards and access",
        ),
        _CONTRACT,
        Origin.GIVEN,
        (_TRANSIP,),
    ),
    Processing(
        Category.CONTACT,
        Text(
            "bereikbaar zijn voor registers en bij storing",
            "being reachable for registries and when something fails",
        ),
        _INTEREST,
        Origin.GIVEN,
        (_TRANSIP, _REGISTRIES),
    ),
)
