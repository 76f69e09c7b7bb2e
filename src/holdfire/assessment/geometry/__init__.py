"""Hold uncertain places against zones: metres, boundaries, and the probability that a place lies within.

``zones.prepare_zone`` makes a polygon ready once, ``places.place_bounds`` holds places against it,
``areas.area_overlap`` does so for places that are areas, ``buffers`` draws boxes, circles and strips.
"""
