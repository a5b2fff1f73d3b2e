"""THE LANGUAGE between car and headquarters: bytes <-> messages, and the plate key both sides match by. Pure; SPEC.md is its law."""
