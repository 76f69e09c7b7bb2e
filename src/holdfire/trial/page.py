"""Page: what a trial found, for a negotiator, as one HTML file that stands alone.

Turns a trial's document into bytes. Rules: every figure is a sentence or a table whose head says what it is; no
formula, no term of statistics but "in 9 of 10 worlds"; what was not measured is said to be so. The page fetches
nothing and runs nothing. Texts of the agreement are not trusted and are escaped. The same document gives the same
bytes. Source: W3C Content Security Policy Level 3.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from holdfire.trial.drawing import PART_ROLES, draw_frontier, draw_parts
from holdfire.trial.words import CHANGES, STANDARDS, Say

__all__ = ["render_trial"]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'"
LATIN = "U+0000-00FF,U+2010-2027,U+202F,U+20AC,U+2212"
CYRILLIC = "U+0301,U+0400-045F,U+0490-0491,U+2116"


def _text(package: str, *names: str) -> str:
    return files(package).joinpath(*names).read_text(encoding="utf-8")


def _style() -> str:
    faces = "".join(
        f'@font-face{{font-family:"Holdfire Sans";font-weight:200 900;unicode-range:{span};'
        f"src:url(data:font/woff2;base64,{_text('holdfire.publication', 'assets', name).strip()}) format('woff2')}}\n"
        for name, span in (("letters-latin.txt", LATIN), ("letters-cyrillic.txt", CYRILLIC))
    )
    dark = _text("holdfire.publication", "templates", "dark.css")
    rules = f"@media screen and (prefers-color-scheme: dark) {{ :root {{\n{dark}}} }}"
    return faces + _text("holdfire.trial", "templates", "trial.css").replace("/*dark*/", rules)


def render_trial(document: dict[str, Any], language: str) -> bytes:
    """Return a trial's page in UTF-8.

    Parameters
    ----------
    document : dict
        As :func:`holdfire.app.trial.try_ladder` makes it.
    language : str
        One of ``LANGUAGES``.
    """
    say = Say(language)
    environment = Environment(
        loader=FunctionLoader(lambda name: _text("holdfire.trial", "templates", name)),
        autoescape=True,
        undefined=StrictUndefined,
    )
    names = {rung["id"]: _in(rung["title"], language) for rung in document["ladder"]}
    content = {
        "language": language,
        "title": _in(document["agreement"]["title"], language),
        "ladder": _in(document["agreement"]["ladder"], language),
        "made": _made(document, say),
        "lede": _lede(document, names, say),
        "rungs": _rungs(document, names, say),
        "sustained": _sustained(document, names, say),
        "windows": _windows(document, names, say),
        "sensitivity": _sensitivity(document, names, say),
        "search": _search(document, names, say),
        "lies": _lies(document, names, say),
        "replays": _replays(document, names, say),
        "whole": _whole(document, names, say),
        "limits": _limits(document, say),
        "settings": [(name, str(value)) for name, value in sorted(document["settings"].items())],
    }
    written = environment.get_template("trial.html").render(
        page=content, say=say, policy=POLICY, style=Markup(_style())
    )
    return written.encode("utf-8")


def _in(text: dict[str, str], language: str) -> str:
    return text.get(language) or text.get("en") or next(iter(text.values()))


def _made(document: dict[str, Any], say: Say) -> str:
    settings = document["settings"]
    return say(
        "made",
        worlds=say.number(settings["n_worlds"], 0),
        days=say.number(settings["n_days"], 0),
        per_day=say.number(settings["per_day"]),
    )


def _lede(document: dict[str, Any], names: dict[str, str], say: Say) -> list[str]:
    """Return the sentences that a hurried reader reads: the lowest rung's alarms, and every rung's delay."""
    said = []
    first = document["rungs"][0]
    rate = first["false_per_30_days"]
    if rate["n"]:
        said.append(say("lede_false", rung=names[first["rung_id"]], rate=say.number(rate["value"])))
    else:
        said.append(say("lede_quiet", rung=names[first["rung_id"]], days=say.number(first["quiet_days"], 0)))
    for rung in document["rungs"]:
        attack, name = rung["attack"], names[rung["rung_id"]]
        if attack["delay_h"]["n"]:
            late, half = say.hours(attack["delay_h"]["in_90"]), say.hours(attack["delay_h"]["median"])
            said.append(say("lede_attack", rung=name, delay=half, late=late))
        power = attack["power"]
        if power["n"] and power["n_hit"] < power["n"]:
            said.append(say("lede_missed", rung=name, missed=say.number(100.0 * (1.0 - power["value"]))))
    return said


def _asks(rung: dict[str, Any], parties: dict[str, str], say: Say) -> str:
    when = rung["when"]
    words = [
        say(
            "asks_count", n=str(when["at_least"]), window=_duration(when["window"], say), prob=say.percent(when["prob"])
        )
    ]
    if when["parties"]:
        words.append(say("asks_party", party=", ".join(parties.get(one, one) for one in when["parties"])))
    if when["verified_only"]:
        words.append(say("asks_verified"))
    if when["spread"]:
        words.append(say("asks_spread", n=str(when["spread"])))
    if when["persistence"]:
        words.append(say("asks_persistence", time=_duration(when["persistence"], say)))
    return ", ".join(words)


def _duration(text: str, say: Say) -> str:
    number, _, unit = text.partition(" ")
    return say("hours", n=number) if unit == "h" else text


def _rungs(document: dict[str, Any], names: dict[str, str], say: Say) -> list[dict[str, Any]]:
    written = {rung["id"]: rung for rung in document["ladder"]}
    parties = {name: _in(text, say.language) for name, text in document["agreement"]["parties"].items()}
    rows = []
    for rung in document["rungs"]:
        attack, false = rung["attack"], rung["false_per_30_days"]
        shares = attack["shares"]
        row = {
            "name": names[rung["rung_id"]],
            "asks": _asks(written[rung["rung_id"]], parties, say),
            "false": say.number(false["value"], 2),
            "false_range": f"{say.number(false['low'], 2)} – {say.number(false['high'], 2)}",
            "false_note": say("false_note", days=say.number(rung["quiet_days"], 0)),
            "standing": say.percent(rung["false_time_share"]),
            "power": say("of_worlds", share=say.percent(attack["power"]["value"])),
            "power_range": f"{say.percent(attack['power']['low'])} – {say.percent(attack['power']['high'])}",
            "half": say.hours(attack["delay_h"]["median"]),
            "most": say.hours(attack["delay_h"]["in_90"]),
            "n_delays": attack["delay_h"]["n"],
            "parts": [],
            "bar": None,
            "overdue": None,
        }
        if shares is not None:
            row["bar"] = Markup(draw_parts(shares, say("where")))
            row["parts"] = [(role, say(name), say.percent(shares[name])) for name, role in PART_ROLES.items()]
        if attack["overdue"]["n_hit"]:
            row["overdue"] = say("overdue", share=say.percent(attack["overdue"]["value"]))
        rows.append(row)
    return rows


def _sustained(document: dict[str, Any], names: dict[str, str], say: Say) -> dict[str, Any]:
    rates = [one["per_day"] for one in document["rungs"][0]["sustained"]]
    head = [say("rung"), *(say("per_day", n=say.number(rate)) for rate in rates)]
    rows = [
        [names[rung["rung_id"]], *(say.percent(one["power_in_7_days"]["value"]) for one in rung["sustained"])]
        for rung in document["rungs"]
    ]
    return {"head": head, "rows": rows}


def _windows(document: dict[str, Any], names: dict[str, str], say: Say) -> dict[str, Any]:
    head = [say("rung"), say("n_windows"), say("n_fired"), say("wrong_fired"), "95 %", say("wrong_all")]
    rows = []
    for rung in document["rungs"]:
        fired, of_all = rung["windows"]["wrong_of_fired"], rung["windows"]["wrong_of_all"]
        numbers = [say.number(of_all["n"], 0), say.number(fired["n"], 0), say.percent(fired["value"])]
        between = f"{say.percent(fired['low'])} – {say.percent(fired['high'])}"
        rows.append([names[rung["rung_id"]], *numbers, between, say.percent(of_all["value"])])
    return {"head": head, "rows": rows}


def _sensitivity(document: dict[str, Any], names: dict[str, str], say: Say) -> dict[str, Any] | None:
    found = document.get("sensitivity")
    if not found:
        return None
    rows = []
    for one in found:
        cells = [say.pick(CHANGES[one["change"]])]
        for rung in one["rungs"]:
            half = say.hours(rung["delay_h"])
            cells.append(f"{say.number(rung['false_per_30_days'], 2)} · {half} · {say.percent(rung['power'])}")
        rows.append(cells)
    return {"head": ["", *(names[rung["rung_id"]] for rung in found[0]["rungs"])], "rows": rows}


def _search(document: dict[str, Any], names: dict[str, str], say: Say) -> list[dict[str, Any]]:
    found = []
    for one in document.get("search") or []:
        name = names[one["rung_id"]]
        usable = [rule for rule in one["rules"] if rule["delay_h"] is not None]
        best = [rule for rule in usable if not rule["dominated"]]
        rows = [
            [
                str(rule["at_least"]),
                _duration(rule["window"], say),
                say.percent(rule["prob"]),
                say.pick(STANDARDS[rule["standard"]]),
                say.number(rule["false"], 2),
                say.hours(rule["delay_h"]),
            ]
            for rule in sorted(best, key=lambda rule: (rule["false"], rule["delay_h"]))
        ]
        head = [say("at_least"), say("window"), say("prob"), say("standard"), say("axis_false"), say("delay")]
        found.append(
            {
                "name": name,
                "note": say("search_note" if usable else "search_none", rung=name),
                "chart": Markup(draw_frontier(usable, say, say("search"))) if usable else None,
                "head": head,
                "rows": rows,
            }
        )
    return found


def _lies(document: dict[str, Any], names: dict[str, str], say: Say) -> dict[str, Any] | None:
    """Return a row for each rung and way, a column for each reliability model."""
    found = document.get("lies")
    if not found:
        return None
    models = list(dict.fromkeys(one["model"] for one in found))
    rows: dict[tuple[str, str], list[str]] = {}
    for one in found:
        aim = say("lie_fire" if one["aim"] == "fire" else "lie_silence")
        head = [names[one["rung_id"]], f"{aim}: {say('way_' + one['way'])}"]
        rows.setdefault((one["rung_id"], one["way"]), head).append(_price(one, say))
    return {"head": [say("rung"), "", *(say("model_" + model) for model in models)], "rows": list(rows.values())}


def _price(one: dict[str, Any], say: Say) -> str:
    if one["without_lies"]:
        return say("anyway_" + one["aim"])
    if one["n_reports"] is None:
        return say("not_found", n=say.number(one["tried_up_to"], 0))
    return say("price", **{key: say.number(one[key], 0) for key in ("n_reports", "n_sources", "n_days")})


def _replays(document: dict[str, Any], names: dict[str, str], say: Say) -> list[dict[str, Any]]:
    found = []
    for one in document.get("replays") or []:
        rows = [
            [
                names[rung["rung_id"]],
                say.number(rung["n_days_stood"], 0),
                say.number(rung["n_days_perhaps"], 0),
                say.number(rung["n_began"], 0),
                rung["first_on"] or "–",
            ]
            for rung in one["rungs"]
        ]
        head = [say("rung"), say("replay_stood"), say("replay_perhaps"), say("replay_began"), say("replay_first")]
        title = f"{one['title']} · {one['first_day']} – {one['last_day']} · {say('replay_days')}: {one['n_days']}"
        found.append({"title": title, "attribution": one["attribution"], "left_out": one["left_out"], "head": head,
                      "rows": rows})  # fmt: skip
    return found


def _whole(document: dict[str, Any], names: dict[str, str], say: Say) -> dict[str, Any] | None:
    found = document.get("whole")
    if not found:
        return None
    rows = []
    for rung in found["rungs"]:
        for key in ("by_whole", "by_fast"):
            one = rung[key]
            cells = [names[rung["rung_id"]], say(key), say.number(one["false_per_30_days"], 2)]
            rows.append([*cells, say.hours(one["delay_h"]), say.percent(one["power"])])
    head = [say("rung"), "", say("false"), say("delay"), say("reached")]
    note = say("whole_note", n=say.number(found["n_worlds"], 0), days=say.number(found["n_days"], 0))
    return {"head": head, "rows": rows, "note": note}


def _limits(document: dict[str, Any], say: Say) -> list[str]:
    decision = say.hours(document["settings"]["decision_h"])
    return [say("limit_1"), say("limit_2", decision=decision), say("limit_3"), say("limit_4")]
