"""Reason codes of MQTT (3.1.1 tables 3.1 and 3.1.3, 5.0 tables 3-1, 3-4, 3-8, 3-13) -> what an engineer is told."""

from typing import Final

WRONG_VERSION: Final = frozenset({1, 132})  # CONNACK
NO_SUBSCRIBER: Final = 0x10  # PUBACK of MQTT 5: taken, but nobody listens
FIRST_FAILURE: Final = 0x80  # of SUBACK in both versions, of everything in 5
NOT_AUTHORISED: Final = 0x87

REFUSED: Final = {  # CONNACK: what only a person can mend
    2: "the broker does not take this car's name as a client identifier",
    4: "the broker does not accept user and password",
    5: "the broker does not authorise this car",
    133: "the broker does not take this car's name as a client identifier",
    134: "the broker does not accept user and password",
    135: "the broker does not authorise this car",
    138: "the broker has banned this car",
}
ENDED: Final = {  # DISCONNECT, and what paho gives for its own findings
    7: "the connection was lost",
    128: "the connection was lost",
    139: "the broker is shutting down",
    141: "the broker has gone silent",
    142: "another client took this car's place at the broker: is there a second car of this name?",
}
NOT_TAKEN: Final = {  # PUBACK
    0x90: "it takes no such topic",
    0x95: "the message is too large for it",
    0x97: "its quota is used up",
}
