"""Events of lane audit -> the same events, each holding the link of the body before it; and heads of headquarters, judged. [proto-11.2]"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final

from proto.chain import NONE_BEFORE, Link, link_of
from proto.heads import Head
from proto.kinds import Audited

REMEMBERED: Final = 4096  # links of this epoch: more than wait for a receipt in any shift; 0.5 MB

MORE_THERE: Final = "headquarters holds audit records that this card does not have: the card was put back, or copied"
OTHER_THERE: Final = "headquarters holds an audit record that is not the one of this card"
NONE_HERE: Final = "headquarters holds audit records of this vehicle, and this card begins without any"


@dataclass(frozen=True, slots=True)
class Before:
    """The last audit event that the store knew when it was opened: its epoch, its number, its link."""

    epoch: bytes
    number: int
    link: Link


class Chain:
    """The chain of one epoch, begun where the store ended. `known` is false after a salvage: what was before is not known."""

    def __init__(self, epoch: bytes, before: Before | None, *, known: bool = True) -> None:
        self._epoch = epoch
        self._before = before
        self._is_known = known
        self._link: Link | None = (before.link if before else NONE_BEFORE) if known else None
        self._links: OrderedDict[int, Link] = OrderedDict()
        self._last = 0

    def linked(self, event: Audited) -> Audited:
        """The event as it is to be encoded next."""
        return replace(event, link=self._link)

    def encoded(self, number: int, body: bytes) -> None:
        """It has this number and this body: the next one follows it."""
        self._link = link_of(body)
        self._last = number
        self._links[number] = self._link
        if len(self._links) > REMEMBERED:
            self._links.popitem(last=False)

    def fault(self, head: Head) -> str | None:
        """What is wrong with a head that headquarters holds, without personal data; None: nothing that can be told here."""
        if head.epoch == self._epoch:
            return self._told(head, self._last, self._links.get(head.last))
        if not self._is_known:
            return None
        if self._before is None:
            return NONE_HERE
        if head.epoch != self._before.epoch:
            return None  # an epoch that is neither this one nor the last: its own successor has judged it
        mine = self._before.link if head.last == self._before.number else None
        return self._told(head, self._before.number, mine)

    def _told(self, head: Head, last: int, mine: Link | None) -> str | None:
        if head.last > last:
            return MORE_THERE
        return OTHER_THERE if mine is not None and mine != head.link else None
