"""Words: what the house calls verdicts, standards, factors, kinds and directions, ready for the catalogues.

Turns ids into msgids. Rule: one id, one word; a node of a tree that is not ours is told by its own name. Source:
the trees in ``records/trees``, in the words of OSCE monitoring reports.
"""

from __future__ import annotations

from holdfire.publication.language import N_, Speech
from holdfire.records.taxonomy import ancestors

__all__ = [
    "CAUSES",
    "DIRECTION_WORDS",
    "FACTOR_WORDS",
    "KIND_WORDS",
    "MODALITY_WORDS",
    "RESTRICTION_WORDS",
    "SOURCE_KIND_WORDS",
    "STANDARD_WORDS",
    "STATUS_WORDS",
    "TARGET_WORDS",
    "VERDICT_WORDS",
    "kind_word",
    "target_word",
    "word",
]

VERDICT_WORDS = {
    "established": N_("established"),
    "not established": N_("not established"),
    "excluded": N_("excluded"),
    "cannot determine": N_("cannot determine"),
}
STANDARD_WORDS = {
    "indication": N_("reasonable indication"),
    "balance": N_("balance of probabilities"),
    "clear": N_("clear and convincing"),
    "beyond": N_("beyond reasonable doubt"),
}
FACTOR_WORDS = {
    "real": N_("whether it happened"),
    "act": N_("what kind of act it was"),
    "place_time": N_("where and when it was"),
    "actor": N_("who did it"),
    "no_exemption": N_("whether an exemption applies"),
}
DIRECTION_WORDS = {
    "more": N_("more"),
    "fewer": N_("fewer"),
    "unclear": N_("no clear change"),
    "none": N_("none reported"),
}
CAUSES = {"review": N_("after review"), "evidence": N_("on new evidence")}
STATUS_WORDS = {
    "draft": N_("draft"),
    "signed": N_("signed"),
    "in_force": N_("in force"),
    "suspended": N_("suspended"),
    "expired": N_("expired"),
    "superseded": N_("superseded"),
}
MODALITY_WORDS = {
    "prohibits": N_("Prohibited to %(parties)s"),
    "obliges": N_("Obliges %(parties)s"),
    "permits": N_("Permitted to %(parties)s"),
}
RESTRICTION_WORDS = {
    "denied": N_("access denied"),
    "delayed": N_("access delayed"),
    "conditioned": N_("access made conditional"),
    "jammed": N_("signal jammed"),
    "unapproved": N_("not approved"),
}
SOURCE_KIND_WORDS = {
    "patrol": N_("patrol"),
    "camera": N_("camera"),
    "satellite": N_("satellite"),
    "sensor": N_("sensor"),
    "media": N_("media"),
    "party": N_("party"),
    "public": N_("public"),
    "dataset": N_("data set"),
}
KIND_WORDS = {
    "explosion": N_("explosion"),
    "explosion/shelling": N_("shelling"),
    "explosion/shelling/mortar": N_("mortar fire"),
    "explosion/shelling/artillery": N_("artillery fire"),
    "explosion/shelling/rocket": N_("rocket fire"),
    "explosion/shelling/tank": N_("tank fire"),
    "explosion/shelling/anti_tank": N_("anti-tank fire"),
    "explosion/shelling/grenade": N_("grenade fire"),
    "explosion/missile": N_("missile strike"),
    "explosion/missile/cruise": N_("cruise missile strike"),
    "explosion/missile/ballistic": N_("ballistic missile strike"),
    "explosion/missile/air_launched": N_("air-launched missile strike"),
    "explosion/air_strike": N_("air strike"),
    "explosion/air_strike/bomb": N_("bombing from the air"),
    "explosion/air_strike/helicopter": N_("helicopter attack"),
    "explosion/drone_strike": N_("drone strike"),
    "explosion/drone_strike/one_way": N_("one-way drone strike"),
    "explosion/drone_strike/dropped": N_("munition dropped by drone"),
    "explosion/mine": N_("mine explosion"),
    "explosion/mine/anti_personnel": N_("anti-personnel mine explosion"),
    "explosion/mine/anti_vehicle": N_("anti-vehicle mine explosion"),
    "explosion/mine/improvised": N_("improvised explosive device"),
    "explosion/mine/naval": N_("naval mine explosion"),
    "explosion/outgoing": N_("outgoing fire"),
    "explosion/demolition": N_("demolition"),
    "gunfire": N_("gunfire"),
    "gunfire/small_arms": N_("small-arms fire"),
    "gunfire/heavy_machine_gun": N_("heavy machine-gun fire"),
    "gunfire/sniper": N_("sniper fire"),
    "gunfire/anti_aircraft": N_("anti-aircraft fire"),
    "clash": N_("clash"),
    "clash/ground_assault": N_("ground assault"),
    "clash/skirmish": N_("skirmish"),
    "clash/raid": N_("raid"),
    "clash/infiltration": N_("infiltration"),
    "flight": N_("flight"),
    "flight/combat_aircraft": N_("flight of a combat aircraft"),
    "flight/helicopter": N_("flight of a helicopter"),
    "flight/reconnaissance_drone": N_("flight of a reconnaissance drone"),
    "flight/attack_drone": N_("flight of an attack drone"),
    "flight/balloon": N_("flight of a balloon"),
    "naval": N_("event at sea"),
    "naval/approach": N_("approach at sea"),
    "naval/fire": N_("fire at sea"),
    "naval/boarding": N_("boarding of a vessel"),
    "presence": N_("presence"),
    "presence/weapon": N_("weapon in place"),
    "presence/weapon/tank": N_("tank in place"),
    "presence/weapon/artillery": N_("artillery in place"),
    "presence/weapon/rocket_launcher": N_("rocket launcher in place"),
    "presence/weapon/mortar": N_("mortar in place"),
    "presence/weapon/air_defence": N_("air defence in place"),
    "presence/weapon/armoured_vehicle": N_("armoured vehicle in place"),
    "presence/forces": N_("forces in place"),
    "presence/forces/position": N_("position of forces"),
    "presence/forces/checkpoint": N_("checkpoint"),
    "presence/forces/patrol": N_("military patrol"),
    "presence/fortification": N_("fortification"),
    "presence/fortification/trench": N_("trench works"),
    "presence/fortification/mine_laying": N_("mine laying"),
    "movement": N_("movement of forces"),
    "movement/reinforcement": N_("reinforcement"),
    "movement/redeployment": N_("redeployment"),
    "movement/withdrawal": N_("withdrawal"),
    "movement/convoy": N_("convoy"),
    "access": N_("hindrance of watchers"),
    "access/denied": N_("watchers denied access"),
    "access/delayed": N_("watchers delayed"),
    "access/conditioned": N_("watchers’ access made conditional"),
    "access/jammed": N_("watchers’ signal jammed"),
    "access/fired_at": N_("watchers fired at"),
    "violence_against_civilians": N_("violence against civilians"),
    "violence_against_civilians/killing": N_("killing of civilians"),
    "violence_against_civilians/abduction": N_("abduction of civilians"),
    "violence_against_civilians/detention": N_("detention of civilians"),
    "violence_against_civilians/mistreatment": N_("mistreatment of civilians"),
    "chemical": N_("use of chemicals"),
    "unrest": N_("unrest"),
    "unrest/protest": N_("protest"),
    "unrest/riot": N_("riot"),
    "sabotage": N_("sabotage"),
    "property": N_("harm to property"),
    "property/looting": N_("looting"),
    "property/destruction": N_("destruction of property"),
    "cyber": N_("cyber attack"),
    "governance": N_("act of governance"),
    "governance/election": N_("election"),
    "governance/law": N_("law"),
    "governance/dialogue": N_("dialogue"),
    "governance/release": N_("release of persons"),
    "governance/inspection": N_("inspection"),
    "governance/appointment": N_("appointment"),
    "governance/agreement": N_("agreement made"),
    "governance/payment": N_("payment"),
    "governance/humanitarian_access": N_("humanitarian access"),
    "signal": N_("signal"),
    "signal/thermal": N_("thermal point"),
    "signal/air_raid_alert": N_("air-raid alert"),
    "signal/seismic": N_("seismic signal"),
    "signal/acoustic": N_("acoustic signal"),
    "signal/radio": N_("radio signal"),
}
TARGET_WORDS = {
    "facility": N_("facility"),
    "facility/port": N_("port"),
    "facility/port/grain_terminal": N_("grain terminal"),
    "facility/port/berth": N_("berth"),
    "facility/energy": N_("energy facility"),
    "facility/energy/fuel": N_("fuel facility"),
    "facility/energy/fuel/refinery": N_("refinery"),
    "facility/energy/fuel/oil_depot": N_("oil depot"),
    "facility/energy/fuel/pipeline": N_("pipeline"),
    "facility/energy/fuel/gas_storage": N_("gas storage"),
    "facility/energy/fuel/pumping_station": N_("pumping station"),
    "facility/energy/power": N_("power facility"),
    "facility/energy/power/power_plant": N_("power plant"),
    "facility/energy/power/substation": N_("substation"),
    "facility/energy/power/transmission_line": N_("transmission line"),
    "facility/energy/nuclear": N_("nuclear facility"),
    "facility/energy/nuclear/nuclear_plant": N_("nuclear power plant"),
    "facility/energy/hydro": N_("hydropower facility"),
    "facility/energy/hydro/dam": N_("dam"),
    "facility/airfield": N_("airfield"),
    "facility/arsenal": N_("arsenal"),
    "facility/military": N_("military facility"),
    "facility/military/base": N_("military base"),
    "facility/military/headquarters": N_("headquarters"),
    "facility/military/position": N_("military position"),
    "facility/transport": N_("transport facility"),
    "facility/transport/bridge": N_("bridge"),
    "facility/transport/railway": N_("railway"),
    "facility/transport/road": N_("road"),
    "facility/water": N_("water facility"),
    "facility/medical": N_("medical facility"),
    "facility/school": N_("school"),
    "facility/religious": N_("place of worship"),
    "facility/residential": N_("residential building"),
    "facility/monitoring": N_("monitoring facility"),
    "facility/monitoring/camera": N_("monitoring camera"),
    "facility/monitoring/post": N_("monitoring post"),
    "vessel": N_("vessel"),
    "vessel/merchant": N_("merchant vessel"),
    "vessel/military": N_("military vessel"),
    "vehicle": N_("vehicle"),
    "vehicle/humanitarian_convoy": N_("humanitarian convoy"),
    "vehicle/monitor": N_("monitors’ vehicle"),
    "vehicle/civilian": N_("civilian vehicle"),
    "person": N_("persons"),
    "person/civilian": N_("civilians"),
    "person/combatant": N_("combatants"),
    "person/monitor": N_("monitors"),
}


def word(speech: Speech, words: dict[str, str], name: str) -> str:
    """Return the word for an id, or the id itself with spaces where it has no word."""
    return speech.gettext(words[name]) if name in words else name.replace("_", " ")


def _path_word(speech: Speech, words: dict[str, str], path: str) -> str:
    """Return the word for a path, else for the nearest path above it with the rest as it stands."""
    for above in ancestors(path):
        if above in words:
            rest = path[len(above) :].strip("/")
            named = speech.gettext(words[above])
            return f"{named} ({rest.replace('_', ' ')})" if rest else named
    return path.rpartition("/")[2].replace("_", " ")


def kind_word(speech: Speech, path: str | None) -> str:
    """Return the word for a kind of event.

    Examples
    --------
    >>> kind_word(Speech("en"), "gunfire/sniper"), kind_word(Speech("en"), None)
    ('sniper fire', 'event of unknown kind')
    """
    return speech.gettext("event of unknown kind") if path is None else _path_word(speech, KIND_WORDS, path)


def target_word(speech: Speech, path: str | None) -> str:
    """Return the word for a kind of target; empty = not known."""
    return "" if path is None else _path_word(speech, TARGET_WORDS, path)
