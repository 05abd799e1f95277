"""What is done with each category of data in the books and in the systems around them (GDPR Art. 15(1) and 30(1))."""

from collections.abc import Iterable

from overdracht import Category, Processing, Text
from overdracht_accounting.items import origin_of

_CONTRACT = Text(
    "art. 6 lid 1 onder b AVG (uitvoering van de overeenkomst)",
    "Art. 6(1)(b) GDPR (performance of the contract)",
)
_LAW = Text(
    "art. 6 lid 1 onder c AVG, art. 52 AWR en art. 35a Wet OB 1968",
    "Art. 6(1)(c) GDPR, Art. 52 State Taxes Act (AWR) and Art. 35a VAT Act",
)
_INTEREST = Text(
    "art. 6 lid 1 onder f AVG (gerechtvaardigd belang)",
    "Art. 6(1)(f) GDPR (legitimate interest)",
)
_TAX_OFFICE = (
    Text("de Belastingdienst, op verzoek", "the tax office, on request"),
    Text("de bank, voor betalingen", "the bank, for payments"),
)
_BOOKS = frozenset({Category.INVOICE, Category.PAYMENT, Category.WORK, Category.DEVICE})
_PURPOSES = {
    Category.CONTACT: Text("klantenadministratie", "keeping the customer records"),
    Category.CORRESPONDENCE: Text("contact met klanten", "correspondence with customers"),
    Category.NOTE: Text("aantekeningen bij de dienstverlening", "notes on the service"),
    Category.INVOICE: Text("facturering en boekhouding", "invoicing and bookkeeping"),
    Category.PAYMENT: Text("betalingen verwerken en boekhouding", "payments and bookkeeping"),
    Category.WORK: Text("verrichte werkzaamheden vastleggen", "recording the work done"),
    Category.DEVICE: Text("geleverde apparatuur en garantie", "equipment delivered, and warranty"),
    Category.DOMAIN: Text("beheer van domeinnamen", "managing domain names"),
    Category.SERVER: Text("beheer van servers", "managing servers"),
    Category.TRAFFIC: Text("beveiliging en storingsonderzoek", "security and looking into faults"),
    Category.ACCOUNT: Text("toegang tot de dienst", "access to the service"),
}


def describe(categories: Iterable[Category]) -> list[Processing]:
    """Return what is done with each of *categories*."""
    return [_processing(one) for one in sorted(categories)]


def _processing(category: Category) -> Processing:
    if category in _BOOKS:
        return Processing(category, _PURPOSES[category], _LAW, origin_of(category), _TAX_OFFICE)
    watched = category in {Category.NOTE, Category.TRAFFIC}
    basis = _INTEREST if watched else _CONTRACT
    return Processing(category, _PURPOSES[category], basis, origin_of(category))
