"""A key that is not the spool's: the file stays as it is, the car serves and says so; the key returns, and the file drains."""

import hashlib

from tests.faults.rig.car import KEY, OTHER_KEY
from tests.faults.rig.program import until
from tests.faults.rig.rig import Rig

READS = 100


def test_with_a_wrong_key_the_old_spool_is_untouched_and_drains_when_its_key_returns(rig: Rig) -> None:
    def say() -> None:
        rig.car.start()
        rig.car.until_heard()
        then = rig.car.follower.count("read")
        rig.feeder.say(READS)
        until(lambda: rig.car.follower.count("read") == then + READS, "the reads are stored")

    def hashes() -> dict[str, str]:
        files = rig.car.state.glob("spool.db*")
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    rig.car.plug()
    say()
    assert rig.car.stop() == 0
    before = hashes()
    rig.car.key_file.write_text(OTHER_KEY)
    rig.broker.start()
    rig.headquarters.start()
    say()
    rig.car.until_sent()
    assert rig.verdict().at_headquarters >= READS
    assert "key-changed" in rig.headquarters.alarm_names()
    assert rig.car.stop() == 0
    assert hashes() == before
    rig.car.key_file.write_text(KEY)
    say()
    verdict = rig.settle()
    assert verdict.said == 3 * READS
    assert verdict.is_good, verdict
