"""Certificates for servers that exist only during a test."""

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "overdracht test")])


def write_certificate(
    directory: Path,
    *,
    name: str = "localhost",
    valid: tuple[int, int] = (-1, 30),
    also: tuple[str, ...] = ("127.0.0.1",),
) -> tuple[Path, Path]:
    """Write a self-signed certificate for *name* into *directory*, valid between two numbers of days from now.

    For `localhost` it is one for the addresses *also* too.

    Return the files of certificate and key; the certificate is its own authority.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)
    addresses = (
        [] if name != "localhost" else [x509.IPAddress(ipaddress.ip_address(one)) for one in also]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_NAME)
        .issuer_name(_NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=valid[0]))
        .not_valid_after(now + dt.timedelta(days=valid[1]))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name), *addresses]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = directory / f"{name}.crt", directory / f"{name}.key"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file
