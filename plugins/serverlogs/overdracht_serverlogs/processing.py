"""What is done with traffic data, for the register of Art. 30 and the overview of Art. 15(1)."""

from overdracht import Category, Origin, Processing, Text

PROCESSING = (
    Processing(
        Category.TRAFFIC,
        Text(
            "onderzoek van storing en misbruik van de eigen servers",
            "looking into faults and abuse of our own servers",
        ),
        Text("art. 6 lid 1 onder f AVG", "Art. 6(1)(f) GDPR"),
        Origin.OBSERVED,
    ),
)
