"""Write messages as the mail programs of twenty years write them: every encoding, with and without parts."""

import base64
import html
import quopri
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.utils import format_datetime

FORMS = ("quoted-printable", "base64", "8bit", "latin-1", "alternative", "html", "flowed")
Address = tuple[str, str]
"""A display name, which may be empty, and an address."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it is written down."""

    sender: Address
    to: tuple[Address, ...]
    subject: str
    text: str
    when: datetime
    id: str
    form: str = "quoted-printable"
    replies_to: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = field(default=())


def written(draft: Draft) -> bytes:
    """Return the bytes of *draft*, with LF line ends."""
    headers = [
        f"Date: {format_datetime(draft.when)}",
        f"From: {address(*draft.sender)}",
        "To: " + ",\n ".join(address(*one) for one in draft.to),
        f"Subject: {encoded(draft.subject)}",
        f"Message-ID: <{draft.id}>",
        *(f"{name}: {value}" for name, value in draft.headers),
    ]
    if draft.replies_to:
        headers.append(f"In-Reply-To: <{draft.replies_to[-1]}>")
        headers.append("References: " + "\n ".join(f"<{one}>" for one in draft.replies_to))
    headers.append("MIME-Version: 1.0")
    return "\n".join(headers).encode() + b"\n" + _body(draft)


def _body(draft: Draft) -> bytes:
    content = _text(draft.text, draft.form, draft.id)
    if not draft.attachments:
        return content
    parts = [content, *(_attached(one) for one in draft.attachments)]
    return multipart("mixed", f"=_m{draft.id[:12]}", parts)


def _text(text: str, form: str, seed: str) -> bytes:
    match form:
        case "html":
            return part("text/html; charset=utf-8", "quoted-printable", _html(text).encode())
        case "alternative":
            plain = part("text/plain; charset=utf-8", "quoted-printable", text.encode())
            rich = part("text/html; charset=utf-8", "base64", _html(text).encode())
            return multipart("alternative", f"=_a{seed[:12]}", [plain, rich])
        case "latin-1":
            return part(
                "text/plain; charset=windows-1252", "8bit", text.encode("cp1252", "replace")
            )
        case "flowed":
            return part("text/plain; charset=utf-8; format=flowed", "8bit", text.encode())
        case _:
            return part("text/plain; charset=utf-8", form, text.encode())


def part(content_type: str, transfer: str, content: bytes, further: str = "") -> bytes:
    """Return a MIME part: its headers, an empty line, and *content* in the *transfer* encoding."""
    encode = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(transfer)
    body = encode(content) if encode else content
    headers = f"Content-Type: {content_type}\nContent-Transfer-Encoding: {transfer}\n{further}\n"
    return headers.encode() + body + (b"" if body.endswith(b"\n") else b"\n")


def multipart(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    """Return *parts* as one multipart part."""
    line = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode()
    return head + b"".join(line + b"\n" + one + b"\n" for one in parts) + line + b"--\n"


def _attached(attachment: Attachment) -> bytes:
    further = f'Content-Disposition: attachment; filename="{encoded(attachment.name)}"\n'
    transfer = "8bit" if attachment.media_type.startswith("message/") else "base64"
    return part(attachment.media_type, transfer, attachment.content, further)


def _html(text: str) -> str:
    paragraphs = "".join(
        f"<p>{html.escape(one).replace(chr(10), '<br>')}</p>\n" for one in text.split("\n\n")
    )
    style = "<style>p{font-family:Calibri,sans-serif;color:#222}</style>"
    return f"<html><head>{style}</head><body>\n{paragraphs}</body></html>\n"


def encoded(text: str) -> str:
    """Return *text* for a header: as it is when ASCII, else in encoded words."""
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=70).encode()


def address(name: str, addr: str) -> str:
    """Return a mailbox as a header writes it."""
    if not name:
        return addr
    if not name.isascii():
        return f"{encoded(name)} <{addr}>"
    return f'"{name}" <{addr}>' if set(name) & set('.,;:@()<>[]\\"') else f"{name} <{addr}>"


def pdf(title: str) -> bytes:
    """Return a PDF of one page with one line, small but whole."""
    shown = title.encode("cp1252", "replace").replace(b"(", b"[").replace(b")", b"]")
    stream = b"BT /F1 14 Tf 72 760 Td (" + shown + b") Tj ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    )
    out, offsets = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % one for one in offsets)
    end = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + end
