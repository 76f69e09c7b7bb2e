"""Attribution: what an agreement's authors state as evidence of who did it, beside what reports claim.

Rule: each piece is a likelihood with its source and bounds, never a label; what is not stated is not used. Leaves the
arithmetic to ``assessment.attribution``. Source: DESIGN, section 5; Good (1950),
*Probability and the Weighing of Evidence*, for likelihood ratios.
"""

from __future__ import annotations

from pydantic import Field

from holdfire.records.fields import Bounds, Id, KindPath, Length, Model

__all__ = ["Attribution", "WeaponReach"]


class WeaponReach(Model):
    """State how far weapons of a class reach at most."""

    weapon: KindPath
    reach: Length
    source: str


class Attribution(Model):
    """State likelihoods of who did what, from the side of the line, the reach of weapons and the direction of fire.

    ``held`` names the zones that each party holds; a buffer of a line moves with the line. ``own_fire`` is how likely a
    party's fire is to fall in what it holds, over how likely it is to fall elsewhere; ``strays`` is how likely its men
    and weapons are to be found, or to fire from, outside what it holds, over inside. ``base`` names all who may
    have done what nobody attributes, with bounds of each one's share; empty = anybody, [0, 1] each. ``direction`` is
    the chance that a stated bearing tells nothing of where fire came from; None = bearings are not used.
    """

    held: dict[Id, list[Id]] = Field(min_length=1, description="Party to the zones that it holds, by date.")
    own_fire: Bounds = (0.01, 0.1)
    strays: Bounds = (0.01, 0.1)
    fell: list[KindPath] = Field(
        default=["explosion/shelling", "explosion/missile", "explosion/air_strike", "explosion/drone_strike"],
        description="Kinds of event that are placed where fire fell.",
    )
    stood: list[KindPath] = Field(
        default=["explosion/outgoing", "presence", "movement"],
        description="Kinds of event that are placed where those who did it were.",
    )
    reaches: list[WeaponReach] = Field(default=[], description="The nearest class above a weapon counts.")
    base: dict[Id, Bounds] = Field(
        default={}, description="Everybody who may have done what nobody attributes, with bounds of their share."
    )
    direction: Bounds | None = Field(
        None, description="Chance that a stated direction of fire is misread altogether; without it none is used."
    )
    source: str = Field(min_length=1, description="Why the zones are so held, and the ratios what they are.")
