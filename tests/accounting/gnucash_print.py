"""Have real GnuCash print invoices of a book, and read what is on the paper."""

import os
import re
import sqlite3
import subprocess
from contextlib import closing
from html import unescape
from pathlib import Path

REPORTS = {
    "Printable Invoice": (
        "5123a759ceb9483abf2182d01c140e8d",
        {"Invoice Notes": "#t", "Invoice owner ID": "#t", "Job Details": "#t"},
    ),
    "Tax Invoice": ("0769e242be474010b4acf264a5512e6e", {}),
}
"""Its reports, and what on their page `Display` is printed besides what always is."""
SAVED = """
(let ()
  (define (options)
    (let* ((made (gnc:report-template-new-options/report-guid "{report}" "{name}"))
           (choose (lambda (page name value) ((gnc:option-setter (gnc:lookup-option made page name)) value))))
      (choose "General" "Invoice Number" "{invoice}")
      {choices}
      made))
  (gnc:define-report 'version 1 'name "{saved}" 'report-guid "{saved}" 'parent-type "{report}"
    'options-generator options 'menu-path (list gnc:menuname-custom)
    'renderer (gnc:report-template-renderer/report-guid "{report}" "{name}")))
"""
"""A report that the user saved: it is how one is given an invoice without its window."""
_STYLE = re.compile(r"<(style|script|title).*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def printed(book: Path, number: str, home: Path, name: str = "Printable Invoice") -> list[str]:
    """Return the texts on the invoice with this *number*, printed by the report *name*, from top to bottom."""
    with closing(sqlite3.connect(book)) as connection:
        asked = "SELECT guid FROM invoices WHERE id = ?"
        (invoice,) = connection.execute(asked, (number,)).fetchone()
    report, chosen = REPORTS[name]
    choices = "\n".join(
        f'(choose "Display" "{option}" {value})' for option, value in chosen.items()
    )
    saved = home / ".local" / "share" / "gnucash" / "saved-reports-2.8"
    saved.parent.mkdir(parents=True, exist_ok=True)
    said = {"report": report, "name": name, "invoice": invoice, "choices": choices}
    saved.write_text(SAVED.format(saved="0" * 32, **said))
    page = home / "factuur.html"
    page.unlink(missing_ok=True)
    asked_of = ["--report", "run", "--name", "0" * 32, "--output-file", str(page), str(book)]
    done = subprocess.run(
        ["gnucash-cli", *asked_of],
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert page.exists(), done.stderr.decode(errors="replace")
    texts = _TAG.sub("\n", _STYLE.sub("", page.read_text()))
    return [" ".join(one.split()) for one in unescape(texts).splitlines() if one.strip()]
