"""What the link takes in finds its desk; what no desk takes is the keeper's. A store of an earlier version gets the later tables."""

import sqlite3
from contextlib import closing
from pathlib import Path

from headquarters.arrivals import Message, message
from headquarters.sorting import Sorted
from headquarters.store.file import open_writer
from headquarters.waiting import Waiting


class Desk:
    """Takes one word, as long as it has room."""

    def __init__(self, word: str, *, room: bool = True) -> None:
        self.word = word
        self.room = room
        self.taken: list[str] = []

    def takes(self, message: Message) -> bool | None:
        if not message.topic.endswith(self.word):
            return None
        self.taken.append(message.topic)
        return self.room


def test_each_message_goes_to_its_desk_and_the_rest_to_the_keeper() -> None:
    inbox: Waiting[Message] = Waiting(1)
    first, second = Desk("confirm"), Desk("ask", room=False)
    sorted_ = Sorted([first, second], inbox)
    assert [sorted_.put(message(f"pe/1/car-1/up/{word}", b"")) for word in ("confirm", "ask", "read", "read")] == [
        True, False, True, False,
    ]  # fmt: skip
    assert (len(first.taken), len(second.taken), len(inbox)) == (1, 1, 1)


def test_a_store_of_before_gets_the_tables_that_came_later(store_path: Path) -> None:
    open_writer(store_path).close()
    with closing(sqlite3.connect(store_path)) as connection:
        connection.execute("DROP TABLE hit")
    with closing(open_writer(store_path)) as connection:
        assert connection.execute("SELECT count(*) FROM hit").fetchone() == (0,)
