"""Groups: what one name that a source writes can mean under an agreement.

Turns an agreement into a directory of names, and a name into the groups it may mean, with bounds of the
probability that an excluded group is among them. Rules: a name means the group whose id, name, alias or proxy it
is, in any letters (``naming``); a list of names ("A, B") means a joint force; civilians are nobody's force; a
name that nobody bears may be anybody's. Leaves reports to ``names``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from holdfire.agreement.naming import normal_name
from holdfire.records.agreement import Agreement, MayInclude, Party

__all__ = ["Directory", "Meaning"]

CIVILIANS = ("civilian", "civilians", "цивільні", "мирні жителі", "гражданские", "мирные жители", "مدنيون", "المدنيون")
"""Words that mean people who take no part: they are no group that acts, and no excluded one."""
UNKNOWN = ("unknown", "unidentified", "unidentified armed group", "unclear", "невідомі", "неизвестные")
"""Words that say that the source does not know; they are not names to be resolved."""
_JOINT = re.compile(r"[,;،]")
_REMARK = re.compile(r"\s*\([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Meaning:
    """State what a name means.

    Attributes
    ----------
    ids : tuple of str
        Groups that it may be, or that act jointly under it, sorted; empty for civilians and for nobody known.
    is_known : bool
        False where some part of the name resolves to nobody: it may then be anybody.
    lower, upper : float, 0..1
        Bounds of the probability that an excluded group is meant.
    unresolved : tuple of str
        The parts that resolve to nobody, as written.
    """

    ids: tuple[str, ...]
    is_known: bool
    lower: float
    upper: float
    unresolved: tuple[str, ...] = ()


NOBODY_KNOWN = Meaning((), False, 0.0, 1.0)
CIVILIAN = Meaning((), True, 0.0, 0.0)


class Directory:
    """Find what names mean under an agreement.

    Parameters
    ----------
    agreement : Agreement

    Examples
    --------
    A directory resolves an id, a name in any language, an alias or a proxy; see ``names.resolve_names``.
    """

    def __init__(self, agreement: Agreement) -> None:
        self.has_excluded = bool(agreement.excluded_groups)
        self._meanings: dict[str, Meaning] = {}
        self._found: dict[str, Meaning] = {}
        ids: dict[str, Meaning] = {}
        for party in agreement.parties:
            names = [*party.name.values(), *party.aliases, *party.proxies]
            for name in names:
                lower, upper = _share(party, normal_name(name))
                self._add(name, Meaning((party.id,), True, lower, upper))
            ids[normal_name(party.id)] = Meaning((party.id,), True, *_share(party, None))
        for excluded in agreement.excluded_groups:
            meaning = Meaning((excluded.id,), True, 1.0, 1.0)
            for name in [*excluded.name.values(), *excluded.aliases]:
                self._add(name, meaning)
            ids[normal_name(excluded.id)] = meaning
        for other in agreement.others:
            meaning = Meaning((other.id,), True, 0.0, 0.0)
            for name in [*other.name.values(), *other.aliases]:
                self._add(name, meaning)
            ids[normal_name(other.id)] = meaning
        for key, meaning in ids.items():
            self._meanings.setdefault(key, meaning)

    def _add(self, name: str, meaning: Meaning) -> None:
        """Enter a name; one that two groups bear means either of them."""
        key = normal_name(name)
        known = self._meanings.get(key)
        if known is not None and known.ids != meaning.ids:
            ids = tuple(sorted({*known.ids, *meaning.ids}))
            lower, upper = min(known.lower, meaning.lower), max(known.upper, meaning.upper)
            meaning = Meaning(ids, True, lower, upper)
        self._meanings[key] = meaning

    def meaning(self, name: str) -> Meaning:
        """Return what a name means.

        A joint force ("A, B") whose members differ has an excluded group among them with a probability from the
        least to the greatest of its members': an act of both is neither wholly inside the agreement nor outside.
        """
        if name not in self._found:
            self._found[name] = self._whole(name) or self._joint(name)
        return self._found[name]

    def _whole(self, name: str) -> Meaning | None:
        key = normal_name(name)
        if key in self._meanings:
            return self._meanings[key]
        plain = _REMARK.sub("", key)
        if plain in CIVILIANS:
            return CIVILIAN
        return NOBODY_KNOWN if plain in UNKNOWN or not plain else None

    def _joint(self, name: str) -> Meaning:
        parts = [part.strip() for part in _JOINT.split(name) if part.strip()]
        found = [self._whole(part) for part in parts]
        members = [meaning for meaning in found if meaning is not None]
        unresolved = tuple(part for part, meaning in zip(parts, found, strict=True) if meaning is None)
        is_known = bool(members) and not unresolved and all(meaning.is_known for meaning in members)
        ids = tuple(sorted({group for meaning in members for group in meaning.ids}))
        lower = 0.0 if unresolved else min((meaning.lower for meaning in members), default=0.0)
        upper = 1.0 if unresolved else max((meaning.upper for meaning in members), default=1.0)
        return Meaning(ids, is_known, lower, upper, unresolved)


def _share(party: Party, key: str | None) -> tuple[float, float]:
    """Return the bounds of the share of excluded groups under a party's label; a key of None is its bare id."""
    shares = [entry.share for entry in party.may_include if _covers(entry, key)]
    if not shares:
        return (0.0, 0.0)
    # Any of the groups may be meant; how they go together is not known: the widest bounds that hold (Frechet).
    return max(lower for lower, _ in shares), min(1.0, sum(upper for _, upper in shares))


def _covers(entry: MayInclude, key: str | None) -> bool:
    return not entry.labels or key in {normal_name(label) for label in entry.labels}
