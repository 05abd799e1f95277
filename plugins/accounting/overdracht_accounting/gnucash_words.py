"""What GnuCash itself writes into fields that people may write into too: the kinds of an action, and the number of a document."""

import re

ACTIONS = frozenset(
    word.casefold()
    for words in (
        # As GnuCash offers them in English …
        "Increase|Decrease|Buy|Sell|Price|Fee|Dividend|Interest|Income|Expense|Payment|Deposit|Withdraw|Check|ATM|Teller|POS|Phone|Online",
        "AutoDep|Wire|Credit|Direct Debit|Transfer|Loan|Rebate|Paycheck|Rent|Charge|Invoice|Bill|Voucher|Credit Note|Lot Link|Equity|Split",
        "LTCG|STCG|Dist|Hours|Material|Project|ATM Deposit|ATM Draw|Expense Voucher",
        # … and in Dutch.
        "Toename|Afname|Aankoop|Verkoop|Prijs|Transactiekosten|Rente|Opbrengsten|Kosten|Betaling|Storting|Opname|Cheque|Baliehandeling",
        "Betaalautomaat|Telefonisch|APO|Spoedoverboeking|Automatische incasso|Overboeken|Lening|Korting|Salarisontvangst|Op rekening",
        "Verkoopfactuur|Inkoopfactuur|Factuur|Declaratie|Creditnota|Partij-koppeling|Eigen vermogen|Meer boekregels|Boekregel|Verdeling",
        "Uren|Uur|Materiaal|Onkostendeclaratie|Storting bij automaat|Opname bij automaat",
    )
    for word in words.split("|")
)
_NUMBER = re.compile(r"(?:[A-Za-z]{1,4}[./_-]?)?\d{1,8}(?:[./_-]\d{1,8}){0,2}")
_MOST_DIGITS = 12
_PHONE = re.compile(r"(?:00|0)[1-9][\d./-]{7,}")


def known_action(text: str) -> str:
    """Return *text* when it is one of the kinds of action that GnuCash offers, and nothing otherwise."""
    return text if text.casefold() in ACTIONS else ""


def document_number(text: str) -> str:
    """Return *text* when it is the number of an invoice or a cheque and no more, and nothing when it may be a text, an account or a telephone."""
    digits = sum(one.isdigit() for one in text)
    plain = _NUMBER.fullmatch(text) and digits <= _MOST_DIGITS and not _PHONE.fullmatch(text)
    return text if plain else ""
