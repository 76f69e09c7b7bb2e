"""Lexicon: English verbs, nouns and adjectives that attribute, with the complements by which they do.

Turns a lemma into its frame. Rule: one line of a table holds a kind, its complements and its words; a verb that stands
in
no line attributes only where a whole quotation hangs on it. Complements: ``C`` a clause, with or without *that*; ``W``
a
clause with *whether*, *how*, *what*; ``I`` an infinitive of the subject's own ("promised to send"); ``J`` an object
with an infinitive ("urged them to leave"); ``G`` a gerund; ``O`` a noun phrase; ``A`` an object with *as* or a second
object; ``P`` a phrase with one of the prepositions named. Kinds: ``say``, ``affirm``, ``promise``, ``deny``,
``refuse``, ``ask``, ``demand``, ``think``, ``want``, ``expect``, ``fear``, ``learn``, ``show``, ``judge``.
"""

from __future__ import annotations

from dataclasses import dataclass

from holdfire.statements.words import word_set

__all__ = ["ADJECTIVES", "NOUNS", "NO_CUES", "PREPOSITIONAL", "VERBS", "Frame"]


@dataclass(frozen=True, slots=True)
class Frame:
    """Hold what a word attributes: its kind, its complements, its prepositions."""

    kind: str
    complements: frozenset[str]
    prepositions: frozenset[str] = frozenset()


_VERBS = """
say CW: say
say CW: tell add note state remark observe mention repeat reiterate recount relate comment reply respond answer retort
    counter interject continue conclude stress emphasize emphasise underline underscore highlight reaffirm testify write
    tweet post blog quip joke mutter whisper shout yell cry exclaim declare proclaim recall explain report disclose
    reveal
    divulge relay volunteer opine muse brag boast gush concede acknowledge admit grant allow confess insist maintain
    contend argue assert claim allege charge aver posit counsel caution warn predict forecast foresee prophesy hint
    imply
    intimate suggest signal indicate elaborate clarify specify specify detail summarise summarize recap pronounce
    announce advise inform notify remind assure reassure brief telegraph venture interrupt fume rage complain lament
    grumble gripe whine protest object marvel ponder reason theorize theorise speculate surmise postulate hypothesize
    hypothesise stipulate rule reckon preach profess vouch tease read correct rebut
          implore beg plead
affirm CWO: confirm verify affirm attest certify corroborate
say O: announce unveil outline reiterate repeat reveal disclose detail deny allege stress emphasize emphasise concede
    acknowledge admit predict forecast
say P/about,of: complain warn boast brag joke speak talk tweet testify
say P/on: comment elaborate
deny CGO: deny dispute refute contradict rebut disavow repudiate
deny C: disagree
refuse I: refuse decline hesitate
refuse GO: reject oppose dismiss resist rebuff veto
refuse P/out: rule
refuse O: decline refuse
promise CI: promise pledge vow swear agree threaten undertake guarantee
promise I: offer volunteer commit consent
promise P/to,on,with: agree commit
promise O: pledge promise offer guarantee
ask CW: ask wonder inquire enquire query question
ask I: ask
ask J: ask
ask O: question query challenge
demand CJ: urge demand request propose recommend require order instruct command suggest advocate
demand J: encourage press pressure push lobby advise exhort implore beg plead invite challenge dare compel direct warn
    tell counsel remind call
demand I: demand push press
demand P/for: call push press appeal ask plead lobby argue advocate clamor clamour campaign
demand P/on,upon: call
demand P/against: argue warn caution protest rail
demand O: demand request urge recommend propose advocate endorse support back favor favour welcome
demand G: recommend suggest propose advocate urge favor favour support oppose
think CW: think believe feel know understand realize realise consider assume presume suppose guess suspect hold deem
    conclude decide determine judge figure imagine doubt agree accept recognize recognise remember forget trust bet
    gather infer calculate estimate reckon see mean notice ignore
think I: decide resolve claim profess purport opt choose determine
think G: consider contemplate envision envisage imagine weigh mull remember recall regret enjoy like love hate dislike
    prefer admit discuss
think O: doubt regret explore
think OG: consider weigh explore mull contemplate examine study
want CI: hope wish
want IJ: want intend desire like prefer need long yearn
want I: plan aim seek aspire vow mean care wait strive
want P/for: hope wish long yearn
expect CIJ: expect anticipate
expect C: foresee await
expect O: expect anticipate
want O: want prefer desire
say O: claim
say OG: cite
judge G: describe report acknowledge recall admit mention
affirm O: report
judge O: defend
judge Pobj/to: attribute ascribe credit
judge O: attack fault blame ridicule welcome
fear CI: fear
fear C: worry dread mourn fret
fear P/about,over: worry agonize fret
learn CW: hear learn discover find read see establish observe notice determine
show CW: show suggest indicate reveal demonstrate prove confirm reflect illustrate signal
judge A: describe call label brand dub characterize characterise depict portray consider deem view regard denounce
    condemn dismiss praise criticize criticise hail cast slam deride mock blast declare
judge O: criticize criticise denounce condemn praise hail decry deplore blast slam lambast lambaste ridicule mock
    applaud laud bemoan lament
judge Pobj/of: accuse
judge Pobj/for: blame criticize criticise praise thank fault condemn slam blast chide rebuke
judge Pobj/with: charge credit
"""

# Verbs whose clause is brought about, shown or meant rather than said; none is a cue by a clause.
NO_CUES = word_set(
    """
    provide ensure make let help get have be seem appear happen turn keep require cause allow enable mean force start
    begin stop continue try manage fail tend use go come do give take put set leave become remain stay finish
    avoid risk involve include follow depend result matter suffice help watch prevent permit work serve exist
    occur look sound prove
    """
)

_NOUNS = """
say CW: claim statement assertion allegation accusation argument contention comment remark declaration announcement
    report
    testimony suggestion insistence acknowledgment acknowledgement admission concession explanation observation message
    word news rumor rumour speculation prediction forecast warning assurance reminder conclusion finding indication hint
    sign evidence complaint objection criticism notion idea theory view opinion judgment judgement assessment revelation
    caution note point response answer
deny C: denial
refuse I: refusal
promise CI: promise pledge vow commitment offer threat undertaking guarantee agreement
demand CI: call demand request proposal recommendation appeal plea suggestion urging
demand P/for: call demand request appeal plea support push
think C: belief thought conviction feeling understanding impression assumption perception confidence doubt suspicion
    certainty sense knowledge realization
think I: decision determination resolve choice
want CI: hope desire wish intention intent plan aim ambition willingness readiness eagerness
expect C: expectation anticipation
fear C: fear concern worry anxiety
"""

_ADJECTIVES = """
say CW: clear adamant explicit insistent emphatic candid
think CW: sure certain convinced confident aware unaware skeptical sceptical doubtful satisfied persuaded mindful unsure
    uncertain
want CI: hopeful optimistic
want I: eager willing keen ready determined prepared reluctant unwilling inclined poised desperate anxious happy glad
    committed open
fear C: afraid worried concerned fearful nervous alarmed wary
judge C: glad happy pleased proud sorry disappointed surprised angry grateful thankful sad upset encouraged
fear P/about,over: concerned worried anxious skeptical sceptical optimistic confident nervous
"""

# Phrases that attribute without a verb: (words, kind).
PREPOSITIONAL = (
    (("according", "to"), "say"),
    (("in", "the", "words", "of"), "say"),
    (("in", "the", "view", "of"), "think"),
    (("in", "the", "opinion", "of"), "think"),
    (("in", "the", "eyes", "of"), "think"),
)


def _table(text: str) -> dict[str, tuple[Frame, ...]]:
    found: dict[str, list[Frame]] = {}
    head = ""
    for line in text.strip().splitlines():
        if not line.startswith(" "):
            head, line = line.split(":", 1)
        kind, complements = head.split()
        letters, _, prepositions = complements.partition("/")
        is_phrase = letters.startswith("P")
        frame = Frame(
            kind, frozenset([letters] if is_phrase else letters), frozenset(filter(None, prepositions.split(",")))
        )
        for word in line.split():
            if frame not in found.setdefault(word, []):
                found[word].append(frame)
    return {word: tuple(frames) for word, frames in found.items()}


VERBS = _table(_VERBS)
NOUNS = _table(_NOUNS)
ADJECTIVES = _table(_ADJECTIVES)
