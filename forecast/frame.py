"""Degrees <-> metres of the boxes' planar frame, about an anchor: a local flat earth, good to some ten metres within 20 km. Pure Python."""

import math

from forecast.wire import Anchor


def degrees(anchor: Anchor, x_m: float, y_m: float) -> tuple[float, float]:
    """Latitude and longitude (WGS 84) of a point of the frame."""
    turn = math.radians(anchor.convergence_deg)
    dx, dy = x_m - anchor.x_m, y_m - anchor.y_m
    east, north = dx * math.cos(turn) + dy * math.sin(turn), dy * math.cos(turn) - dx * math.sin(turn)
    lat_m, lon_m = _metres_a_degree(anchor.lat_deg)
    return anchor.lat_deg + north / lat_m, anchor.lon_deg + east / lon_m


def metres(anchor: Anchor, lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """The point of the frame at a latitude and longitude (WGS 84)."""
    turn = math.radians(anchor.convergence_deg)
    lat_m, lon_m = _metres_a_degree(anchor.lat_deg)
    east, north = (lon_deg - anchor.lon_deg) * lon_m, (lat_deg - anchor.lat_deg) * lat_m
    dx, dy = east * math.cos(turn) - north * math.sin(turn), east * math.sin(turn) + north * math.cos(turn)
    return anchor.x_m + dx, anchor.y_m + dy


def _metres_a_degree(lat_deg: float) -> tuple[float, float]:
    """Metres a degree of latitude and of longitude: the first terms of the series for the WGS 84 ellipsoid."""
    lat = math.radians(lat_deg)
    return 111_132.954 - 559.822 * math.cos(2 * lat), 111_412.84 * math.cos(lat) - 93.5 * math.cos(3 * lat)
