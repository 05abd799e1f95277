"""Who sends the invoices: the organisation itself, as the settings of a set of books tell it."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from overdracht_accounting.invoices import Address, Party
from overdracht_accounting.postal import COUNTRIES


class IssuerSettings(BaseModel):
    """The keys of `[sources.NAME.issuer]`: what must stand on an invoice about who sends it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(min_length=1, description="The organisation's name.")
    street: str = Field("", description="Street and number.")
    postcode: str = Field("", description="The postcode.")
    city: str = Field("", description="The town.")
    country: str = Field("NL", description="The country's two letters.")
    kvk: str = Field("", description="The KvK number.")
    vat: str = Field("", description="The VAT number: an invoice with VAT is none without it.")
    iban: str = Field("", description="The account that invoices are paid to.")
    email: str = Field("", description="The e-mail address on the invoices.")

    @field_validator("country")
    @classmethod
    def _two_letters(cls, value: str) -> str:
        if value.upper() not in COUNTRIES:
            raise ValueError('a country is the two letters of ISO 3166, for example "NL"')
        return value.upper()

    def party(self) -> Party:
        """Return the organisation as the seller on an invoice."""
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
