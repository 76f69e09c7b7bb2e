"""Facts about the guarantee's records."""

from __future__ import annotations

import dataclasses
from typing import get_type_hints

from holdfire.records.zone_membership import ZONE_MEMBERSHIP_SCHEMA, ZoneMembership


def test_a_zone_membership_equals_its_schema() -> None:
    """The record of a zone membership has the columns of its schema, none of them nullable."""
    hints = get_type_hints(ZoneMembership)
    assert ZONE_MEMBERSHIP_SCHEMA.names == [field.name for field in dataclasses.fields(ZoneMembership)]
    assert [str, str, str, float, float] == [hints[name] for name in ZONE_MEMBERSHIP_SCHEMA.names]
    assert [False] * 5 == [field.nullable for field in ZONE_MEMBERSHIP_SCHEMA]
