"""Diff: what changed in substance between two versions of an agreement, in plain sentences.

Turns two agreements into changes, clause by clause and then thing by thing. Rules: what is the same in another
spelling (50 km and 50000 m, 00:00 local and its UTC instant) is no change; a change of words alone (titles,
paraphrases, names, references) is marked ``wording``; where words are all that the data holds of a duty or a
mandate, they are substance. Leaves judging whether an id was reused to ``check``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from holdfire.agreement.diff_words import LABELS, SUBJECTS, field_label, is_wording, moved, same, shown
from holdfire.agreement.diff_zones import zone_sentences
from holdfire.records.agreement import Agreement
from holdfire.records.fields import Model
from holdfire.records.zones import Zone

__all__ = ["Change", "diff_agreements"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """State one change.

    Attributes
    ----------
    subject : str
        ``clause``, ``party``, ``zone``, ``rung`` and so on; ``agreement`` for its own fields.
    id : str
        The subject's id; the agreement's own id for its own fields.
    field : str
        Path of the field within the subject; empty where the whole subject came or went.
    kind : str
        ``added``, ``removed``, ``changed`` or ``wording``.
    before, after : str or None
        The values as people write them; None where there was or is none.
    sentence : str
        The change in a plain sentence.
    """

    subject: str
    id: str
    field: str
    kind: Literal["added", "removed", "changed", "wording"]
    before: str | None
    after: str | None
    sentence: str


def diff_agreements(old: Agreement, new: Agreement) -> tuple[Change, ...]:
    """Return every change from an older version to a newer one.

    Parameters
    ----------
    old, new : Agreement
        Two versions; where they are of different agreements, a change of the field ``id`` says so.

    Returns
    -------
    tuple of Change
        Clauses first, in the order of the newer text, then the other parts; empty where nothing changed.
    """
    zones = (old.time_zone, new.time_zone)
    users = _users(new)
    found: list[Change] = []
    for subject in SUBJECTS:
        before, after = _entries(old, subject), _entries(new, subject)
        found += _list_changes(subject, before, after, zones, users if subject == "zone" else {})
    found += _ladder_changes(old, new, zones)
    found += _field_changes("publication", "publication", _flat(old.publication), _flat(new.publication), zones)
    found += _field_changes("agreement", new.id, _own_fields(old), _own_fields(new), zones)
    return tuple(found)


def _entries(agreement: Agreement, subject: str) -> dict[str, Model]:
    if subject == "rung":
        rungs = agreement.ladder.rungs if agreement.ladder is not None else []
        return {rung.id: rung for rung in rungs}
    entries: Sequence[Any] = getattr(agreement, SUBJECTS[subject])
    return {entry.id: entry for entry in entries}


def _own_fields(agreement: Agreement) -> dict[str, Any]:
    whole = agreement.model_dump(by_alias=True, mode="json")
    names = ("id", "version", "title", "status", "fictional", "summary", "time_zone", "notes")
    return {name: whole[name] for name in names}


def _list_changes(
    subject: str,
    before: Mapping[str, Model],
    after: Mapping[str, Model],
    zones: tuple[str, str],
    users: Mapping[str, Sequence[str]],
) -> list[Change]:
    found = []
    for name in [*after, *(name for name in before if name not in after)]:
        if name not in before:
            found.append(_came(subject, name, after[name]))
        elif name not in after:
            found.append(_went(subject, name, before[name]))
        else:
            older, newer = before[name], after[name]
            changes = _field_changes(subject, name, _flat(older), _flat(newer), zones)
            if isinstance(older, Zone) and isinstance(newer, Zone):
                changes = [*_zone_changes(older, newer), *changes]
            found += [_with_clauses(change, users.get(name, ())) for change in changes] if users else changes
    return found


def _subject_text(subject: str, name: str) -> str:
    """Return how a sentence begins: ``Clause 4.2``, ``Zone 'north'``."""
    if subject in ("agreement", "publication"):
        return {"agreement": "The agreement", "publication": "Publication"}[subject]
    label = LABELS[subject]
    return f"{label} {name}" if subject in ("clause", "retired_clause") else f"{label} '{name}'"


def _title(entry: Model) -> str:
    text = getattr(entry, "title", None) or getattr(entry, "name", None)
    return "" if not isinstance(text, dict) or not text else f" ({text.get('en') or next(iter(text.values()))})"


def _came(subject: str, name: str, entry: Model) -> Change:
    sentence = f"{_subject_text(subject, name)} was added{_title(entry)}."
    return Change(subject=subject, id=name, field="", kind="added", before=None, after=name, sentence=sentence)


def _went(subject: str, name: str, entry: Model) -> Change:
    sentence = f"{_subject_text(subject, name)} was removed{_title(entry)}."
    return Change(subject=subject, id=name, field="", kind="removed", before=name, after=None, sentence=sentence)


def _ladder_changes(old: Agreement, new: Agreement, zones: tuple[str, str]) -> list[Change]:
    """Compare the ladder itself and the order of its rungs; the rungs are compared among the subjects."""
    if old.ladder is None or new.ladder is None:
        if old.ladder is new.ladder:
            return []
        came = old.ladder is None
        sentence = f"The ladder was {'added' if came else 'removed'}."
        kind: Literal["added", "removed"] = "added" if came else "removed"
        return [Change(subject="ladder", id="ladder", field="", kind=kind, before=None, after=None, sentence=sentence)]
    fields = [
        {name: value for name, value in _flat(ladder).items() if not name.startswith("rungs")}
        for ladder in (old.ladder, new.ladder)
    ]
    found = _field_changes("ladder", "ladder", fields[0], fields[1], zones)
    orders = [[rung.id for rung in ladder.rungs] for ladder in (old.ladder, new.ladder)]
    common = [[name for name in order if name in orders[1 - k]] for k, order in enumerate(orders)]
    if common[0] != common[1]:
        texts = [", ".join(order) for order in orders]
        sentence = f"The ladder: the order of its rungs changed from {texts[0]} to {texts[1]}."
        found.append(
            Change(
                subject="ladder", id="ladder", field="rungs", kind="changed", before=texts[0], after=texts[1],
                sentence=sentence,
            )
        )  # fmt: skip
    return found


_GEOMETRY = ("polygons", "box", "objects", "versions")
"""Fields that are compared as a whole: their numbers say little to a reader."""


def _flat(entry: Model) -> dict[str, Any]:
    """Return the fields of a thing by path, lists of names whole, geometry as one value."""
    flat: dict[str, Any] = {}

    def put(path: str, value: Any) -> None:
        if isinstance(value, dict) and path.split(".")[-1] not in _GEOMETRY:
            for key, item in value.items():
                put(f"{path}.{key}" if path else str(key), item)
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value) and path not in _GEOMETRY:
            for index, item in enumerate(value):
                put(f"{path}[{_key_of(item, index)}]", item)
        else:
            flat[path] = value

    put("", entry.model_dump(by_alias=True, mode="json"))
    flat.pop("id", None)
    return flat


def _key_of(item: Any, index: int) -> str:
    """Return what tells an entry of a list from the others, so that an inserted one moves none."""
    if isinstance(item, dict):
        for name in ("id", "kind", "group", "status"):
            if isinstance(item.get(name), str):
                return str(item[name])
        if isinstance(item.get("by"), str):
            return f"{item['by']} {item.get('from')}"
    return str(index + 1)


def _field_changes(
    subject: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any], zones: tuple[str, str]
) -> list[Change]:
    found: list[Change] = []
    told: set[str] = set()
    is_new_kind = before.get("rule.kind") != after.get("rule.kind")
    for field in [*after, *(field for field in before if field not in after)]:
        if subject == "zone" and _is_geometry(field):
            continue
        if is_new_kind and field.startswith("rule.") and field != "rule.kind":
            # Another kind has other fields: to list them all would hide the one change that matters.
            continue
        entry = _entry_of(field)
        if entry and not (_has_entry(before, entry) and _has_entry(after, entry)):
            if entry not in told:
                found.append(_entry_change(subject, name, entry, came=_has_entry(after, entry)))
                told.add(entry)
            continue
        old, new = before.get(field), after.get(field)
        if isinstance(old, list | None) and isinstance(new, list | None) and not _is_whole(field):
            found += _member_changes(subject, name, field, old or [], new or [])
        elif not same(field, old, new, zones):
            found.append(_changed(subject, name, field, old, new))
    return found


def _entry_of(field: str) -> str:
    """Return the entry of a list that a field belongs to: ``exemptions[return_fire]``; empty for none."""
    head, bracket, _ = field.partition("]")
    return head + bracket if bracket else ""


def _has_entry(fields: Mapping[str, Any], entry: str) -> bool:
    return any(field.startswith(entry) for field in fields)


def _entry_change(subject: str, name: str, entry: str, *, came: bool) -> Change:
    label = field_label(entry)
    sentence = f"{_subject_text(subject, name)}: {label} was {'added' if came else 'removed'}."
    before, after = (None, label) if came else (label, None)
    kind: Literal["added", "removed"] = "added" if came else "removed"
    return Change(subject=subject, id=name, field=entry, kind=kind, before=before, after=after, sentence=sentence)


def _is_geometry(field: str) -> bool:
    return field.split(".")[-1] in _GEOMETRY


def _is_whole(field: str) -> bool:
    """Say whether a list is one value, not a set of members."""
    return _is_geometry(field) or field.endswith("share")


def _changed(subject: str, name: str, field: str, old: Any, new: Any) -> Change:
    kind: Literal["changed", "wording"] = "wording" if is_wording(field) else "changed"
    begins, label = _subject_text(subject, name), field_label(field)
    before, after = shown(old), shown(new)
    if kind == "wording":
        sentence = f"{begins}: the wording of its {label} changed."
    elif subject == "line" and field == "versions":
        sentence = f"{begins}: its course changed{_versions(old, new)}."
    elif old is None or old == "":
        sentence = f"{begins}: its {label} was set to {after}."
    elif new is None or new == "":
        sentence = f"{begins}: its {label}, {before}, was taken out."
    else:
        sentence = f"{begins}: its {label} {moved(field, old, new)} from {before} to {after}."
    return Change(subject=subject, id=name, field=field, kind=kind, before=before, after=after, sentence=sentence)


def _versions(old: Any, new: Any) -> str:
    n_old, n_new = len(old or []), len(new or [])
    return "" if n_old == n_new else f"; it has {n_new} dated version{'' if n_new == 1 else 's'}, it had {n_old}"


def _member_changes(subject: str, name: str, field: str, old: list[Any], new: list[Any]) -> list[Change]:
    """Return members of a list that came or went; their order is no substance."""
    begins, label = _subject_text(subject, name), field_label(field, one=True)
    wording = is_wording(field)
    found = []
    for member in new:
        if member not in old:
            text = shown(member) or ""
            sentence = f"{begins}: {label} {text} was added."
            kind: Literal["added", "wording"] = "wording" if wording else "added"
            found.append(
                Change(subject=subject, id=name, field=field, kind=kind, before=None, after=text, sentence=sentence)
            )
    for member in old:
        if member not in new:
            text = shown(member) or ""
            sentence = f"{begins}: {label} {text} was removed."
            gone: Literal["removed", "wording"] = "wording" if wording else "removed"
            found.append(
                Change(subject=subject, id=name, field=field, kind=gone, before=text, after=None, sentence=sentence)
            )
    return found


def _zone_changes(old: Zone, new: Zone) -> list[Change]:
    """Return the changes of a zone's geometry."""
    return [
        Change(
            subject="zone", id=new.id, field=said.field, kind=said.kind, before=said.before, after=said.after,
            sentence=f"Zone '{new.id}': {said.text}.",
        )
        for said in zone_sentences(old, new)
    ]  # fmt: skip


def _with_clauses(change: Change, clauses: Sequence[str]) -> Change:
    """Return a change of a zone with the clauses that the zone bounds."""
    begins = _subject_text(change.subject, change.id)
    if not clauses or change.kind == "wording" or not change.sentence.startswith(begins):
        return change
    bound = f" (clause{'s' if len(clauses) > 1 else ''} {', '.join(clauses)})"
    return replace(change, sentence=f"{begins}{bound}{change.sentence[len(begins) :]}")


def _users(agreement: Agreement) -> dict[str, list[str]]:
    """Return for each zone the clauses that it bounds, itself or as the member of a union."""
    members = {zone.id: zone.union or [] for zone in agreement.zones}
    users: dict[str, list[str]] = {}
    for clause in agreement.clauses:
        rule = clause.rule.model_dump()
        waiting = [*clause.scope.zones, *rule.get("zones", ()), *rule.get("areas", ())]
        waiting += [zone for zones in rule.get("zones_by_party", {}).values() for zone in zones]
        reached: set[str] = set()
        while waiting:
            zone = waiting.pop()
            if zone not in reached:
                reached.add(zone)
                waiting += members.get(zone, [])
        for zone in sorted(reached):
            users.setdefault(zone, []).append(clause.id)
    return users
