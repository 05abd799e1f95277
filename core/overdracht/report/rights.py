"""What the law lets the person do, in words for that person: GDPR Art. 15(1)(e), (f), (h) and 15(2)."""

from dataclasses import dataclass

from overdracht.export import Controller
from overdracht.text import Text

NONE = frozenset({"none", "geen"})
"""What an organisation writes to state that there is nothing of the kind."""


@dataclass(frozen=True, slots=True)
class Right:
    """One right, with the article it stands in."""

    name: Text
    article: str
    told: Text


RIGHTS = (
    Right(
        Text("Inzage", "Access"),
        "15",
        Text(
            "U mag weten wat wij over u bewaren en krijgt er een kopie van. De eerste kopie is kosteloos.",
            "You may know what we hold about you and receive a copy of it. The first copy is free of charge.",
        ),
    ),
    Right(
        Text("Rectificatie", "Rectification"),
        "16",
        Text(
            "Klopt er iets niet of ontbreekt er iets? Dan verbeteren wij het of vullen wij het aan.",
            "Is something wrong or missing? Then we correct or complete it.",
        ),
    ),
    Right(
        Text("Wissen", "Erasure"),
        "17",
        Text(
            "U mag ons vragen uw gegevens te wissen. Wat wij volgens de wet moeten bewaren, zoals facturen, wissen wij zodra de termijn om is.",
            "You may ask us to erase your data. What the law makes us keep, such as invoices, we erase when its term is over.",
        ),
    ),
    Right(
        Text("Beperking", "Restriction"),
        "18",
        Text(
            "Zolang over de juistheid of over een bezwaar nog niet is beslist, mag u ons vragen de gegevens alleen te bewaren en verder niets.",
            "While accuracy or an objection is being decided on, you may ask us to keep the data and do nothing else with it.",
        ),
    ),
    Right(
        Text("Overdracht", "Portability"),
        "20",
        Text(
            "U mag uw gegevens meenemen, of ze door ons aan een andere aanbieder laten geven, in een vorm waarmee die verder kan.",
            "You may take your data with you, or have us pass it to another provider, in a form that provider can use.",
        ),
    ),
    Right(
        Text("Bezwaar", "Objection"),
        "21",
        Text(
            "Tegen gebruik op grond van ons gerechtvaardigd belang mag u bezwaar maken. Tegen reclame altijd; dan houdt die op.",
            "You may object to use based on our legitimate interest. To advertising always; then it stops.",
        ),
    ),
)

ASK = Text(
    "Een bericht aan ons is genoeg. U krijgt zo snel mogelijk antwoord, en uiterlijk binnen een maand na ontvangst van uw verzoek; "
    "is het ingewikkeld, dan hoort u binnen die maand dat en waarom het ten hoogste twee maanden langer duurt.",
    "A message to us is enough. You get an answer as soon as possible, and within one month of our receiving your request at the latest; "
    "if it is complex, you hear within that month that and why it takes at most two months more.",
)

COMPLAINT = Text(
    "Bent u het niet eens met hoe wij met uw gegevens omgaan, dan kunt u een klacht indienen bij de Autoriteit Persoonsgegevens "
    "(autoriteitpersoonsgegevens.nl, art. 77 AVG). U kunt ook naar de rechter (art. 79 AVG; art. 35 UAVG).",
    "If you disagree with how we treat your data, you may complain to the Dutch Data Protection Authority, the Autoriteit "
    "Persoonsgegevens (autoriteitpersoonsgegevens.nl, Art. 77 GDPR). You may also go to court (Art. 79 GDPR; Art. 35 Dutch GDPR Implementation Act).",
)

NO_AUTOMATED = Text(
    "De organisatie verklaart dat zij over u geen besluiten neemt die alleen op geautomatiseerde verwerking berusten, profilering daaronder begrepen (art. 22 AVG).",
    "The organisation states that it takes no decisions about you that rest on automated processing alone, profiling included (Art. 22 GDPR).",
)

NO_TRANSFERS = Text(
    "De organisatie verklaart dat zij uw gegevens niet doorgeeft aan landen buiten de Europese Economische Ruimte of aan internationale organisaties (art. 15 lid 2 AVG).",
    "The organisation states that it does not pass your data to countries outside the European Economic Area or to international organisations (Art. 15(2) GDPR).",
)

_AUTOMATED = Text(
    "Over besluiten die alleen op geautomatiseerde verwerking berusten (art. 22 AVG) verklaart de organisatie: {}",
    "About decisions that rest on automated processing alone (Art. 22 GDPR) the organisation states: {}",
)

_TRANSFERS = Text(
    "Over doorgifte aan landen buiten de Europese Economische Ruimte of aan internationale organisaties (art. 15 lid 2 AVG) verklaart de organisatie: {}",
    "About passing data to countries outside the European Economic Area or to international organisations (Art. 15(2) GDPR) the organisation states: {}",
)

_AUTOMATED_OPEN = Text(
    "Of over u besluiten worden genomen die alleen op geautomatiseerde verwerking berusten (art. 22 AVG), heeft de organisatie hier niet ingevuld. U kunt het haar vragen{}.",
    "Whether decisions about you rest on automated processing alone (Art. 22 GDPR) the organisation has not filled in here. You may ask it{}.",
)

_TRANSFERS_OPEN = Text(
    "Of uw gegevens worden doorgegeven aan landen buiten de Europese Economische Ruimte of aan internationale organisaties (art. 15 lid 2 AVG), heeft de organisatie hier niet ingevuld. U kunt het haar vragen{}.",
    "Whether your data are passed to countries outside the European Economic Area or to international organisations (Art. 15(2) GDPR) the organisation has not filled in here. You may ask it{}.",
)


def automated_decisions(written: str) -> Text | None:
    """Return what the organisation states by what it has *written* about automated decisions; None when that is nothing."""
    return _stated(written, NO_AUTOMATED, _AUTOMATED)


def transfers(written: str) -> Text | None:
    """Return what the organisation states by what it has *written* about transfers; None when that is nothing."""
    return _stated(written, NO_TRANSFERS, _TRANSFERS)


def statements(controller: Controller) -> tuple[Text, Text]:
    """Return what *controller* states about automated decisions and transfers, or that it states nothing and how to ask."""
    asked = f": {controller.contact}" if controller.contact else ""
    return (
        controller.automated_decisions or _with(_AUTOMATED_OPEN, asked),
        controller.transfers or _with(_TRANSFERS_OPEN, asked),
    )


def _stated(written: str, nothing: Text, sentence: Text) -> Text | None:
    if not written:
        return None
    return nothing if written.casefold() in NONE else _with(sentence, written)


def _with(sentence: Text, filling: str) -> Text:
    return Text(sentence.nl.replace("{}", filling), sentence.en.replace("{}", filling))
