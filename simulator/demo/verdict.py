"""A summary -> the rules it breaks, one sentence each; none of them: the drive went well. Pure."""

from simulator.demo.account import Summary


def broken_rules(summary: Summary) -> list[str]:
    """Empty when everything that was stored arrived once, every wanted vehicle was warned of, and every fault was played."""
    s = summary
    rules = (
        (s.lost == 0, f"{s.lost} stored reads are not at headquarters"),
        (s.reads_at_hq == s.reads_stored, f"headquarters has {s.reads_at_hq} of {s.reads_stored} stored reads"),
        (s.dropped == 0, f"{s.dropped} events were dropped"),
        (s.repeated_at_hq == 0, f"{s.repeated_at_hq} events are at headquarters twice"),
        (s.invented == 0, f"{s.invented} reads at headquarters were never said"),
        (s.alerts == s.hits_expected, f"the crew was warned {s.alerts} times and should have been {s.hits_expected}"),
        (s.hits_expected > 0, "no wanted vehicle passed within hearing: nothing was shown"),
        (s.kills > 0, "the daemon was never killed: nothing was shown"),
        (s.reconnects > 0, "the link to headquarters never came back"),
        (s.replugs > 0, "the camera was never read again after it was unplugged"),
    )
    return [sentence for kept, sentence in rules if not kept]
