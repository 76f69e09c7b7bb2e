"""A fictional agreement of two parties on an island, for the tests of publication."""

from __future__ import annotations

from typing import Any

__all__ = ["AGREEMENT"]

PARTIES = ["harbour", "highland"]


def both(en: str, uk: str) -> dict[str, str]:
    return {"en": en, "uk": uk}


AGREEMENT: dict[str, Any] = {
    "holdfire": "agreement/1",
    "id": "marrow-island",
    "version": "1.1",
    "title": both("Marrow Island Ceasefire", "Припинення вогню на острові Марроу"),
    "status": "in_force",
    "fictional": True,
    "summary": both(
        "An invented agreement between two invented parties, set on an island where nobody lives.",
        "Вигадана угода між двома вигаданими сторонами на острові, де ніхто не живе.",
    ),
    "time_zone": "Indian/Kerguelen",
    "references": [{"id": "text", "citation": "Marrow Island Ceasefire, 1 May 2031 (fictional)"}],
    "parties": [
        {"id": "harbour", "name": both("Harbour Council", "Рада Гавані"), "aliases": ["Harbour forces"]},
        {
            "id": "highland",
            "name": both("Highland Assembly", "Збори Нагір’я"),
            "aliases": ["Highland forces"],
        },
    ],
    "readings": [
        {
            "id": "council",
            "title": both("Council’s reading", "Тлумачення Ради"),
            "claimed_by": ["harbour"],
            "enters_into_force": "2031-05-01T00:00",
            "lines": {"separation": "line-council"},
        },
        {
            "id": "assembly",
            "title": both("Assembly’s reading", "Тлумачення Зборів"),
            "claimed_by": ["highland"],
            "enters_into_force": "2031-05-03T00:00",
            "lines": {"separation": "line-assembly"},
        },
    ],
    "zones": [
        {
            "id": "belt",
            "title": both("Belt along the line", "Смуга вздовж лінії"),
            "buffer": {"line": "separation", "distance": "12 km"},
        },
        {
            "id": "port",
            "title": both("Port of Sallow", "Порт Саллоу"),
            "objects": [
                {
                    "id": "quay",
                    "name": both("Sallow quay", "Причал Саллоу"),
                    "lon": 70.22,
                    "lat": -49.35,
                },
                {
                    "id": "mill",
                    "name": both("Grain mill", "Зерновий млин"),
                    "lon": 70.05,
                    "lat": -49.20,
                },
            ],
            "radius": "5 km",
        },
    ],
    "lines": [
        {
            "id": "line-council",
            "title": both("Line claimed by the Council", "Лінія за версією Ради"),
            "claimed_by": ["harbour"],
            "versions": [{"coordinates": [[69.45, -49.75], [69.35, -49.35], [69.50, -48.90]]}],
        },
        {
            "id": "line-assembly",
            "title": both("Line claimed by the Assembly", "Лінія за версією Зборів"),
            "claimed_by": ["highland"],
            "versions": [{"coordinates": [[69.62, -49.78], [69.58, -49.40], [69.66, -48.95]]}],
        },
    ],
    "clauses": [
        {
            "id": "1",
            "title": both("Cessation of fire", "Припинення вогню"),
            "text": both(
                "From the day of entry into force neither side opens fire with any weapon, nor attacks on the ground.",
                "Від дня набрання чинності жодна сторона не відкриває вогню з будь-якої зброї та не наступає.",
            ),
            "source": "Article 1",
            "addressees": PARTIES,
            "modality": "prohibits",
            "rule": {"kind": "cessation", "acts": ["explosion", "gunfire", "clash"]},
            "severity": 3,
            "exemptions": [{"kind": "return_fire"}],
        },
        {
            "id": "2.1",
            "title": both("Withdrawal of heavy weapons", "Відведення важкого озброєння"),
            "text": both(
                "Artillery of 100 mm and more and rocket launchers leave the belt of 12 km on both sides of the line.",
                "Артилерія калібром від 100 мм і реактивні системи виводяться зі смуги 12 км обабіч лінії.",
            ),
            "source": "Article 2, paragraph 1",
            "addressees": PARTIES,
            "modality": "obliges",
            "rule": {
                "kind": "withdrawal",
                "weapons": ["artillery/gun_100mm_or_more", "rocket_launcher"],
                "zones_by_party": {"harbour": ["belt"], "highland": ["belt"]},
                "deadline": "2031-05-08T00:00",
            },
            "severity": 3,
        },
        {
            "id": "3",
            "title": both("No attack on the port and the mill", "Заборона нападу на порт і млин"),
            "text": both(
                "The quay of Sallow and the grain mill are not attacked, whatever the reason given.",
                "На причал Саллоу та зерновий млин не нападають, хоч би яку причину називали.",
            ),
            "source": "Article 3",
            "addressees": PARTIES,
            "modality": "prohibits",
            "rule": {
                "kind": "protected",
                "zones": ["port"],
                "acts": ["explosion"],
                "targets": ["facility/port"],
            },
            "severity": 5,
        },
        {
            "id": "4",
            "title": both("Access of observers", "Доступ спостерігачів"),
            "text": both(
                "Observers move freely by day and by night.", "Спостерігачі вільно пересуваються вдень і вночі."
            ),
            "source": "Article 4",
            "addressees": ["highland"],
            "modality": "obliges",
            "rule": {"kind": "access"},
            "observable_by": ["patrol"],
        },
        {
            "id": "5",
            "title": both("Exchange of minefield records", "Обмін картами мінних полів"),
            "text": both(
                "Each side hands its minefield records to the mission within ten days.",
                "Кожна сторона передає місії карти мінних полів упродовж десяти днів.",
            ),
            "source": "Article 5",
            "addressees": PARTIES,
            "modality": "obliges",
            "rule": {
                "kind": "obligation",
                "deadline": "2031-05-11T00:00",
                "evidence": ["governance/agreement"],
            },
            "standard": "balance",
        },
    ],
    "watchers": [
        {
            "id": "mission",
            "name": both("Observer mission", "Місія спостереження"),
            "mandate": both("Watches the belt.", "Спостерігає за смугою."),
            "means": ["patrol", "camera"],
        }
    ],
    "publication": {"delay": "24 h", "cell": "5 km", "min_count": 2},
}
