"""View of incidents: ranked incidents as lines that can be read.

Turns incident items into ``IncidentLine``. Rule: a party is named as the one that did it only as far as the bounds
bear: where several parties have the same bounds, all of them are named. Leaves the ranking to ``items``.
"""

from __future__ import annotations

from collections.abc import Sequence

from holdfire.basics.instants import to_us
from holdfire.publication.items import LIKELY_FROM, MAX_DETAILED
from holdfire.publication.language import Speech
from holdfire.publication.naming import Names, place_text
from holdfire.publication.page import Bar, ClaimLine, IncidentLine, QuoteLine
from holdfire.publication.words import FACTOR_WORDS, VERDICT_WORDS, kind_word, target_word, word
from holdfire.records.bulletin_parts import Breach, Claim, IncidentItem
from holdfire.records.finding import EXCLUDED_BELOW

__all__ = ["incident_lines", "ranked_items"]


def _bar(names: Names, clause: str, claim: Claim) -> Bar:
    """Return a claim's range, to read and to draw."""
    known = claim.prob_lower is not None and claim.prob_upper is not None
    return Bar(
        text=names.speech.percent(claim.prob_lower, claim.prob_upper),
        lower=claim.prob_lower or 0.0,
        upper=claim.prob_upper or 0.0,
        threshold=names.threshold(clause),
        verdict=claim.verdict,
        known=known,
    )


def _strongest_bar(names: Names, breach: Breach) -> Bar:
    """Return a breach's range, whichever party did it."""
    return Bar(
        text=names.speech.percent(breach.prob_lower, breach.prob_upper),
        lower=breach.prob_lower,
        upper=breach.prob_upper,
        threshold=names.threshold(breach.clause_id),
        verdict=breach.claims[0].verdict,
    )


def _same(one: Claim, other: Claim) -> bool:
    return (one.prob_lower, one.prob_upper, one.verdict) == (other.prob_lower, other.prob_upper, other.verdict)


def _review_mark(speech: Speech, claim: Claim) -> str:
    """Return what named persons did with a finding; empty where they did nothing."""
    if claim.basis != "review":
        return ""
    if claim.verified and claim.verdict == "established":
        return speech.gettext("confirmed by named persons")
    return speech.gettext("decided by review")


def _claim_lines(names: Names, breach: Breach) -> list[ClaimLine]:
    """Return a breach's claims, readings of one party with the same numbers together."""
    groups: list[tuple[Claim, list[str]]] = []
    for claim in breach.claims:
        for first, readings in groups:
            if first.party == claim.party and _same(first, claim):
                readings.append(claim.reading)
                break
        else:
            groups.append((claim, [claim.reading]))
    speech = names.speech
    lines = []
    for claim, readings in groups:
        lines.append(
            ClaimLine(
                clause_no=names.number(breach.clause_id),
                clause_title=names.of("clause", breach.clause_id),
                party=names.of("party", claim.party),
                reading=names.readings(readings, breach.clause_id),
                bar=_bar(names, breach.clause_id, claim),
                verdict=word(speech, VERDICT_WORDS, claim.verdict),
                note=_review_mark(speech, claim),
                finding=claim.finding_id,
            )
        )
    return lines


def _party(names: Names, breach: Breach, *, duty: bool) -> str:
    """Return the party that did it where that is likely, else every party that may have."""
    first = breach.claims[0]
    here = [claim for claim in breach.claims if claim.reading == first.reading]
    if duty or len(here) == 1 or first.basis == "review" or (first.prob_lower or 0.0) >= LIKELY_FROM:
        return names.of("party", first.party)
    parties = [claim.party for claim in here if (claim.prob_upper or 0.0) >= EXCLUDED_BELOW]
    if len(parties) < 2:
        return names.of("party", first.party)
    named = " / ".join(names.of("party", party) for party in parties)
    return names.speech.gettext("not attributed: %(parties)s") % {"parties": named}


def _verdict(names: Names, breach: Breach) -> str:
    """Return the strongest claim's verdict; where only the author is open, that it is."""
    claim = breach.claims[0]
    threshold = names.threshold(breach.clause_id)
    open_author = claim.narrows == "actor" and threshold is not None and breach.prob_lower >= threshold
    if claim.verdict == "cannot determine" and open_author:
        return names.speech.gettext("cannot determine by whom")
    return word(names.speech, VERDICT_WORDS, claim.verdict)


def _where(names: Names, item: IncidentItem) -> str:
    parts = [item.place_name] if item.place_name else []
    parts += [names.zone(zone) for zone in item.zones[:1] if names.zone(zone) not in parts]
    if parts:
        return ", ".join(parts)
    if item.lon is None:
        return names.speech.gettext("place not told")
    if names.cell_m > 0.0:
        # The centre of a cell says nothing of zones that are smaller than the cell.
        km = names.speech.number(names.cell_m / 1000.0, 0 if names.cell_m % 1000.0 == 0.0 else 1)
        return names.speech.gettext("in a cell of %(km)s km") % {"km": km}
    return names.speech.gettext("outside the agreement’s zones")


def _coordinates(speech: Speech, item: IncidentItem) -> str:
    if item.lon is None or item.lat is None:
        return ""
    text = place_text(speech, item.lon, item.lat)
    if item.sigma_m:
        km = item.sigma_m / 1000.0
        text += f", ±{speech.number(km, 1 if km < 10 else 0)}\xa0" + speech.gettext("km")
    return text


def _what(speech: Speech, item: IncidentItem) -> str:
    target = target_word(speech, item.target_kind)
    kind = kind_word(speech, item.kind)
    target_label = speech.gettext("target")
    return f"{kind}; {target_label}: {target}" if target else kind


def _evidence(speech: Speech, item: IncidentItem) -> str:
    sources = speech.ngettext("%(n)s independent source", "%(n)s independent sources", item.n_independent)
    reports = speech.ngettext("%(n)s report", "%(n)s reports", item.n_reports)
    return f"{sources}, {reports}"


def _casualties(speech: Speech, item: IncidentItem) -> str:
    low, high = item.casualties_low or 0, item.casualties_high
    if not high:
        return ""
    if low == high:
        return speech.ngettext("%(n)s casualty", "%(n)s casualties", high)
    bounds = speech.unbroken(speech.between(speech.count(low), speech.count(high)))
    return speech.gettext("casualties: %(range)s") % {"range": bounds}


def _line(names: Names, item: IncidentItem, number: int) -> IncidentLine:
    speech, strongest = names.speech, item.breaches[0]
    claim = strongest.claims[0]
    duty = item.incident_id is None
    what = speech.gettext("duty not shown to be done by its deadline") if duty else _what(speech, item)
    others = [names.short(breach.clause_id) for breach in item.breaches[1:]]
    also = speech.gettext("also: %(clauses)s") % {"clauses": ", ".join(others)} if others else ""
    return IncidentLine(
        number=number,
        incident=item.incident_id or "",
        clause=strongest.clause_id,
        clause_no=names.number(strongest.clause_id),
        clause_title=names.of("clause", strongest.clause_id),
        clauses=tuple(breach.clause_id for breach in item.breaches),
        party=_party(names, strongest, duty=duty),
        reading=names.readings(strongest.readings, strongest.clause_id),
        bar=_strongest_bar(names, strongest),
        verdict_id=item.verdict,
        verdict=_verdict(names, strongest),
        when=speech.when(item.occurred_start, item.occurred_end),
        day=item.on.isoformat() if item.on else "",
        where="" if duty else _where(names, item),
        coordinates=_coordinates(speech, item),
        what=what,
        evidence="" if duty else _evidence(speech, item),
        casualties=_casualties(speech, item),
        narrows=word(speech, FACTOR_WORDS, claim.narrows) if claim.narrows else "",
        also=also,
        mark=_review_mark(speech, claim),
        order_time=0 if item.occurred_start is None else to_us(item.occurred_start) // 1_000_000,
        order_evidence=item.n_independent,
        lon=item.lon,
        lat=item.lat,
        sigma_m=item.sigma_m,
        claims=tuple(line for breach in item.breaches for line in _claim_lines(names, breach))
        if number <= MAX_DETAILED
        else (),
        quotes=tuple(
            QuoteLine(
                text=quote.text,
                source=quote.source_name or speech.gettext("unnamed source"),
                language=quote.language or "",
                document=quote.document or "",
            )
            for quote in item.quotes
        ),
    )


def incident_lines(names: Names, items: Sequence[IncidentItem]) -> tuple[IncidentLine, ...]:
    """Return the items as lines, numbered from 1 in their order."""
    return tuple(_line(names, item, number) for number, item in enumerate(items, start=1))


def ranked_items(incidents: Sequence[IncidentItem], standing: Sequence[IncidentItem]) -> list[IncidentItem]:
    """Return incidents and standing findings in one order, strongest first; excluded ones last."""

    def strength(item: IncidentItem) -> tuple[int, float, float]:
        claim = item.breaches[0].claims[0]
        reviewed = claim.basis == "review"
        grade = 0 if reviewed and item.verdict == "established" else 2 if item.verdict == "excluded" else 1
        return (grade, -item.prob_lower, -item.prob_upper)

    return sorted([*incidents, *standing], key=strength)
