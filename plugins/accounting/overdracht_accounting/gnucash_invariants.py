"""What an erasure in a GnuCash book may not change: every number in the ledger and on the invoices."""

from overdracht_accounting.mapping import Invariant

INVARIANTS = (
    Invariant(
        "the balance of every account",
        "SELECT account_guid, value_denom, sum(value_num), quantity_denom, sum(quantity_num), count(*) FROM splits"
        " GROUP BY account_guid, value_denom, quantity_denom ORDER BY account_guid, value_denom, quantity_denom",
    ),
    Invariant(
        "every transaction in balance",
        "SELECT count(*) FROM (SELECT tx_guid FROM splits GROUP BY tx_guid"
        " HAVING abs(sum(value_num * 1.0 / value_denom)) > 0.000001) AS uneven",
    ),
    Invariant(
        "what every customer owes, and what is paid of it",
        "SELECT lot_guid, value_denom, sum(value_num) FROM splits WHERE lot_guid IS NOT NULL"
        " GROUP BY lot_guid, value_denom ORDER BY lot_guid, value_denom",
    ),
    Invariant(
        "amounts and VAT of the invoice lines",
        "SELECT i_taxtable, i_taxincluded, i_price_denom, quantity_denom, sum(i_price_num * quantity_num), count(*) FROM entries"
        " GROUP BY i_taxtable, i_taxincluded, i_price_denom, quantity_denom ORDER BY 1, 2, 3, 4",
    ),
    Invariant(
        "the number of invoices",
        "SELECT count(*), count(date_posted), count(post_lot) FROM invoices",
    ),
    Invariant(
        "the number of transactions",
        "SELECT count(*), min(post_date), max(post_date) FROM transactions",
    ),
)
