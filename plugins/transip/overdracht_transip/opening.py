"""Open the account that the settings name."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from overdracht import ConfigError
from overdracht_transip.client import KeyLogin, Login, PanelToken, Patience, Writer
from overdracht_transip.settings import TransipSettings


def opened(settings: TransipSettings, pause: Callable[[float], None]) -> Writer:
    """Return a client for the account of *settings*, which waits by *pause*."""
    patience = Patience(sleep=pause)
    if settings.world is not None:
        login = _made_up(settings.world.absolute(), settings.login)
        return Writer(login, f"sandbox:{settings.world.absolute()}", patience=patience)
    return Writer(_login(settings), settings.url, patience=patience, timeout=settings.timeout)


def _login(settings: TransipSettings) -> Login:
    if settings.token is not None:
        return PanelToken(settings.token.get().reveal())
    assert settings.private_key is not None  # noqa: S101 - the settings have one of the two
    return KeyLogin(
        settings.login,
        settings.private_key.get().reveal(),
        global_key=settings.any_address,
    )


def _made_up(world: Path, login: str) -> Login:
    """Return a login to the made-up account in the file *world*, which takes the key of whoever can write the file."""
    from overdracht_transip.sandbox.core import Sandbox

    if not world.is_file():
        raise ConfigError("the file of `world` is not there", remedy="`overdracht demo` makes one")
    private, public = _key_pair()
    with Sandbox.of_file(world).state() as state:
        name = login or next(iter(state["accounts"]), "")
        if name not in state["accounts"]:
            raise ConfigError("the file of `world` has no such account")
        state["accounts"][name]["keys"] = [public]
    return KeyLogin(name, private)


@cache
def _key_pair() -> tuple[str, str]:
    from overdracht_transip.sandbox.tokens import new_key_pair

    return new_key_pair()
