"""The tables of headquarters' store, and the version that is written into the file."""

from typing import Final

APPLICATION_ID: Final = 0x50454851  # "PEHQ"
VERSION: Final = 1

TABLES: Final = """
CREATE TABLE vehicle (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

-- An epoch's id is its order of arrival. `parent` is what its `start` named, once `started`.
CREATE TABLE epoch (
    id INTEGER PRIMARY KEY, vehicle INTEGER NOT NULL REFERENCES vehicle, name BLOB NOT NULL, boot BLOB NOT NULL,
    first_ms INTEGER NOT NULL, started INTEGER NOT NULL DEFAULT 0, parent BLOB, UNIQUE (name, vehicle));
CREATE INDEX epoch_parent ON epoch (parent) WHERE parent IS NOT NULL;
CREATE INDEX epoch_boot ON epoch (vehicle, boot);

-- A stream is one lane of one epoch: its numbers run upwards, so its events are appended side by side.
CREATE TABLE stream (
    id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL REFERENCES epoch, lane INTEGER NOT NULL,
    events INTEGER NOT NULL DEFAULT 0, repeated INTEGER NOT NULL DEFAULT 0, UNIQUE (epoch, lane));
CREATE TABLE event (
    stream INTEGER NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (stream, seq)) WITHOUT ROWID;

-- Numbers that are here or known to be dropped: disjoint ranges that do not touch.
CREATE TABLE accounted (
    stream INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (stream, first)) WITHOUT ROWID;

-- The other bodies of an identity whose first body is in `event`.
CREATE TABLE conflict (
    stream INTEGER NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (stream, seq, body)) WITHOUT ROWID;

-- The last numbers that a child epoch's `start` named of its parent.
CREATE TABLE named (
    parent BLOB NOT NULL, lane INTEGER NOT NULL, child INTEGER NOT NULL REFERENCES epoch, last INTEGER NOT NULL,
    PRIMARY KEY (parent, lane, child)) WITHOUT ROWID;

-- Messages nobody here can read, whole, within bounds.
CREATE TABLE aside (
    id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, vehicle TEXT, topic TEXT NOT NULL, reason TEXT NOT NULL,
    size INTEGER NOT NULL, digest BLOB NOT NULL UNIQUE, message BLOB NOT NULL);
CREATE INDEX aside_vehicle ON aside (vehicle);

CREATE TABLE alarm (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, vehicle TEXT, epoch BLOB, lane INTEGER, detail TEXT NOT NULL,
    first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, times INTEGER NOT NULL DEFAULT 1);
CREATE UNIQUE INDEX alarm_key ON alarm (name, ifnull(vehicle, ''), ifnull(epoch, x''), ifnull(lane, -1));

CREATE TABLE tally (name TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID;
"""

# Tables that came later, each statement with IF NOT EXISTS and no semicolon in a comment. An earlier patrol-hq works beside them.
ADDED: Final = """
-- What the cars were shown: a `hit` event by its alert's number, with the event's body.
CREATE TABLE IF NOT EXISTS hit (
    vehicle TEXT NOT NULL, epoch BLOB NOT NULL, alert INTEGER NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    body BLOB NOT NULL, PRIMARY KEY (vehicle, epoch, alert)) WITHOUT ROWID;

-- What became of each: `step` events, in the order (by, seq). `by` is the epoch's order of arrival.
CREATE TABLE IF NOT EXISTS step (
    vehicle TEXT NOT NULL, epoch BLOB NOT NULL, alert INTEGER NOT NULL, by INTEGER NOT NULL, seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (vehicle, epoch, alert, by, seq)) WITHOUT ROWID;

-- What headquarters says back of a hit. `noted`: the car has shown it.
CREATE TABLE IF NOT EXISTS note (
    id INTEGER PRIMARY KEY, vehicle TEXT NOT NULL, epoch BLOB NOT NULL, alert INTEGER NOT NULL, text TEXT NOT NULL,
    made_ms INTEGER NOT NULL, said_ms INTEGER, times INTEGER NOT NULL DEFAULT 0, noted INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS note_open ON note (id) WHERE NOT noted;

-- The last record of each epoch's lane audit: its number, the link of its body, and how many were stored.
CREATE TABLE IF NOT EXISTS audit_head (
    vehicle TEXT NOT NULL, epoch BLOB NOT NULL, last INTEGER NOT NULL, link BLOB NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (vehicle, epoch));

-- Visits of cars to boxes of a forecast: the latest that `dwell` events say of each. `ended_ms`: UTC, so far.
CREATE TABLE IF NOT EXISTS dwell (
    epoch INTEGER NOT NULL REFERENCES epoch, name TEXT NOT NULL, version INTEGER NOT NULL, box INTEGER NOT NULL,
    arrived_ms INTEGER NOT NULL, dwell_s INTEGER NOT NULL, credit_s INTEGER NOT NULL, is_over INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL, lat_e6 INTEGER NOT NULL, lon_e6 INTEGER NOT NULL, model BLOB,
    PRIMARY KEY (epoch, name, version, box, arrived_ms)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS dwell_ended ON dwell (ended_ms)
"""
