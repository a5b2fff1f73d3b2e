"""What is carried, changed step by step, against the records of it."""

from edge.audit.changes import Changes
from edge.audit.records import AuditRecords
from edge.spool.inbox import Inbox
from edge.spool.numbering import Item
from proto.events import Change, Clock, Moment

NOON = Moment(1, None, Clock.UNSET)


async def test_each_set_that_came_changed_or_went_is_one_record_and_the_rest_are_none() -> None:  # [proto-11.9]
    carried = {"wanted": "1", "force": "7"}
    inbox: Inbox[Item] = Inbox(64, 0.5)
    changes = Changes(AuditRecords(inbox, lambda *_: None), lambda: NOON, carried.copy)
    changes.look()
    assert len(inbox) == 0
    carried |= {"wanted": "2", "town": "1"}
    del carried["force"]
    changes.look()
    changes.look()
    assert await inbox.take() == [
        Change(NOON, None, "set force", "7", None),
        Change(NOON, None, "set town", None, "1"),
        Change(NOON, None, "set wanted", "1", "2"),
    ]
