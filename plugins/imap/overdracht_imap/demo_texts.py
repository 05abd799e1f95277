"""What customers and a small provider write to one another: the demo's conversations.

`K` is the customer, `B` the engineer, `A` the office. Braces are filled in per customer.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One conversation: its subject and who says what."""

    subject: str
    turns: tuple[tuple[str, str], ...]
    attachment: str = ""
    """What the first message carries: `pdf`, `csv`, `vcard`, `png`, `ics`."""


TOPICS = (
    Topic(
        "Mail komt niet meer binnen op {domain}",
        (
            (
                "K",
                "Sinds gisteravond rond tien uur komt er geen mail meer binnen op {domain}. Versturen lukt wel. Een klant kreeg zijn bericht terug met 'mailbox full', maar volgens mij heb ik pas nog opgeruimd.\n\nKunnen jullie kijken wat er aan de hand is? Ik wacht op een bestelling.",
            ),
            (
                "B",
                "Je mailbox zat inderdaad op 100%. De map Verzonden bevat 3,8 GB aan bijlagen. Ik heb het quotum tijdelijk met 2 GB verhoogd, de achterstallige berichten druppelen nu binnen.\n\nWil je de map de komende week opschonen? Daarna zet ik het quotum terug.",
            ),
            ("K", "Fijn, het werkt weer! Ik ruim dit weekend op."),
        ),
    ),
    Topic(
        "Offerte glasvezelaansluiting {street}",
        (
            (
                "A",
                "Zoals besproken vind je bijgaand de offerte voor de zakelijke glasvezelaansluiting op {street}. De aansluiting kost eenmalig \u20ac 149,00; het abonnement is \u20ac 52,50 per maand, exclusief btw.\n\nDe offerte is dertig dagen geldig.",
            ),
            (
                "K",
                "Dank voor de offerte. Twee vragen: zit er een vast IP-adres bij, en kan de monteur op een vrijdag komen?",
            ),
            (
                "A",
                "Een vast IPv4-adres en een /56 voor IPv6 zijn inbegrepen. Vrijdag kan, tussen 8 en 13 uur.",
            ),
            ("K", "Akkoord. Stuur de opdrachtbevestiging maar naar dit adres."),
        ),
        "pdf",
    ),
    Topic(
        "Factuur {invoice}",
        (
            (
                "A",
                "Bijgaand ontvang je factuur {invoice} voor hosting en domeinregistratie. Het bedrag van \u20ac {amount} schrijven we omstreeks de 25e af van rekening {iban}.\n\nKlantnummer: {customer}",
            ),
            (
                "K",
                "Op de factuur staat nog het oude adres. Kunnen jullie dat aanpassen? Het moet zijn: {address}.",
            ),
            ("A", "Aangepast; een nieuwe factuur gaat vandaag nog de deur uit. Excuus!"),
        ),
        "pdf",
    ),
    Topic(
        "Verlenging {domain}",
        (
            (
                "A",
                "De registratie van {domain} loopt over zestig dagen af. Als we niets horen verlengen we met een jaar voor \u20ac 12,50.",
            ),
            ("K", "Graag verlengen, en zet DNSSEC aan als dat nog niet zo is."),
            ("B", "Verlengd, en DNSSEC staat aan. De DS-records zijn bij de registry bekend."),
        ),
    ),
    Topic(
        "Nieuwe laptop",
        (
            (
                "K",
                "Mijn laptop geeft de geest. Ik gebruik hem vooral voor foto's bewerken en de boekhouding. Wat raden jullie aan, en kunnen jullie alles overzetten?",
            ),
            (
                "B",
                "Voor fotobewerking zou ik 32 GB geheugen nemen. De ThinkPad die we op voorraad hebben (serienummer {serial}) kost \u20ac 1.489,00. Overzetten is een halve dag werk.\n\nBel gerust even: 0251-799001.",
            ),
            ("K", "Doe die maar. Mag ik hem vrijdag brengen en maandag ophalen?"),
            ("B", "Prima. Neem ook de oplader mee, en je wachtwoord voor de back-up."),
        ),
    ),
    Topic(
        "Wachtwoord vergeten",
        (
            (
                "K",
                "Ik kan niet meer in het klantenportaal; mijn gebruikersnaam is {username}. Mijn mobiele nummer is nog steeds {phone}.",
            ),
            (
                "B",
                "Ik heb een herstelcode per sms gestuurd. Die is een kwartier geldig. Zet daarna ook tweestapsverificatie aan, dat scheelt een hoop gedoe.",
            ),
        ),
    ),
    Topic(
        "Storing dinsdagmiddag",
        (
            (
                "K",
                "Gistermiddag lag alles er een uur uit, terwijl ik met een klant aan het videobellen was. Wat was er aan de hand? Ik verwacht eerlijk gezegd een tegemoetkoming.",
            ),
            (
                "B",
                "Vervelend. Bij graafwerk op de Havenweg is een kabel geraakt; om 15.40 uur was de verbinding hersteld. Ik heb administratie gevraagd om een dag te crediteren.",
            ),
            ("A", "De creditnota van \u20ac 1,75 wordt met de volgende factuur verrekend."),
        ),
        "png",
    ),
    Topic(
        "Verhuizing per 1 mei",
        (
            (
                "K",
                "Per 1 mei verhuizen we. Het nieuwe adres geef ik nog door. Kan de aansluiting mee, en houden we ons telefoonnummer {phone}?",
            ),
            (
                "A",
                "De aansluiting kan mee, op het nieuwe adres ligt al glasvezel. Het nummer blijft. Reken op een onderbreking van een uur.",
            ),
            ("K", "Top. In de bijlage mijn nieuwe kaartje."),
        ),
        "vcard",
    ),
    Topic(
        "Website is traag",
        (
            (
                "K",
                "De site {domain} laadt de laatste weken heel traag, vooral de portfolio-pagina. Is er iets veranderd?",
            ),
            (
                "B",
                "De foto's staan er als bestanden van 12 MB op. Ik heb een plug-in aangezet die ze verkleint; de pagina laadt nu in 1,1 seconde.",
            ),
            ("K", "Wat een verschil, dank!"),
        ),
    ),
    Topic(
        "Afspraak onderhoud server",
        (
            (
                "B",
                "In de nacht van woensdag op donderdag, tussen 1 en 3 uur, vervangen we de schijven van de server waar {domain} op draait. De site is dan hoogstens tien minuten onbereikbaar. In de bijlage een uitnodiging voor in de agenda.",
            ),
            ("K", "Genoteerd. Geen probleem."),
        ),
        "ics",
    ),
    Topic(
        "Machtiging automatische incasso",
        (
            (
                "K",
                "Hierbij machtig ik jullie om de facturen af te schrijven van rekening {iban} ten name van {name}.",
            ),
            ("A", "Verwerkt onder klantnummer {customer}. De eerste incasso is op de 25e."),
        ),
    ),
    Topic(
        "Phishing?",
        (
            (
                "K",
                "Ik kreeg een mail die van jullie lijkt te komen, over een 'verlopen betaalmethode'. Is die echt? Ik heb nergens op geklikt.",
            ),
            (
                "B",
                "Goed dat je het vraagt: die is niet van ons. Wij vragen nooit om gegevens via een link. Gooi hem maar weg; ik heb de afzender geblokkeerd.",
            ),
            ("K", "Dacht ik al. Dank voor de snelle reactie."),
        ),
    ),
    Topic(
        "Bestanden terugzetten",
        (
            (
                "K",
                "Per ongeluk de map 'Bruiloften 2023' weggegooid van de NAS. Kan die uit de back-up terug? Het zijn zo'n 4.000 foto's.",
            ),
            (
                "B",
                "De map is teruggezet uit de back-up van zondagnacht. In de bijlage de lijst van bestanden; drie konden niet worden gelezen.",
            ),
            ("K", "Jullie zijn geweldig. Die drie mis ik niet."),
        ),
        "csv",
    ),
)

NEWSLETTERS = (
    "Onderhoud en nieuwe tarieven",
    "Let op: phishing uit onze naam",
    "Glasvezel in de Molenwijk",
    "Fijne feestdagen van het team",
)

CALLS = (
    "{name} belde om {time} vanaf {phone}. Vraagt wanneer de monteur komt. Doorgegeven: vrijdagochtend. Tevreden.",
    "Teruggebeld: {name} ({phone}) over de dubbele incasso. Eerste incasso NL-{invoice} wordt gestorneerd op {spaced}. Karin pakt het op.",
    "{name} aan de lijn, nr. {phone}. Wil weten wat we allemaal van haar of hem bewaren. Uitgelegd dat een verzoek per mail kan.",
)

GREETINGS = ("Beste {to},", "Hoi {to},", "Dag {to},", "Goedemorgen {to},", "Hallo,")
CLOSINGS = ("Met vriendelijke groet,", "Groet,", "Groeten,", "Hartelijke groet,", "Mvg")
