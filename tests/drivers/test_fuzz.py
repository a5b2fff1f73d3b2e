"""Random tokens of each dialect's own captures -> no dialect raises, lies about its junk or hoards; `fuzz.py` goes deeper.

The draws are seeded: what fails here fails again.
"""

import pickle
import random
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import pytest

from drivers.dialect import Dialect
from drivers.readings import Junk

FUZZ = Path(__file__).with_name("fuzz.py")
ROUNDS = 400
TOKEN = re.compile(rb"[A-Za-z_]+|\d+|[^A-Za-z_\d]{1,2}", re.DOTALL)
ODD = [
    *(b"", b"\0", b"\xff", b"\r\n", b"\n", b"A" * 300, b"9" * 30, b"-", b";", b"$", b"*", b"\x02", b"\x03"),
    *(b"<?xml", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<!DOCTYPE", b"IMAGE_X>", b"</", b"&lt;", b"&x;"),
    *(b"[", b"{", b"}", b'"', b"\\u", b"\\ud800", b"1e999", b"NaN", b"null", b"true", b"\x89\xab\xcd\xef"),
]


class Spoken(Protocol):
    """What the fixture `spoken` of conftest.py gives for each dialect."""

    dialect: type[Dialect[Any]]
    capture: bytes


@pytest.mark.parametrize("seed", range(4))
def test_no_shuffling_of_tokens_makes_it_raise_lie_or_hoard(spoken: Spoken, seed: int) -> None:
    chance = random.Random(f"{spoken.dialect.name}/{seed}")
    tokens = TOKEN.findall(spoken.capture)
    for _ in range(ROUNDS):
        start = chance.randrange(len(tokens))
        some = tokens[start : start + chance.randrange(1, 120)]
        for _ in range(chance.randrange(1, 8)):
            some[chance.randrange(len(some))] = chance.choice(ODD if chance.random() < 0.5 else tokens)
        data = b"".join(some)
        dialect, cut = spoken.dialect(), chance.randrange(len(data) + 1)
        items = dialect.feed(data[:cut]) + dialect.feed(data[cut:])
        assert len(pickle.dumps(dialect)) < 4 * len(data) + 4096
        items += dialect.close()
        assert sum(len(item.data) for item in items if isinstance(item, Junk)) <= len(data)


@pytest.mark.skipif(find_spec("atheris") is not None, reason="atheris is installed here")
def test_without_atheris_the_fuzzer_says_how_to_get_it() -> None:
    said = subprocess.run([sys.executable, FUZZ, "axxon"], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("atheris is not installed: pip install atheris")
