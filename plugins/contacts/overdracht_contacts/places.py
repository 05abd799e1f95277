"""What the administrator writes for files on disk, and what is said of data in an address book, a calendar and notes."""

from pydantic import Field, field_validator

from overdracht import Category, ConfigPath, Origin, Processing, Settings, Text


class FilesSettings(Settings):
    """The keys of `[sources.NAME]` for files on disk."""

    path: tuple[ConfigPath, ...] = Field(
        min_length=1,
        description="The folder, which is searched with all folders in it, or a file; or a list of them.",
    )
    exclude: tuple[str, ...] = Field(
        (), description='Folders to leave out, by name or pattern: ["notities/sjablonen"].'
    )

    @field_validator("path", mode="before")
    @classmethod
    def _one_or_more(cls, given: object) -> object:
        return given if isinstance(given, list | tuple) else (given,)


_BASIS = Text(
    "Uitvoering van een overeenkomst (art. 6 lid 1 onder b AVG), anders gerechtvaardigd belang (onder f)",
    "Performance of a contract (Art. 6(1)(b) GDPR), otherwise legitimate interest (f)",
)
CONTACTS = Processing(
    Category.CONTACT,
    Text("Bereikbaar zijn voor en het bereiken van klanten", "Reaching customers"),
    _BASIS,
    Origin.GIVEN,
)
NOTES = Processing(
    Category.NOTE,
    Text(
        "Onthouden wat is gevraagd, gemeld en afgesproken",
        "Remembering what was asked, reported and agreed",
    ),
    _BASIS,
    Origin.OBSERVED,
)
