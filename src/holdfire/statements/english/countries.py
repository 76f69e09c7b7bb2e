"""Countries: from a name, an adjective or a seat of government in English to the state that is meant.

Rule: states go by their English name in CLDR ("Finland"); so do the unions that act like one ("European Union", "NATO",
"United Nations"). A capital stands for its state only as somebody who speaks or acts. Source: CLDR by way of babel.
"""

from __future__ import annotations

from functools import cache

from babel import Locale

__all__ = ["country_of", "is_country_word"]

# Adjective or people: state, where the adjective does not begin with the state's name.
_ADJECTIVES = """
Afghan:AF Albanian:AL Algerian:DZ American:US Angolan:AO Argentine:AR Argentinian:AR Armenian:AM Australian:AU
Austrian:AT
Azerbaijani:AZ Azeri:AZ Bahraini:BH Bangladeshi:BD Belarusian:BY Belgian:BE Bolivian:BO Bosnian:BA Brazilian:BR
British:GB
Briton:GB Britons:GB Bulgarian:BG Burmese:MM Burundian:BI Cambodian:KH Cameroonian:CM Canadian:CA Chadian:TD Chilean:CL
Chinese:CN Colombian:CO Congolese:CD Croatian:HR Croat:HR Cuban:CU Cypriot:CY Czech:CZ Danish:DK Dane:DK Danes:DK
Dutch:NL
Ecuadorian:EC Egyptian:EG Emirati:AE English:GB Eritrean:ER Estonian:EE Ethiopian:ET Filipino:PH Philippine:PH
Finnish:FI
Finn:FI Finns:FI French:FR Georgian:GE German:DE Ghanaian:GH Greek:GR Guatemalan:GT Haitian:HT Honduran:HN Hungarian:HU
Icelandic:IS Indian:IN Indonesian:ID Iranian:IR Iraqi:IQ Irish:IE Israeli:IL Italian:IT Ivorian:CI Jamaican:JM
Japanese:JP
Jordanian:JO Kazakh:KZ Kenyan:KE Korean:KR Kosovar:XK Kuwaiti:KW Kyrgyz:KG Lao:LA Latvian:LV Lebanese:LB Liberian:LR
Libyan:LY
Lithuanian:LT Luxembourgish:LU Macedonian:MK Malaysian:MY Malian:ML Maltese:MT Mexican:MX Moldovan:MD Mongolian:MN
Montenegrin:ME Moroccan:MA Mozambican:MZ Namibian:NA Nepalese:NP Nepali:NP Nicaraguan:NI Nigerian:NG Nigerien:NE
Norwegian:NO
Omani:OM Pakistani:PK Palestinian:PS Panamanian:PA Paraguayan:PY Peruvian:PE Polish:PL Pole:PL Poles:PL Portuguese:PT
Qatari:QA
Romanian:RO Russian:RU Rwandan:RW Salvadoran:SV Saudi:SA Scottish:GB Senegalese:SN Serbian:RS Serb:RS Singaporean:SG
Slovak:SK
Slovakian:SK Slovene:SI Slovenian:SI Somali:SO Spanish:ES Spaniard:ES Sudanese:SD Swedish:SE Swede:SE Swedes:SE Swiss:CH
Syrian:SY Taiwanese:TW Tajik:TJ Tanzanian:TZ Thai:TH Tunisian:TN Turkish:TR Turk:TR Turks:TR Turkmen:TM Ugandan:UG
Ukrainian:UA
Uruguayan:UY Uzbek:UZ Venezuelan:VE Vietnamese:VN Welsh:GB Yemeni:YE Zambian:ZM Zimbabwean:ZW
"""
_NAMES = """
U.S.:US US:US USA:US U.S.A.:US America:US UK:GB U.K.:GB Britain:GB England:GB Scotland:GB Czechia:CZ Turkey:TR
Türkiye:TR
Burma:MM Holland:NL Macedonia:MK UAE:AE DRC:CD Palestine:PS Bosnia:BA Washington:US Pentagon:US Kremlin:RU Moscow:RU
London:GB
Westminster:GB Paris:FR Élysée:FR Elysee:FR Berlin:DE Rome:IT Madrid:ES Lisbon:PT Warsaw:PL Kyiv:UA Kiev:UA Minsk:BY
Ankara:TR
Athens:GR Bucharest:RO Sofia:BG Budapest:HU Prague:CZ Bratislava:SK Vienna:AT Bern:CH Oslo:NO Stockholm:SE Helsinki:FI
Copenhagen:DK Tallinn:EE Riga:LV Vilnius:LT Dublin:IE Beijing:CN Tokyo:JP Seoul:KR Pyongyang:KP Delhi:IN Islamabad:PK
Tehran:IR
Baghdad:IQ Damascus:SY Beirut:LB Cairo:EG Riyadh:SA Doha:QA Ottawa:CA Canberra:AU Belgrade:RS Zagreb:HR Chisinau:MD
Chișinău:MD
Tbilisi:GE Yerevan:AM Baku:AZ Astana:KZ Jerusalem:IL Khartoum:SD Juba:SS Sanaa:YE Tripoli:LY
"""
_PHRASES = {
    "white house": "US", "downing street": "GB", "state department": "US", "foreign office": "GB", "south korea": "KR",
    "north korea": "KP", "new delhi": "IN", "the hague": "NL", "ivory coast": "CI", "cape verde": "CV",
    "united states": "US", "united states of america": "US", "united kingdom": "GB", "great britain": "GB",
    "capitol hill": "US", "saudi arabia": "SA", "dr congo": "CD", "czech republic": "CZ", "south korean": "KR",
    "north korean": "KP", "south african": "ZA", "sri lankan": "LK", "new zealander": "NZ", "south sudanese": "SS",
}  # fmt: skip
_UNIONS = {
    "eu": "European Union", "european union": "European Union", "brussels": "European Union",
    "european commission": "European Union", "european council": "European Union", "nato": "NATO",
    "un": "United Nations", "u.n.": "United Nations", "united nations": "United Nations", "osce": "OSCE",
    "african union": "African Union", "security council": "United Nations",
}  # fmt: skip
# Adjectives that no one should read as a state: a cause, a party, a meal.
_NOT = frozenset(("georgia", "jersey", "jordan", "chad", "guinea"))


@cache
def _codes() -> dict[str, str]:
    found = {
        name.lower(): code
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha() and code not in ("EU", "UN", "EZ", "ZZ")
    }
    for table in (_ADJECTIVES, _NAMES):
        for pair in table.split():
            word, code = pair.rsplit(":", 1)
            found[word.lower()] = code
            found.setdefault(word.lower() + "s", code)
    found.update(_PHRASES)
    return found


def country_of(words: str) -> str | None:
    """Return the state or union that some words name or begin with, as its English name; None = none.

    Examples
    --------
    >>> country_of("Finnish"), country_of("the United States"), country_of("White House"), country_of("table")
    ('Finland', 'United States', 'United States', None)
    """
    low = words.lower().strip(" ,.'’“”\"")
    low = low.removeprefix("the ").removesuffix("'s").removesuffix("’s")
    if low in _UNIONS:
        return _UNIONS[low]
    code = _codes().get(low) or _codes().get(low + ".")
    return Locale("en").territories[code] if code is not None else None


def is_country_word(word: str) -> bool:
    """Whether one word names a state or its people."""
    return country_of(word) is not None
