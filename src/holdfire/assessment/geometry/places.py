"""Turn places with their errors, and a prepared zone, into lower and upper probabilities.

Rule: a point with a normal error has one probability, so lower equals upper; an exact point (sigma 0) is in or out, the
boundary counting as in; a place that is not known, or whose error is not known, may be anywhere: 0 to 1.
Leaves to others: places that are areas (``areas``), and the time at which a zone was in force (the clause kernels).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from holdfire.assessment.geometry.inside import contains
from holdfire.assessment.geometry.kernel import SIGMA_MIN_M, masses
from holdfire.assessment.geometry.projection import Projection, project, unproject
from holdfire.assessment.geometry.slices import in_slices
from holdfire.assessment.geometry.zones import PreparedZone
from holdfire.errors import InputError, ModelError

__all__ = [
    "ProjectedPlaces",
    "bounds_in_zone",
    "distance_to_boundary_m",
    "place_bounds",
    "prob_in_zone",
    "project_places",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProjectedPlaces:
    """Hold places on a plane, ready to be held against any zone prepared on it.

    Attributes
    ----------
    x, y, sigma : float64, (n,), metres on the plane
        Place and 1-sigma radius, the local scale applied; sigma NaN = exact or unknown.
    exact : int64, (n_exact,)
        Indices of the places without error.
    exact_lon, exact_lat : float64, (n_exact,), degrees
        Their coordinates.
    unknown : int64, (n_unknown,)
        Indices of the places that may be anywhere.
    projection : Projection
        The plane.
    """

    x: Floats
    y: Floats
    sigma: Floats
    exact: Ints
    exact_lon: Floats
    exact_lat: Floats
    unknown: Ints
    projection: Projection


def _as_places(lon: Floats, lat: Floats, sigma_m: Floats | float) -> tuple[Floats, Floats, Floats]:
    lon = np.ascontiguousarray(lon, dtype=np.float64)
    lat = np.ascontiguousarray(lat, dtype=np.float64)
    sigma = np.ascontiguousarray(np.broadcast_to(np.asarray(sigma_m, dtype=np.float64), lon.shape))
    if lon.ndim != 1 or lon.shape != lat.shape:
        raise ModelError(
            f"Places need longitudes and latitudes of one length, not {lon.shape} and {lat.shape}.",
            "places",
            "Give two arrays with one element for each place.",
        )
    for name, values, limit in (("latitude", lat, 90.0), ("longitude", lon, 540.0)):
        worst = np.abs(values).max(initial=0.0, where=np.isfinite(values))
        if worst > limit:
            raise InputError(
                f"A place has a {name} beyond {limit:g} degrees: {worst:g}.",
                "places",
                "Write longitude before latitude, in degrees; leave out what is not known.",
            )
    least = sigma.min(initial=0.0, where=~np.isnan(sigma))
    if least < 0.0:
        raise InputError(
            f"A place has an error below zero: {least:g} m.",
            "places",
            "Give the 1-sigma radius in metres: 0 for an exact place, null if it is not known.",
        )
    return lon, lat, sigma


def project_places(
    lon: Floats, lat: Floats, sigma_m: Floats | float, projection: Projection, threads: int = 1
) -> ProjectedPlaces:
    """Project places once, to hold them against many zones on one plane.

    Parameters
    ----------
    lon, lat : float64, (n,), degrees
        WGS84; NaN = unknown.
    sigma_m : float64, (n,) or one number, metres
        1-sigma radius of the circular normal error on the ground; below 1 mm = exact, NaN or infinite = unknown.
    projection : Projection
        The plane of the zones.
    threads : int, 1 or more
        Threads to share the work; the result does not depend on it.

    Raises
    ------
    InputError
        A latitude is beyond 90 degrees, a longitude beyond 540, or a sigma negative.
    ModelError
        The arrays do not have one length.
    """
    lon, lat, sigma = _as_places(lon, lat, sigma_m)
    x, y, scale = project(lon, lat, projection, threads)
    known = np.isfinite(lon) & np.isfinite(lat) & np.isfinite(sigma)
    blurred = known & (sigma >= SIGMA_MIN_M)
    exact = np.flatnonzero(known & ~blurred)
    return ProjectedPlaces(
        x=x,
        y=y,
        sigma=np.where(blurred, sigma * scale, np.nan),
        exact=exact,
        exact_lon=lon[exact],
        exact_lat=lat[exact],
        unknown=np.flatnonzero(~known),
        projection=projection,
    )


def prob_in_zone(x: Floats, y: Floats, sigma: Floats, zone: PreparedZone, threads: int = 1) -> Floats:
    """Return the probability that each place lies in the zone, on the zone's plane.

    Parameters
    ----------
    x, y : float64, (n,), metres on the plane
        Places; NaN = unknown.
    sigma : float64, (n,), metres on the plane
        1-sigma radius, the local scale applied; below 1 mm it is taken as 1 mm.
    zone : PreparedZone
        The zone, prepared on the same plane.
    threads : int, 1 or more
        Threads to share the work; the result does not depend on it.

    Returns
    -------
    float64, (n,), 0..1
        NaN = unknown.
    """
    out = np.zeros(x.size)
    octaves = zone.with_levels(zone.lacking(x, y, sigma)).octaves
    if octaves is None:
        out[np.isnan(x) | np.isnan(y) | np.isnan(sigma)] = np.nan
        return out
    arrays = (
        octaves.box, octaves.scales, octaves.shapes, octaves.top, octaves.block, octaves.base, octaves.run,
        octaves.span, octaves.ends, octaves.certain, octaves.table,
    )  # fmt: skip
    x, y, sigma = (np.ascontiguousarray(values, dtype=np.float64) for values in (x, y, sigma))

    def fill(part: slice) -> None:
        terms = np.empty(octaves.longest_run + 8)
        masses(x[part], y[part], sigma[part], *arrays, terms, out[part])

    in_slices(fill, x.size, threads)
    return out


def bounds_in_zone(places: ProjectedPlaces, zone: PreparedZone, threads: int = 1) -> tuple[Floats, Floats]:
    """Return lower and upper probabilities of projected places to lie in a zone.

    Parameters
    ----------
    places : ProjectedPlaces
        From :func:`project_places`, on the zone's plane.
    zone : PreparedZone
        The zone.
    threads : int, 1 or more
        Threads to share the work; the result does not depend on it.

    Returns
    -------
    lower, upper : float64, (n,), 0..1
        Equal where the place is known; 0 and 1 where it is not.

    Raises
    ------
    ModelError
        Places and zone are on different planes.
    """
    if places.projection != zone.projection:
        raise ModelError(
            f"Places and zone are on different planes: {places.projection} and {zone.projection}.",
            "bounds_in_zone",
            "Prepare the zones together, and project the places with their projection.",
        )
    lower = prob_in_zone(places.x, places.y, places.sigma, zone, threads)
    if places.exact.size:
        lower[places.exact] = contains(places.exact_lon, places.exact_lat, zone.exact, threads)
    upper = lower.copy()
    lower[places.unknown] = 0.0
    upper[places.unknown] = 0.0 if zone.is_empty else 1.0
    return lower, upper


def place_bounds(
    lon: Floats, lat: Floats, sigma_m: Floats | float, zone: PreparedZone, threads: int = 1
) -> tuple[Floats, Floats]:
    """Return lower and upper probabilities of places to lie in a zone.

    Parameters
    ----------
    lon, lat : float64, (n,), degrees
        WGS84; NaN = unknown.
    sigma_m : float64, (n,) or one number, metres
        1-sigma radius of the circular normal error on the ground; below 1 mm = exact, NaN or infinite = unknown.
    zone : PreparedZone
        The zone.
    threads : int, 1 or more
        Threads to share the work; the result does not depend on it.

    Returns
    -------
    lower, upper : float64, (n,), 0..1
        Equal where the place is known; 0 and 1 where it is not. In an empty zone 0 and 0 for a known place, and 0 and
        0 for an unknown one too, for nothing can lie there.

    Raises
    ------
    InputError
        A latitude is beyond 90 degrees, a longitude beyond 540, or a sigma negative.
    ModelError
        The arrays do not have one length.
    """
    return bounds_in_zone(project_places(lon, lat, sigma_m, zone.projection, threads), zone, threads)


def distance_to_boundary_m(lon: Floats, lat: Floats, zone: PreparedZone) -> Floats:
    """Return how far each place is from the zone's boundary, for words in an explanation.

    The nearest point of the boundary is found on the plane and the distance to it measured on the ellipsoid; it is
    not what a probability rests on.

    Parameters
    ----------
    lon, lat : float64, (n,), degrees
        WGS84; NaN = unknown.
    zone : PreparedZone
        The zone.

    Returns
    -------
    float64, (n,), metres
        Positive inside, negative outside; NaN where the place is unknown or the zone empty.
    """
    lon, lat, _ = _as_places(lon, lat, 0.0)
    distance = np.full(lon.size, np.nan)
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if zone.octaves is None or not known.size:
        return distance
    x, y, _ = project(lon[known], lat[known], zone.projection)
    boundary = shapely.MultiLineString(list(zone.octaves.edges()))
    shapely.prepare(boundary)
    nearest = shapely.get_coordinates(shapely.shortest_line(boundary, shapely.points(x, y)))[::2]
    near_lon, near_lat = unproject(nearest[:, 0].copy(), nearest[:, 1].copy(), zone.projection)
    metres = GEOD.inv(lon[known], lat[known], near_lon, near_lat)[2]
    distance[known] = np.where(contains(lon[known], lat[known], zone.exact), metres, -metres)
    return distance
