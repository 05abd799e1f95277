"""Who sends the invoices: what the administrator writes about the organisation itself."""

from pydantic import Field

from overdracht import Settings
from overdracht_accounting.invoices import Address, Party


class IssuerSettings(Settings):
    """The keys of `[sources.NAME.issuer]`."""

    name: str = Field(min_length=1, description="The name on your invoices.")
    street: str = Field("", description="Street and number.")
    postcode: str = Field("", description="The postcode.")
    city: str = Field("", description="The town.")
    country: str = Field("NL", pattern="^[A-Z]{2}$", description="The country, as two letters.")
    kvk: str = Field("", description="Your number at the Chamber of Commerce (KvK).")
    vat: str = Field("", description="Your VAT number.")
    iban: str = Field("", description="The account that is paid on.")
    email: str = Field("", description="Where you are reached about an invoice.")

    def party(self) -> Party:
        """Return it as the seller on an invoice."""
        address = Address(
            street=self.street, postcode=self.postcode, city=self.city, country=self.country
        )
        return Party(
            self.name,
            address=address,
            email=self.email,
            kvk=self.kvk,
            vat_number=self.vat,
            iban=self.iban,
        )
