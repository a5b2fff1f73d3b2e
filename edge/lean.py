"""What this car will never use -> not loaded: TLS where the broker speaks none, HTTP behind the MQTT client.

m: 4.9 MB and 1.1 MB of resident memory (docs/decisions/0023-what-a-car-does-not-use-is-not-loaded.md).
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.machinery import PathFinder
from types import ModuleType


@contextmanager
def in_place_of(name: str, module: ModuleType | None) -> Iterator[None]:
    """What is imported meanwhile finds `module` under this name, or none; who asks later gets the real one.

    A module that is loaded already stays.
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = module  # type: ignore[assignment]  # None: "import NAME" raises ImportError (docs.python.org, import)
    try:
        yield
    finally:
        del sys.modules[name]


@contextmanager
def spared(*, is_tls: bool) -> Iterator[None]:
    """For the import of the daemon. asyncio and hashlib work without OpenSSL, by their own design; the MQTT client needs two names of it."""
    with ExitStack() as stack:
        if not is_tls:
            stack.enter_context(in_place_of("_hashlib", None))
            with in_place_of("ssl", None):
                import asyncio  # noqa: F401
                import hashlib  # noqa: F401
            stack.enter_context(in_place_of("ssl", _no_tls()))
        if PathFinder.find_spec("socks") is None:  # without it paho asks nobody for a proxy
            stack.enter_context(in_place_of("urllib.request", ModuleType("urllib.request")))
        stack.enter_context(in_place_of("annotated_types", _no_bounds()))
        yield


def _no_bounds() -> ModuleType:
    """Bounds of the configuration's values, which the validator has seen to before this process began."""
    module = ModuleType("annotated_types")
    for name in ("Ge", "Gt", "Le", "MaxLen", "MinLen"):
        setattr(module, name, lambda _: None)
    return module


def _no_tls() -> ModuleType:
    """What paho catches at every read of a plain socket, and nothing raises."""
    module = ModuleType("ssl")
    for name in ("SSLWantReadError", "SSLWantWriteError"):
        setattr(module, name, type(name, (OSError,), {}))
    return module
