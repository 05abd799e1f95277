"""Programs that a test needs and this machine may not have."""

import os
import shutil

import pytest

PACKAGES = {
    "7z": "p7zip-full",
    "apache2": "apache2-bin",
    "chromium": "chromium",
    "doveadm": "dovecot-core",
    "dovecot": "dovecot-imapd",
    "fail2ban-server": "fail2ban",
    "journalctl": "systemd",
    "mbsync": "isync",
    "named-checkzone": "bind9-utils",
    "nginx": "nginx-light",
    "nsd-checkzone": "nsd",
    "rg": "ripgrep",
    "rsyslogd": "rsyslog",
    "xz": "xz-utils",
}
"""Program → Debian package, where the two differ."""


def need(*programs: str) -> None:
    """Skip the test when one of the *programs* is missing, saying what to install; in CI, fail."""
    path = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
    missing = [program for program in programs if shutil.which(program, path=path) is None]
    if not missing:
        return
    packages = " ".join(PACKAGES.get(program, program) for program in missing)
    message = f"needs {', '.join(missing)}: apt-get install {packages}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
