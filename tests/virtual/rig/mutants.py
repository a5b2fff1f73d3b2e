"""Faults that somebody could make in our own code, each an exact replacement of text; the simulation must catch every one."""

from typing import Final

from tests.faults.rig.fault import Edit, Fault

MUTANTS: Final[dict[str, Fault]] = {
    "full-ignored": Fault(
        "what a full disk did not take is said to be stored",
        (
            Edit(
                "edge/spool/recorder.py",
                "                self._room.release()\n",
                "                self._room.release()\n                return True\n",
            ),
        ),
    ),
    "number-reused": Fault(
        "the counter of one lane begins anew with each group",
        (
            Edit(
                "edge/spool/numbering.py",
                "        return Group(runs, _born_s(self._moment))\n",
                "        self._next[Lane.HEALTH] = 1\n        return Group(runs, _born_s(self._moment))\n",
            ),
        ),
    ),
    "epoch-reused": Fault(
        "an epoch of seven zeros and a bit of chance",
        (
            Edit(
                "edge/identity.py",
                "    return chance(EPOCH_BYTES)\n",
                "    return bytes(7) + bytes([chance(1)[0] & 3])\n",
            ),
        ),
    ),
    "hit-astray": Fault(
        "a hit names the read before its own",
        (Edit("edge/spool/numbering.py", "sighting.hit(number)", "sighting.hit(max(1, (number or 1) - 1))"),),
    ),
    "no-start": Fault(
        "an epoch begins without its start",
        (Edit("edge/spool/numbering.py", "                self._add(self._start)\n", ""),),
    ),
    "lasts-wrong": Fault(
        "the parent's last numbers are one too low",
        (
            Edit(
                "edge/spool/spool.py", "(int(ledger.lane), ledger.last) for", "(int(ledger.lane), ledger.last - 1) for"
            ),
        ),
    ),
    "unpinned": Fault(
        "the newest row of a lane is deleted like any other",
        (
            Edit(
                "edge/spool/spool.py",
                "        return ledger.last <= row.last and (",
                "        return ledger.last < row.last and (",
            ),
        ),
    ),
    "young-deleted": Fault(
        "age deletes what nobody has answered for",
        (
            Edit(
                "edge/spool/spool.py",
                "if self._is_done(lane, row) and not self._is_pinned(lane, row)]",
                "if not self._is_pinned(lane, row)]",
            ),
        ),
    ),
    "drop-uncounted": Fault(
        "what a quota costs is not counted",
        (
            Edit(
                "edge/spool/spool.py",
                "                self.dropped[cut.lane] += self.ledgers",
                "                self.ledgers",
            ),
        ),
    ),
    "receipt-wide": Fault(
        "a receipt counts for everything before it",
        (
            Edit(
                "edge/spool/ledger.py",
                "self.receipted.gaps(first, min(last, self.last))",
                "self.receipted.gaps(1, min(last, self.last))",
            ),
        ),
    ),
    "again-unmarked": Fault(
        "what headquarters lacks again is not marked",
        (Edit("edge/spool/ledger.py", "                self.done.remove(*number_range)\n", ""),),
    ),
    "receipts-of-another": Fault(
        "receipts come back from the file one number too far",
        (
            Edit(
                "edge/spool/ledger.py",
                "        self.receipted, self.aside = receipted, aside\n",
                "        self.receipted, self.aside = Ranges((first, last + 1) for first, last in receipted), aside\n",
            ),
        ),
    ),
    "coverage-over-receipts": Fault(
        "a batch goes out though part of it was answered for while it was read",
        (
            Edit(
                "edge/uplink/window.py",
                "        if flight.ledger.done.first_gap(flight.first, flight.last) != (flight.first, flight.last):\n            return False\n",
                "",
            ),
        ),
    ),
    "batch-forgotten": Fault(
        "a new connection forgets what was in flight",
        (
            Edit(
                "edge/uplink/window.py", "            flight.due_s = 0.0\n", '            flight.due_s = float("inf")\n'
            ),
        ),
    ),
    "never-again": Fault(
        "a batch is never sent again on the same connection",
        (
            Edit(
                "edge/uplink/flight.py",
                "        self.due_s = now_s + self.wait_s\n",
                "        self.due_s = now_s + 1e9\n",
            ),
        ),
    ),
    "hello-ignored": Fault(
        "headquarters' hello makes nothing due",
        (
            Edit(
                "edge/uplink/uplink.py",
                "        self._session = session\n        self._window.connected()\n",
                "        self._session = session\n",
            ),
        ),
    ),
    "refused-for-ever": Fault(
        "a refused row is never set aside",
        (
            Edit(
                "edge/uplink/window.py",
                "        if first == last:\n            ledger.set_aside",
                "        if first > last:\n            ledger.set_aside",
            ),
            Edit("edge/uplink/window.py", "        elif first < last:\n", "        else:\n"),
        ),
    ),
    "ignored-for-ever": Fault(
        "a row that nobody answers is tried for ever",
        (
            Edit(
                "edge/uplink/window.py",
                "                flight.ignored += 1\n",
                "                flight.ignored += 0\n",
            ),
        ),
    ),
    "aside-in-silence": Fault(
        "what is set aside raises no alarm",
        (
            Edit(
                "edge/uplink/window.py",
                "            self.poison.append(Claim(ledger, (first, last), live=False, single=True))\n",
                "",
            ),
        ),
    ),
    "backlog-first": Fault(
        "live events wait for the backlog",
        (
            Edit(
                "edge/uplink/window.py",
                "MOST_BACKLOG: Final = MOST_FLIGHTS - 1\n",
                "MOST_BACKLOG: Final = MOST_FLIGHTS\n",
            ),
            Edit(
                "edge/uplink/window.py",
                "        if live is not None and len(others) - backlog <= backlog:\n",
                "        if live is not None and not backlog:\n",
            ),
            Edit("edge/uplink/window.py", "        if backlog < MOST_BACKLOG and (", "        if ("),
        ),
    ),
    "urgent-last": Fault(
        "urgent events wait until nothing else flies",
        (
            Edit(
                "edge/uplink/window.py",
                "        if len(urgent) < MOST_URGENT and (",
                "        if not self._flights and (",
            ),
        ),
    ),
    "window-open": Fault(
        "twice as many batches in flight",
        (
            Edit(
                "edge/uplink/window.py",
                "        if len(others) >= MOST_FLIGHTS or ",
                "        if len(others) >= 2 * MOST_FLIGHTS or ",
            ),
            Edit(
                "edge/uplink/window.py",
                "        if backlog < MOST_BACKLOG and (",
                "        if backlog < 2 * MOST_BACKLOG and (",
            ),
        ),
    ),
    "no-reconnect": Fault(
        "the delays between tries are not capped",
        (Edit("edge/supervision.py", "LONGEST_S: Final = 2.0", "LONGEST_S: Final = 4000.0"),),
    ),
    "no-rollback": Fault(
        "a transaction that failed is left open",
        (Edit("edge/spool/database.py", '            connection.execute("ROLLBACK")\n', "            pass\n"),),
    ),
    "ahead-stale": Fault(
        "bodies read ahead are offered for numbers beyond them",
        (
            Edit(
                "edge/spool/near.py",
                "        if not first <= wanted[0] <= last:\n",
                "        if not first <= wanted[0]:\n",
            ),
        ),
    ),
    "hq-receipt-wide": Fault(
        "headquarters' receipt covers everything before the batch",
        (
            Edit(
                "headquarters/store/intake.py", "Ranges()).add(batch.first, batch.last)", "Ranges()).add(1, batch.last)"
            ),
        ),
    ),
    "hq-not-committed": Fault(
        "headquarters answers for what it has not committed",
        (
            Edit(
                "headquarters/store/file.py",
                '        yield\n        connection.execute("COMMIT")\n',
                '        yield\n        connection.execute("COMMIT" if connection.total_changes < 500 else "ROLLBACK")\n',
            ),
        ),
    ),
    "hq-gap-accounted": Fault(
        "headquarters joins ranges over a gap of one",
        (
            Edit(
                "headquarters/store/accounted.py",
                "    joined = Ranges([*touched, (first, last)])\n",
                "    joined = Ranges([*touched, (max(1, first - 1), last)])\n",
            ),
        ),
    ),
}
