"""The devices: bytes of cameras and receivers -> readings. Pure, but for `streams.py`, which opens ports."""
