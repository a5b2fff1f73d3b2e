"""Orders -> a child process and its verdict. A child that is not waited for any more is ended."""

import asyncio
import json
import pickle
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

from edge.data.orders import Orders


async def ask_child(orders: Orders) -> dict[str, object]:
    """As `edge.data.child.verdict` says it; a child that ends otherwise has failed."""
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "edge.data.child", stdin=PIPE, stdout=PIPE, stderr=DEVNULL
        )
    except OSError as error:
        return {"failed": error.strerror or "no child process"}
    try:
        said, _ = await process.communicate(pickle.dumps(orders))
    finally:
        await _ended(process)
    if process.returncode:
        return {"failed": f"the child process ended with {process.returncode}"}
    verdict: dict[str, object] = json.loads(said)
    return verdict


async def _ended(process: Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()
