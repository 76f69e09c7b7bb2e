"""Regions: words for an oblast in three languages to its ISO 3166-2 code.

Rule: a region is told by its own word beside its name ("Донецька область", "Донеччина", "Kherson region"); the name
alone is a town's. Leaves settlements to ``places``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["find_regions"]

# Per region: stem of the adjective in Ukrainian and Russian (regular expression), stem of the noun in -щина, English.
_STEMS: dict[str, tuple[str, str, str]] = {
    "UA-05": ("вінниць|винниц", "вінничч|винничч", "vinnyts|vinnits"),
    "UA-07": ("волинс|волынс", "волин|волын", "volyn"),
    "UA-09": ("луганс", "луганщ", "luhans|lugans"),
    "UA-12": ("дніпропетровс|днепропетровс", "дніпропетровщ|днепропетровщ", "dnipropetrovs|dnipro"),
    "UA-14": ("донець|донец", "донечч|донетчи", "donets"),
    "UA-18": ("житомирс", "житомирщ", "zhytomyr|zhitomir"),
    "UA-21": ("закарпатс", "закарпатт", "zakarpat"),
    "UA-23": ("запорізь|запорожс", "запоріжч|запорожч", "zaporizh|zaporozh"),
    "UA-26": ("івано-франківс|ивано-франковс", "прикарпатт", "ivano-frankivs"),
    "UA-32": ("київс|киевс", "київщ|киевщ", "kyiv|kiev"),
    "UA-35": ("кіровоградс|кировоградс", "кіровоградщ|кировоградщ", "kirovohrad"),
    "UA-46": ("львівс|львовс", "львівщ|львовщ", "lviv"),
    "UA-48": ("миколаївс|николаевс", "миколаївщ|николаевщ", "mykola[iy]+v|nikolaev"),
    "UA-51": ("одеськ|одесс", "одещ|одесщ", "odess?a"),
    "UA-53": ("полтавс", "полтавщ", "poltava"),
    "UA-56": ("рівненс|ровенс", "рівненщ|ровенщ", "rivne"),
    "UA-59": ("сумс", "сумщ", "sumy"),
    "UA-61": ("тернопільс|тернопольс", "тернопільщ|тернопольщ", "ternopil"),
    "UA-63": ("харківс|харьковс", "харківщ|харьковщ", "kharki?o?v"),
    "UA-65": ("херсонс", "херсонщ", "kherson"),
    "UA-68": ("хмельниць|хмельниц", "хмельничч", "khmelnyts"),
    "UA-71": ("черкас", "черкащ|черкасщ", "cherkas"),
    "UA-74": ("чернігівс|черниговс", "чернігівщ|черниговщ", "chernihi?v"),
    "UA-77": ("чернівец|черновиц", "буковин", "chernivtsi"),
    "RU-BEL": ("бєлгородс|белгородс|білгородс", "бєлгородщ|белгородщ", "belgorod"),
    "RU-BRY": ("брянс", "брянщ", "bryansk"),
    "RU-KRS": ("курс", "курщ", "kursk"),
    "RU-ROS": ("ростовс", "ростовщ", "rostov"),
    "RU-VOR": ("воронезьк|воронежс", "воронежч", "voronezh"),
}
_END = r"[\w'’ʼ-]*"
_BY_REGION = {
    code: re.compile(
        rf"\b(?:(?:{adjective}){_END}\s+обл(?:\.|аст\w*)|(?:{noun}){_END}|(?:{english})\w*\s+(?:oblast|region|province)s?)",
        re.IGNORECASE,
    )
    for code, (adjective, noun, english) in _STEMS.items()
}
_CRIMEA = re.compile(r"\b(?:Крим(?!сь)\w{0,3}|Крым(?!ск)\w{0,3}|Crimea)\b")
_ANY = re.compile(r"обл|щин|ччин|чин|тт|oblast|region|province|Крим|Крым|Crimea|буковин", re.IGNORECASE)


def find_regions(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the regions that a text names: code, start, end.

    Examples
    --------
    >>> list(find_regions("Обстріл Миколаївки Донецької області"))
    [('UA-14', 19, 36)]
    >>> list(find_regions("Взрывы в Донецке"))
    []
    """
    if not _ANY.search(text):
        return
    for code, pattern in _BY_REGION.items():
        for found in pattern.finditer(text):
            yield code, found.start(), found.end()
    for found in _CRIMEA.finditer(text):
        yield "UA-43", found.start(), found.end()
