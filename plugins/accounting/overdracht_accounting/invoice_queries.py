"""What an invoice is in a database of any kind, as the administrator says it: two SELECTs."""

from pydantic import BaseModel, ConfigDict, Field


class InvoiceQueries(BaseModel):
    """The keys of `[sources.NAME.invoices]`: what an invoice is in this database."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    part: str = Field(
        min_length=1, description="The table whose rows are invoices, as `tables` names it."
    )
    head: str = Field(
        min_length=1,
        description="A SELECT with the columns record (the table's key), number, issued, name and what else there is of: due, total, credit,"
        " currency, reference, corrects, notes, customer, contact, street, postcode, city, country, email, phone, kvk, vat_number.",
    )
    lines: str = Field(
        min_length=1,
        description="A SELECT with the columns record (the invoice's key), description, quantity, price, vat_rate and what else there is of:"
        " net, discount, unit, day, notes. They come in its order.",
    )
