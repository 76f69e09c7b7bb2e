"""Promises: from a document's statements to what they bind whom to.

Turns a reading into proposed commitments. Rules: (1) an act is *own* only where the speaker, by the speaker's own word,
speaks of himself or of the state or body that he speaks for; (2) hearsay, and what is denied, asked, believed,
expected or demanded, is never own; (3) words that cannot be tied to the speaker count as somebody else's; (4) an act
without a capability counts only in an article about keeping a peace. Leaves chances to ``confidence`` and the
register to a named person. Source: DESIGN, section 4 (Commitment).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from holdfire.records.statement import Condition, Span
from holdfire.statements.english.acts import Act, acts_in, words_of_act
from holdfire.statements.english.conditions import conditions_in
from holdfire.statements.english.countries import country_of
from holdfire.statements.english.promise_words import CONTEXT, MODAL_WORDS
from holdfire.statements.english.quotes import Quote
from holdfire.statements.english.reader import Draft, Reading
from holdfire.statements.english.standing import ATTITUDE, SURE, standing_of
from holdfire.statements.parse import Parse, Parser
from holdfire.statements.words import word_set

__all__ = ["Promise", "promises_of"]

JOINS = frozenset(("join", "contribute", "participate", "take", "guarantee", "help", "go", "be"))
FIRST = frozenset(["i", "we", "me", "us"])
FIRST_OWNER = frozenset(["my", "our"])
OWN_BODIES = word_set(
    """
    country government ministry nation state army military force troop parliament administration cabinet navy
    ministry department office people side party soldier
    """
)
BINDS_BY_CUE = frozenset(("promise", "refuse", "want", "think", "demand", "expect"))


@dataclass(frozen=True)
class Promise:
    """Hold a commitment before its chance is known."""

    draft: int
    actors: tuple[str, ...]
    capability: str
    modality: str
    span: Span
    conditions: tuple[Condition, ...]
    own: bool
    polarity: str
    quantity: float | None
    unit: str | None
    place: str | None


@dataclass(frozen=True)
class _Region:
    """Hold parsed words of a statement: which tokens to look at, and where they stand in the document."""

    parse: Parse
    tokens: frozenset[int]
    whole: tuple[int, int]
    span: Callable[[int, int], Span]
    is_quote: bool
    barred: frozenset[int] = frozenset()


def promises_of(reading: Reading, parser: Parser) -> list[Promise]:
    """Return the promises of a reading's statements, in order; each act once."""
    has_context = bool(CONTEXT.search(reading.document.text))
    quotes = [q for draft in reading.drafts for q in _whole_quotes(draft)]
    texts = [reading.passages[q.paragraph].text[q.start + 1 : _inner_end(q)] for q in quotes]
    parses = dict(zip(quotes, parser.parse(texts), strict=True))
    found: list[Promise] = []
    for n, draft in enumerate(reading.drafts):
        for region in _regions(reading, draft, parses):
            waiting = conditions_in(region.parse, *region.whole, region.barred)
            aside = region.barred | {i for _, first, last in waiting for i in range(first, last)}
            acts = acts_in(region.parse, region.tokens, frozenset(aside))
            for act in acts:
                own = [one for one in waiting if _waits(region.parse, one[1], act, acts)]
                promise = _promise(reading, n, draft, region, act, own, has_context)
                if promise is not None:
                    found.append(promise)
    levels = [draft.hearsay_level for draft in reading.drafts]
    return _once(found, levels)


def _inner_end(quote: Quote) -> int:
    return quote.end if quote.goes_on else quote.end - 1


def _whole_quotes(draft: Draft) -> list[Quote]:
    passage = draft.found.passage
    numbers = {
        passage.stand_in_at[i]
        for first, last in draft.found.contents
        for i in range(first, last)
        if i in passage.stand_in_at
    }
    return [*(passage.quote(k) for k in sorted(numbers)), *draft.found.more]


def _regions(reading: Reading, draft: Draft, parses: dict[Quote, Parse]) -> list[_Region]:
    passage = draft.found.passage
    regions = []
    inside = {i for first, last in draft.found.contents for i in range(first, last)} - set(passage.stand_in_at)
    if draft.found.kind in BINDS_BY_CUE:
        inside |= set(draft.found.cue)
    if inside:
        start, end = passage.parse.sentence_of(min(inside))

        def of_passage(first: int, last: int) -> Span:
            return reading.span(passage.number, *passage.chars((first, last)))

        barred = frozenset((*draft.found.cue, *draft.found.source)) - inside
        regions.append(_Region(passage.parse, frozenset(inside), (start, end), of_passage, False, barred))
    for quote in _whole_quotes(draft):
        parse = parses[quote]

        def of_quote(first: int, last: int, parse: Parse = parse, quote: Quote = quote) -> Span:
            base = quote.start + 1
            return reading.span(quote.paragraph, base + parse.tokens[first].start, base + parse.tokens[last - 1].end)

        regions += [
            _Region(parse, frozenset(range(start, end)), (start, end), of_quote, True) for start, end in parse.sentences
        ]
    return regions


def _waits(parse: Parse, opener: int, act: Act, acts: list[Act]) -> bool:
    """Whether a condition is this act's: it hangs on it, or on none of the acts beside it."""
    above = {opener, *(token.i for token in parse.ancestors(opener))}
    holders = [one for one in acts if {one.governor, one.verb} & above]
    if not holders:
        return True
    nearest = max(holders, key=lambda one: max(i for i in (one.governor, one.verb) if i in above))
    return act is nearest or (act.verb in parse.subtree(nearest.verb) and act.subject == nearest.subject)


def _promise(
    reading: Reading,
    n: int,
    draft: Draft,
    region: _Region,
    act: Act,
    waiting: list[tuple[str, int, int]],
    has_context: bool,
) -> Promise | None:
    if (
        act.subject is None
        or act.capability is None
        or (act.capability == "other" and not _counts(region, act, has_context))
    ):
        return None
    if not has_context:
        return None
    actors, is_own = _actors(reading, draft, region, act.subject)
    modality = _modality(draft, region, act)
    if draft.outer is not None and reading.drafts[draft.outer].found.kind in ATTITUDE and modality != "refused":
        modality = ATTITUDE[reading.drafts[draft.outer].found.kind]
    standing = standing_of(region.parse, region.tokens, act)
    if standing.attitude is not None and modality != "refused":
        modality = standing.attitude
    polarity = "questioned" if standing.asked else ("negative" if act.negated else "positive")
    if draft.polarity != "positive" and draft.found.kind not in ("refuse",):
        polarity, is_own = draft.polarity, False
    relayed = draft.hearsay_level > 0 or draft.found.relayed or standing.relayed or standing.asked
    own = is_own and not relayed and draft.person is not None
    words = sorted(
        {act.governor, act.verb, *words_of_act(region.parse, act.governor, act.verb)} & set(range(*region.whole))
    )
    words = [i for i in words if i not in region.barred]
    conditions = [c for c in waiting if not (c[1] <= act.verb < c[2] or c[1] <= act.governor < c[2])]
    if any(first <= act.subject < last for _, first, last in conditions):
        return None
    outside = [i for i in words if not any(first <= i < last for _, first, last in conditions)]
    if not outside:
        return None
    first = _first_word(region, act)
    last = max(_last_word(region.parse, outside), first, act.governor, act.verb)
    return Promise(
        draft=n, actors=actors, capability=act.capability, modality=modality, span=region.span(first, last + 1),
        conditions=tuple(Condition(type=kind, span=region.span(a, b)) for kind, a, b in conditions),
        own=own, polarity=polarity, quantity=act.quantity, unit=act.unit, place=act.place,
    )  # fmt: skip


def _first_word(region: _Region, act: Act) -> int:
    heads = [act.governor]
    above = region.parse.tokens[region.parse.tokens[act.governor].head]
    if region.parse.tokens[act.governor].pos in ("ADJ", "NOUN") and above.lemma in ("be", "have", "stand", "remain"):
        heads.append(above.i)
    kids = [k.i for head in heads for k in region.parse.kids(head, "aux", "auxpass", "neg")]
    return min([*heads, *kids])


def _last_word(parse: Parse, words: list[int]) -> int:
    last = words[0]
    for i in words:
        if i - last > 4:
            break
        last = i
    while last > words[0] and parse.tokens[last].pos in ("PUNCT", "SPACE", "CCONJ"):
        last -= 1
    return last


def _counts(region: _Region, act: Act, has_context: bool) -> bool:
    """Whether an act without a capability is worth an entry: a bare agreement, readiness, promise or refusal."""
    token = region.parse.tokens[act.governor]
    word = MODAL_WORDS.get(token.lemma) or MODAL_WORDS.get(token.low)
    lemma = region.parse.tokens[act.verb].lemma
    if act.modality in ("will", "would"):
        return has_context and lemma in ("join", "contribute", "participate", "agree", "guarantee", "defend")
    return has_context and word in ("agreed", "pledged", "prepared", "refused") and (
        act.verb == act.governor or lemma in JOINS
    )  # fmt: skip


def _modality(draft: Draft, region: _Region, act: Act) -> str:
    cue = draft.found
    if act.modality == "refused" or cue.verb is None:
        return act.modality
    attitude = ATTITUDE.get(cue.kind)
    lemma = cue.passage.token(cue.verb).lemma
    if attitude is None or region.is_quote or cue.shape in ("infinitive", "gerund", "object", "adjective"):
        return act.modality
    return act.modality if lemma in SURE else attitude


def _actors(reading: Reading, draft: Draft, region: _Region, head: int) -> tuple[tuple[str, ...], bool]:
    """Return whom an act binds, and whether that is the speaker's own side."""
    parse = region.parse
    heads = [head]
    for kid in parse.kids(head, "conj"):
        heads.append(kid.i)
        heads += [k.i for k in parse.kids(kid.i, "conj")]
    named = [_actor(reading, draft, region, one) for one in heads]
    members = () if draft.person is None else draft.person.members
    actors = [one for name, own in named for one in (members if own and members else (name,))]
    return tuple(dict.fromkeys(actors)), any(own for _, own in named)


def _actor(reading: Reading, draft: Draft, region: _Region, head: int) -> tuple[str, bool]:
    parse = region.parse
    token = parse.tokens[head]
    speaker = draft.person
    mine = "unknown" if speaker is None else speaker.country or speaker.name or speaker.office or "unknown"
    if token.tag in ("WP", "WDT") or token.low == "that":
        clause = next((a for a in parse.ancestors(head) if a.dep == "relcl"), None)
        if clause is not None and clause.head != head:
            return _actor(reading, draft, region, clause.head)
    if token.low in FIRST:
        return mine, speaker is not None
    inside = [i for i in parse.subtree(head) if i <= head]
    if speaker is not None and token.lemma in OWN_BODIES:
        owners = [parse.tokens[i].low for i in inside if parse.tokens[i].dep == "poss"]
        if any(
            owner in FIRST_OWNER or (owner in ("his", "her", "its", "their") and not region.is_quote)
            for owner in owners
        ):
            return mine, True
    words = parse.words(inside)
    country = next(
        (c for i in inside for c in (country_of(parse.tokens[i].text), country_of(parse.words([i, head]))) if c), None
    )
    if token.pos == "PROPN" or token.entity in ("GPE", "ORG"):
        country = country_of(words) or country
    if country is not None and (token.pos == "PROPN" or token.lemma in OWN_BODIES or token.entity in ("GPE", "NORP")):
        return country, speaker is not None and country == speaker.country
    if region.is_quote:
        return words, False
    if head in draft.found.source or head == draft.found.subject:
        return mine, True
    person = reading.people.at(draft.found.passage, head)
    if token.low in ("he", "she") and speaker is not None and speaker.is_person:
        gender = "m" if token.low == "he" else "f"
        if speaker.gender in (None, gender) and not _other_person_before(region, draft, head):
            return mine, True
    if token.low in ("it", "they") and speaker is not None and not speaker.is_person:
        return mine, True
    if person is not None and person is speaker:
        return mine, True
    if person is not None and person.is_person and person.country is not None:
        return person.country, False
    return (person.name if person is not None and person.name else words), False


def _other_person_before(region: _Region, draft: Draft, head: int) -> bool:
    return any(
        region.parse.tokens[i].entity == "PERSON" and i < head and i not in draft.found.source for i in region.tokens
    )


def _once(found: list[Promise], levels: list[int]) -> list[Promise]:
    """Keep one of several promises at one place: the innermost speaker's, as he is the one who is bound."""
    kept: dict[tuple[int, str], Promise] = {}
    for promise in found:
        place = (promise.span.end, promise.capability)
        known = kept.get(place)
        if known is None or levels[promise.draft] >= max(1, levels[known.draft]):
            kept[place] = promise
    return sorted(kept.values(), key=lambda p: (p.span.start, p.span.end))
