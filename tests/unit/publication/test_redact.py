"""Facts about what the public version holds back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from holdfire.basics.places import distance_m
from holdfire.errors import InputError
from holdfire.publication.bulletin import compose
from holdfire.publication.redact import cell_centres, redact
from holdfire.publication.render import render_html, render_pdf
from holdfire.publication.tables import render_tables
from holdfire.records.bulletin import Bulletin, BulletinInputs
from tests.unit.publication.case_factory import DAY_END, DAY_START, SOURCES

WITNESSES = [name for _, name, _, kind, *_ in SOURCES if kind == "public"]


def test_restricted_changes_no_row(case: BulletinInputs) -> None:
    """The restricted version holds everything that the case holds."""
    assert case == replace(redact(case, audience="restricted"), release=case.release)


def test_places_stand_at_the_centres_of_cells(case: BulletinInputs) -> None:
    """No place of the public version is a place that was reported; each is the centre of its cell."""
    released = redact(case, audience="public", end=DAY_END).incidents
    lon, lat = (np.asarray(released[name].drop_null().to_numpy()) for name in ("lon", "lat"))
    again = cell_centres(lon, lat, 5000.0)
    assert lon.size > 0
    assert np.allclose(again[0], lon) and np.allclose(again[1], lat)
    assert not set(zip(lon, lat, strict=True)) & set(
        zip(case.incidents["lon"].to_pylist(), case.incidents["lat"].to_pylist(), strict=True)
    )


@pytest.mark.parametrize("lat", [0.0, 46.5, -49.35, 78.2])
def test_a_centre_is_no_farther_than_half_a_diagonal(lat: float) -> None:
    """The centre of a cell of 5 km lies within half its diagonal of every place in it."""
    rng = np.random.default_rng(3)
    lons, lats = rng.uniform(-179, 179, 500), lat + rng.uniform(-0.5, 0.5, 500)
    centre_lon, centre_lat = cell_centres(lons, lats, 5000.0)
    assert float(distance_m(lons, lats, centre_lon, centre_lat).max()) <= 5000.0 / np.sqrt(2) * 1.01


def test_errors_are_no_finer_than_a_cell(case: BulletinInputs) -> None:
    """No place of the public version claims to be known better than to half a cell."""
    released = redact(case, audience="public", end=DAY_END).incidents
    assert 2500.0 <= pc.min(released["sigma_m"]).as_py()


def test_names_finer_than_a_cell_are_left_out(case: BulletinInputs) -> None:
    """A name that a source gave with an error below half a cell is not published."""
    released = redact(case, audience="public", end=DAY_END).incidents
    sigma = dict(zip(case.incidents["incident_id"].to_pylist(), case.incidents["sigma_m"].to_pylist(), strict=True))
    named = released.filter(pc.is_valid(released["place_name"]))["incident_id"].to_pylist()
    assert named
    assert all((sigma[name] or 0.0) >= 2500.0 for name in named)


def test_a_cell_with_too_few_incidents_has_no_place(case: BulletinInputs) -> None:
    """A cell with fewer incidents than the policy's smallest count is on no map."""
    released = redact(case, audience="public", end=DAY_END).incidents
    places = list(zip(released["lon"].drop_null().to_pylist(), released["lat"].drop_null().to_pylist(), strict=True))
    assert all(places.count(place) >= 2 for place in places)


def test_only_media_are_quoted(case: BulletinInputs) -> None:
    """The public version holds no words but those of media."""
    released = redact(case, audience="public", end=DAY_END).reports
    media = [source_id for source_id, _, _, kind, *_ in SOURCES if kind == "media"]
    spoken = released.filter(pc.is_valid(released["text"]))
    assert set(media) == set(spoken["source_id"].to_pylist())


def test_nothing_younger_than_the_delay_leaves(case: BulletinInputs) -> None:
    """As of an instant, incidents of the last 24 hours and what hangs on them are held back."""
    released = redact(case, audience="public", as_of=DAY_END)
    assert pc.max(released.incidents["occurred_end"]).as_py() <= DAY_START
    left = pc.is_in(
        released.findings["incident_id"].drop_null(), value_set=released.incidents["incident_id"].combine_chunks()
    )
    assert pc.all(left).as_py()
    assert case.incidents.num_rows - released.incidents.num_rows == released.release.n_delayed
    assert pc.max(released.reports["occurred_end"]).as_py() <= DAY_START


def test_without_an_instant_the_release_states_when_it_may_leave(public: Bulletin) -> None:
    """A public bulletin made at once says before when it must not be published."""
    assert DAY_END + timedelta(hours=24) == public.release.not_before


def test_no_witness_is_named_anywhere(case: BulletinInputs, public: Bulletin) -> None:
    """No form of the public version holds a witness's name or a word of theirs."""
    released = redact(case, audience="public", end=DAY_END)
    files = render_tables(released, start=DAY_START, end=DAY_END)
    forms = {"html": render_html(public), "pdf": render_pdf(public), **files}
    assert [] == [(form, name) for form, content in forms.items() for name in WITNESSES if name.encode() in content]


def test_no_reviewer_and_no_refused_value_is_published(case: BulletinInputs, public: Bulletin) -> None:
    """The public version holds neither reviewers' names nor values of refused rows."""
    released = redact(case, audience="public", end=DAY_END)
    assert set() == {name for names in released.findings["reviewers"].to_pylist() for name in names}
    assert {""} == set(released.refusals["raw"].to_pylist())
    page = render_html(public).decode()
    assert all(value not in page for value in ("n/a3", "9999-01-01", "HYPERLINK"))


def test_small_counts_are_suppressed(public: Bulletin) -> None:
    """A count of incidents below the policy's smallest is told as fewer than that."""
    page = render_html(public).decode()
    row = next(row for numbers in public.clauses for row in numbers.rows if row.n_established == 1)
    assert row.n_established < public.release.min_count
    assert "&lt;2</td>" in page


def test_the_same_public_version_in_any_order(case: BulletinInputs) -> None:
    """Redacting shuffled rows gives the same bulletin."""
    order = pa.array(np.random.default_rng(5).permutation(case.incidents.num_rows))
    other = redact(replace(case, incidents=case.incidents.take(order)), audience="public", end=DAY_END)
    first = redact(case, audience="public", end=DAY_END)
    assert compose(first, start=DAY_START, end=DAY_END, language="en") == compose(
        other, start=DAY_START, end=DAY_END, language="en"
    )


def test_an_unknown_audience_is_refused(case: BulletinInputs) -> None:
    """Only the audiences of the house can be served."""
    with pytest.raises(InputError, match="'press'"):
        redact(case, audience="press")


def test_an_instant_without_an_offset_is_refused(case: BulletinInputs) -> None:
    """The delay cannot be counted back from an instant without an offset."""
    with pytest.raises(InputError, match="no offset"):
        redact(case, audience="public", as_of=datetime(2031, 5, 15))  # noqa: DTZ001 - that is the point
