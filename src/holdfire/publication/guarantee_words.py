"""Guarantee words: what the house calls the states of rungs, clocks, gates and commitments, ready for the catalogues.

Turns ids into msgids. Rule: one id, one word. Source: the lists in ``records.guarantee`` and ``records.promises``.
"""

from __future__ import annotations

from holdfire.publication.language import N_

__all__ = [
    "CAPABILITY_WORDS",
    "CAUSE_WORDS",
    "CLOCK_WORDS",
    "COMMITMENT_WORDS",
    "GATE_WORDS",
    "HOLD_WORDS",
    "IRREGULAR_WORDS",
    "OPENER_WORDS",
    "RUNG_WORDS",
    "START_WORDS",
]

RUNG_WORDS = {
    "quiet": N_("quiet"),
    "cannot determine": N_("cannot be determined"),
    "waiting": N_("waiting"),
    "due": N_("due, to be decided"),
    "authorised": N_("authorised, to be done"),
    "refused": N_("decided against"),
    "used": N_("done"),
    "stood down": N_("stood down"),
}
CAUSE_WORDS = {
    "time": N_("its condition did not hold for long enough"),
    "withdrawn": N_("findings were taken back"),
    "person": N_("a person said so"),
    "never held": N_("by what is known now its condition never held"),
}
CLOCK_WORDS = {
    "not started": N_("not begun"),
    "running": N_("running"),
    "perhaps running": N_("perhaps running"),
    "paused": N_("paused"),
    "perhaps overdue": N_("perhaps overdue"),
    "overdue": N_("overdue"),
    "met": N_("met in time"),
    "perhaps late": N_("met, perhaps late"),
    "met late": N_("met late"),
}
START_WORDS = {
    "breach": N_("from the breach"),
    "verification": N_("from its verification"),
    "previous_rung": N_("from the rung before"),
}
GATE_WORDS = {
    "open": N_("open"),
    "closed": N_("closed"),
    "cannot determine": N_("cannot be determined"),
}
HOLD_WORDS = {
    "yes": N_("holds"),
    "no": N_("does not hold"),
    "cannot determine": N_("cannot be determined"),
}
OPENER_WORDS = {
    "force": N_("the entry into force"),
    "quiet": N_("days without a further breach"),
    "watch": N_("a watch that sees more"),
    "review": N_("reviews that settle open findings"),
    "use": N_("the recorded use of the rung"),
    "gate": N_("that gate’s opening"),
    "decision": N_("a recorded decision"),
    "breach": N_("a breach that counts"),
}
IRREGULAR_WORDS = {
    "used without authorisation": N_("done without authorisation"),
    "used before the rungs it follows": N_("done before the rungs it follows"),
    "used without its condition": N_("done without its condition"),
}
COMMITMENT_WORDS = {
    "reported": N_("reported"),
    "stated": N_("stated"),
    "announced": N_("announced"),
    "specified": N_("specified"),
    "authorised": N_("authorised"),
    "resourced": N_("resourced"),
    "ready": N_("ready"),
    "deployed": N_("deployed"),
    "invoked": N_("invoked"),
    "delivered": N_("delivered"),
    "refused": N_("refused"),
    "withdrawn": N_("withdrawn"),
    "expired": N_("lapsed"),
}
CAPABILITY_WORDS = {
    "monitoring": N_("monitoring"),
    "reassurance_force": N_("reassurance force"),
    "air": N_("air"),
    "sea": N_("sea"),
    "logistics": N_("logistics"),
    "intelligence": N_("intelligence"),
    "backup": N_("backup"),
    "base": N_("bases"),
    "training": N_("training"),
    "diplomacy": N_("diplomacy"),
}
