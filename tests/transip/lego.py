"""Runs TransIP's own Go client, compiled into the ACME client lego, in a process of its own: `lego.py KEYFILE NAMESERVER DOMAIN ACTION…`.

The environment of such a program is read once, so every test needs a new process.
"""

import json
import sys


def main(key: str, nameserver: str, domain: str, *actions: str) -> None:
    """Do the *actions* with *domain* and print an answer for each."""
    from lego_bridge import cmd

    credentials = {"TRANSIP_ACCOUNT_NAME": "voorbeeld", "TRANSIP_PRIVATE_KEY_PATH": key}
    order = {"action": "configure", "provider": "transip", "credentials": credentials}
    sys.stdout.write(cmd(json.dumps({**order, "nameservers": [nameserver]})) + "\n")
    for action in actions:
        order = {"action": action, "domain": domain, "token": "t", "key_authorization": "t.k"}
        sys.stdout.write(cmd(json.dumps(order)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
