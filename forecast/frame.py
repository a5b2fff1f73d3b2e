"""Degrees <-> metres of the boxes' planar frame, about an anchor. Pure Python.

A transverse Mercator about the anchor's meridian, its series cut after the second order: what planar frames of cities (UTM, national
grids, State Plane) are near enough to each other, once turned by the convergence at the anchor. Off by some metres within 20 km of it.
"""

import math
from typing import Final

from forecast.wire import Anchor

ROUNDS: Final = 4  # the inverse converges by a factor of 1000 a round


def degrees(anchor: Anchor, x_m: float, y_m: float) -> tuple[float, float]:
    """Latitude and longitude (WGS 84) of a point of the frame."""
    turn = math.radians(anchor.convergence_deg)
    dx, dy = x_m - anchor.x_m, y_m - anchor.y_m
    east, north = dx * math.cos(turn) + dy * math.sin(turn), dy * math.cos(turn) - dx * math.sin(turn)
    lat_deg, lon_rad = anchor.lat_deg, 0.0
    for _ in range(ROUNDS):
        lon_rad = east / _parallel_m(lat_deg)
        lat_deg = anchor.lat_deg + (north - _sag_m(lat_deg, lon_rad)) / _meridian_m((anchor.lat_deg + lat_deg) / 2)
    return lat_deg, anchor.lon_deg + math.degrees(lon_rad)


def metres(anchor: Anchor, lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """The point of the frame at a latitude and longitude (WGS 84)."""
    turn = math.radians(anchor.convergence_deg)
    lon_rad = math.radians((lon_deg - anchor.lon_deg + 180.0) % 360.0 - 180.0)
    east = lon_rad * _parallel_m(lat_deg)
    north = (lat_deg - anchor.lat_deg) * _meridian_m((anchor.lat_deg + lat_deg) / 2) + _sag_m(lat_deg, lon_rad)
    dx, dy = east * math.cos(turn) - north * math.sin(turn), east * math.sin(turn) + north * math.cos(turn)
    return anchor.x_m + dx, anchor.y_m + dy


def _meridian_m(lat_deg: float) -> float:
    """Metres a degree of latitude: the first terms of the series for the WGS 84 ellipsoid."""
    lat = math.radians(lat_deg)
    return 111_132.954 - 559.822 * math.cos(2 * lat) + 1.175 * math.cos(4 * lat)


def _parallel_m(lat_deg: float) -> float:
    """Metres a radian of longitude, likewise."""
    lat = math.radians(lat_deg)
    return math.degrees(111_412.84 * math.cos(lat) - 93.5 * math.cos(3 * lat))


def _sag_m(lat_deg: float, lon_rad: float) -> float:
    """How far a parallel lies poleward of a straight line east: the curve of the grid."""
    return _parallel_m(lat_deg) * math.sin(math.radians(lat_deg)) * lon_rad**2 / 2
