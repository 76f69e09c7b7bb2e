"""Fields that the agreement's models share: localised text, ids, lengths, durations, instants.

Rule: a model refuses fields it does not know and never changes after loading. Source: DESIGN, section 4.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from holdfire.basics.instants import parse_instant, parse_window
from holdfire.basics.units import parse_duration_h, parse_length_m
from holdfire.errors import InputError

__all__ = [
    "Bounds",
    "DailyWindow",
    "Duration",
    "Id",
    "Instant",
    "KindPath",
    "Length",
    "Model",
    "Position",
    "Prob",
    "Text",
    "in_language",
]


class Model(BaseModel):
    """Refuse unknown fields, freeze after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, strict=True)


def _length(text: str) -> str:
    try:
        parse_length_m(text)
    except InputError as error:
        raise ValueError(f"{error.what} {error.mend}") from error
    return text


def _duration(text: str) -> str:
    try:
        parse_duration_h(text)
    except InputError as error:
        raise ValueError(f"{error.what} {error.mend}") from error
    return text


def _instant(text: str) -> str:
    try:
        parse_instant(text, "UTC")
    except InputError as error:
        raise ValueError(f"{error.what} {error.mend}") from error
    return text


def _window(text: str) -> str:
    try:
        parse_window(text)
    except InputError as error:
        raise ValueError(f"{error.what} {error.mend}") from error
    return text


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", description="A stable name without spaces.")]
KindPath = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9_]+(/[a-z0-9_]+)*$",
        description="A path in a tree, such as explosion/shelling/mortar.",
    ),
]
Length = Annotated[str, AfterValidator(_length), Field(description="A number and m, km, nmi, mi or ft: '25 km'.")]
Duration = Annotated[str, AfterValidator(_duration), Field(description="A number and min, h or d: '72 h'.")]
Instant = Annotated[
    str,
    AfterValidator(_instant),
    Field(description="ISO 8601; without an offset it is read in the agreement's time_zone."),
]
DailyWindow = Annotated[
    str,
    AfterValidator(_window),
    Field(description="Local times of a day, such as '08:00-16:00'; '22:00-04:00' ends on the next day."),
]
Prob = Annotated[float, Field(ge=0.0, le=1.0, strict=False)]
Bounds = Annotated[tuple[Prob, Prob], Field(strict=False, description="Lower and upper bound, 0 to 1.")]
"""Not strict, here and in ``Position``: a document's list of two stands for a pair."""
Position = Annotated[
    tuple[
        Annotated[float, Field(strict=False, description="Longitude, degrees east (WGS84).")],
        Annotated[float, Field(strict=False, description="Latitude, degrees north (WGS84).")],
    ],
    Field(strict=False, description="Longitude and latitude, in this order."),
]
Text = dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], Annotated[str, Field(min_length=1)]]


def in_language(text: Text, language: str) -> str:
    """Return a localised text in a language, else in English, else in the first one given.

    Examples
    --------
    >>> in_language({"en": "port", "uk": "порт"}, "uk")
    'порт'
    >>> in_language({"en": "port"}, "fr")
    'port'
    """
    return text.get(language) or text.get("en") or next(iter(text.values()), "")
