"""Acts: the words of a message into what happened, by whom, with what, and who was hurt.

Turns a text into an act. Rules: whether it happened at all is asked before what it was: a drill, a denial, a
condition and an anniversary are no event; a side is the actor only where it does the act ("Russian forces shelled",
"shelled by", "з боку РФ"), and nobody is where both do or none is said; "the enemy" is nobody, since that depends on
who speaks. Casualties are bounds as the words give them. Leaves places and times to their files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from holdfire.readers.text.lexicon import FILTERS, KINDS, NUMBERS, SIDES, WEAPONS, PatternTable

__all__ = ["Act", "Casualties", "read_act", "told_part"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Casualties:
    """Hold persons killed or wounded; None = not said.

    Attributes
    ----------
    low, best, high : int or None
        ``low <= best <= high`` where they are said; "at least five" has no high.
    """

    low: int | None = None
    best: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Hold what a text says happened.

    Attributes
    ----------
    status : str
        ``told``; ``exercise``, ``denial``, ``conditional``, ``historic``: no event of now; ``none``: no word for one.
    kind, weapon : str or None
        Paths in the trees of kinds and weapons.
    actor, target : str or None
        ``Russia`` or ``Ukraine``; None = not said.
    casualties : Casualties
    """

    status: str
    kind: str | None
    weapon: str | None
    actor: str | None
    target: str | None
    casualties: Casualties


_DOES = (
    r"(?:have |has |again |вже |знову |вновь |снова |ще |\w+o |\w+ly )?"
    r"(?:shell|attack|struck|str(?:i)k|hit|fire|launch|drop|bomb|storm|assault|withdr|pull|mortar|обстріл\w*л|обстрел\w*л|атакува|атакова|вдари|удари|нане?с|завда|скину|сброс|запусти|випусти|выпусти|"
    r"гати|штурму|бʼ|б'|б’|накри|накры|відкри|откры|відве|отве|відійш|отош)"
)
_BY = r"(?:by|from|з боку|збоку|со стороны|від|из-за)\s+(?:the\s+)?"
_AT = r"(?:on|at|against|по|проти|против)\s+(?:the\s+)?(?:позиці\w+\s+|позици\w+\s+)?"
_OF = r"(?:\s+(?:positions|soldiers|village|town|troops|forces|lines)|\s*$)?"
_PATTERNS = {
    side: (
        re.compile(rf"(?<!\w)(?:{words})\s+{_DOES}|(?<!\w){_BY}(?:{words})(?!\w)", re.IGNORECASE),
        re.compile(
            rf"(?<!\w)(?:{words})\s+(?:\w+\s+)?"
            r"(?:shelling|strike|attack|fire|airstrike|air strike|assault|обстріл|удар|атак|обстрел)\w*",
            re.IGNORECASE,
        ),
        re.compile(
            rf"(?<!\w){_AT}(?:{words}){_OF}|(?<!\w)(?:shelled|attacked|struck|hit)\s+(?:{words})(?!\w)",
            re.IGNORECASE,
        ),
    )
    for side, words in SIDES.items()
}  # fmt: skip

_NUMBER = rf"(?:\d{{1,4}}|{'|'.join(sorted(map(re.escape, NUMBERS), key=len, reverse=True))})"
_HURT = (
    r"(?:killed|dead|died|wounded|injured|hurt|casualties|deaths|"
    r"загинул\w*|загибл\w+|вбит\w+|поранен\w*|постраждал\w+|травмован\w+|"
    r"погиб\w*|убит\w*|ранен\w*|пострада\w+)"
)
_WHO = (
    r"(?:people|persons?|civilians?|soldiers?|residents?|men|women|man|woman|children|were|was|others|more|"
    r"людей|людини?|особи?|осіб|цивільн\w+|мирн\w+|мешканц\w+|жител\w+|чоловік\w*|жінк\w*|дітей|військов\w+|"
    r"человека?|гражданск\w+|мужчин\w*|женщин\w*|детей|військових|солдат\w*|"
    r"військовослужбовц\w+|are|have|been|local|місцев\w+)"
)
_BOUND = (
    r"(?P<bound>at least|more than|over|up to|щонайменше|принаймні|понад|більше|до|не менше|как минимум|"
    r"по меньшей мере|более|не менее)"
)
_RANGE = rf"(?P<a>{_NUMBER})(?:\s*(?:-|–|—|to|до|or|або|или)\s*(?P<b>{_NUMBER}))?"
_COUNTED = re.compile(rf"(?<![\w.,:])(?:{_BOUND}\s+)?{_RANGE}(?:\s+{_WHO}){{0,3}}\s+{_HURT}(?!\w)", re.IGNORECASE)
_AFTER = re.compile(
    rf"(?<!\w)(?:killed|killing|wounded|wounding|injured|injuring|загинул[оаи]|поранено|поранив|поранила|вбито|вбив|"
    rf"постраждал[оаи]|погибл[оаи]|погиб|убил|ранил|ранены|пострадал[оаи]|загибель|ранено|убито)\s+"
    rf"(?:{_BOUND}\s+)?{_RANGE}(?![\w:]|\s*(?:km|км|років|лет|years))",
    re.IGNORECASE,
)
_ONE_HURT = re.compile(
    r"(?<!\w)(?:(?:погиб|загинув|поранено|ранен|ранена|погибла|загинула|постраждав|постраждала|пострадал|пострадала)\s+"
    r"(?:мужчина|женщина|чоловіка?|жінк[ау]|житель|жительница|мешканець|мешканка|военный|військовий|ребенок|дитина)|"
    r"(?:killed|wounded|injured) an? (?:man|woman|civilian|soldier|child|resident))",
    re.IGNORECASE,
)
_NONE_HURT = re.compile(
    r"(?<!\w)(?:no (?:casualties|injuries|one was (?:hurt|killed|injured))|without casualties|"
    r"(?:обійшлося )?без (?:жертв|постраждалих|пострадавших)|"
    r"(?:постраждалих|загиблих|жертв) (?:немає|нема)|(?:пострадавших|погибших|жертв) нет|"
    r"ніхто не постраждав|никто не пострадал)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(
    r"(?:(?<!\bобл)(?<!\bсмт)(?<!\bпос)(?:(?<=\w\w)|(?<=[\d)»”\"]))[.!?…]+\s+(?=[«\"“]?[A-ZА-ЯІЇЄҐ])|\n+|\Z)"
)
"""A full stop after a single letter ("м. Херсон") ends no sentence."""
_AT_MOST = frozenset({"up to", "до"})


def _number(text: str) -> int:
    return int(text) if text.isdigit() else NUMBERS[text.casefold()]


def _counts(text: str) -> Iterator[tuple[int, int | None, int | None]]:
    """Yield low, best and high of each count of persons hurt, none of them twice."""
    taken: list[tuple[int, int]] = []
    for pattern in (_COUNTED, _AFTER):
        for found in pattern.finditer(text):
            start, end = found.span("a")
            if any(start < e and s < end for s, e in taken):
                continue
            taken.append((start, end))
            first = _number(found["a"])
            last = _number(found["b"]) if found["b"] else first
            bound = (found["bound"] or "").casefold()
            if bound in _AT_MOST:
                yield 0, None, last
            elif bound:
                yield first, first, None
            else:
                yield min(first, last), (first if first == last else None), max(first, last)


def _casualties(text: str) -> Casualties:
    counts = list(_counts(text))
    if not counts:
        if _ONE_HURT.search(text):
            return Casualties(low=1, best=1, high=1)
        return Casualties(low=0, best=0, high=0) if _NONE_HURT.search(text) else Casualties()
    return Casualties(
        low=sum(low for low, _, _ in counts),
        best=_sum(best for _, best, _ in counts),
        high=_sum(high for _, _, high in counts),
    )


def _sum(values: Iterable[int | None]) -> int | None:
    """Return the sum; None where one of them is not known."""
    known = list(values)
    return None if None in known else sum(value for value in known if value is not None)


def _sides(text: str) -> tuple[str | None, str | None]:
    """Return actor and target."""
    acts = {s for s, (does, noun, _) in _PATTERNS.items() if does.search(text) or noun.search(text)}
    hit = {side for side, (_, _, at) in _PATTERNS.items() if at.search(text)}
    actor = next(iter(acts)) if len(acts) == 1 else None
    targets = hit - acts
    return actor, (next(iter(targets)) if len(targets) == 1 else None)


def _first(text: str, table: PatternTable) -> str | None:
    plain = text.replace("ё", "е").replace("Ё", "Е")
    return next((path for path, pattern in table if pattern.search(plain)), None)


def told_part(text: str) -> tuple[str, str]:
    """Return a text with the sentences that tell of no event of now blanked out, and what the text as a whole is.

    Blanks keep every offset. The status is ``told`` where a sentence that is left has a word for an event, else the
    first sentence's that was blanked and has one, else ``none``.

    Examples
    --------
    >>> told_part("Drill in Lviv: shelling at the range. Explosions in Sumy.")
    ('                                      Explosions in Sumy.', 'told')
    """
    kept: list[str] = []
    status = "none"
    at = 0
    for found in _SENTENCE_END.finditer(text + "\n"):
        sentence, at = text[at : found.end()], found.end()
        taken_back = _first(sentence, FILTERS)
        if taken_back is None:
            kept.append(sentence)
            continue
        kept.append("".join(c if c == "\n" else " " for c in sentence))
        if status == "none" and _first(sentence, KINDS) is not None:
            status = taken_back
    masked = "".join(kept)
    return masked, ("told" if _first(masked, KINDS) is not None else status)


def read_act(text: str) -> Act:
    """Return the act that a text tells of.

    Examples
    --------
    >>> act = read_act("Russian forces shelled Kherson with mortars, two people were wounded")
    >>> act.status, act.kind, act.weapon, act.actor, act.casualties.best
    ('told', 'explosion/shelling/mortar', 'mortar', 'Russia', 2)
    >>> read_act("Міноборони РФ заперечує обстріл Херсона").status, read_act("").status
    ('denial', 'none')
    """
    told, status = told_part(text)
    shown = told if status == "told" else text
    actor, target = _sides(shown)
    return Act(
        status=status,
        kind=_first(shown, KINDS),
        weapon=_first(shown, WEAPONS),
        actor=actor,
        target=target,
        casualties=_casualties(shown),
    )
