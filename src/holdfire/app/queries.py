"""Queries: everything that only looks at a case.

Turns an id into its explanation by following ids backwards through data: finding, assessment, incident,
reports, raw rows. Rule: an explanation adds nothing that the case does not hold, and says where a raw row can
no longer be found. Leaves writing to ``commands``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from holdfire.app.attributing import likelihoods_of
from holdfire.app.lineage import RetiredStory, history_lines, history_rows, retired_story
from holdfire.app.narrowing import Narrowing, narrowings_of
from holdfire.app.waterfall import waterfall
from holdfire.app.wire import load_agreement_file, load_trees
from holdfire.basics.canonical import sha256_file
from holdfire.basics.documents import nearest_name
from holdfire.errors import HoldfireError, MissingInputError, UnknownIdError
from holdfire.readers.raw import raw_row
from holdfire.records.agreement import Agreement
from holdfire.records.assessment import FACTORS
from holdfire.records.fields import in_language
from holdfire.records.incident import INCIDENT_SCHEMA
from holdfire.store.case_folder import CaseFolder

__all__ = ["Explanation", "explain_id"]

N_REPORTS_SHOWN = 40
"""Reports of an incident that are unfolded with their raw rows; the rest are named."""

FACTOR_WORDS = {
    "real": "that it happened",
    "act": "that the act is one the clause speaks of",
    "place_time": "that it lay in the zone while the clause was in force",
    "actor": "that this party did it",
    "no_exemption": "that no exemption applies",
}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Hold an explanation as data and as text.

    Attributes
    ----------
    data : dict
        The records from the one asked for down to raw rows.
    text : str
        The same for people.
    """

    data: dict[str, Any]
    text: str


def _rows(case: CaseFolder, table: str, column: str, values: Sequence[str]) -> list[dict[str, Any]]:
    if not case.has(table):
        return []
    data = ds.dataset(case.table_path(table), format="parquet")
    found: list[dict[str, Any]] = data.to_table(filter=pc.field(column).isin(list(values))).to_pylist()
    return found


def _range(lower: float | None, upper: float | None) -> str:
    if lower is None or upper is None:
        return "unknown"
    return f"{lower:.3f}" if abs(upper - lower) < 5e-4 else f"{lower:.3f} to {upper:.3f}"


def explain_id(folder: Path, id_: str, inputs: Path | None = None) -> Explanation:
    """Explain a finding, an assessment, an incident or a report of a case, or what became of a retired incident.

    Parameters
    ----------
    folder : Path
        The case.
    id_ : str
        ``f/…``, ``incident/clause/reading/party``, an incident's id or a report's id.
    inputs : Path, optional
        Where the input files lie now.

    Raises
    ------
    UnknownIdError
        The case holds no such id.
    MissingInputError
        The folder holds no case.
    """
    case = CaseFolder(folder)
    if not case.has("incidents"):
        raise MissingInputError(
            "This folder holds no case.",
            str(folder),
            "Name the folder that 'holdfire assess --out' wrote, with --case.",
        )
    lines: list[str] = []
    data: dict[str, Any] = {"id": id_}
    incident_ids = _explain_findings(case, id_, data, lines)
    if incident_ids is None:
        incident_ids = [id_] if _rows(case, "incidents", "incident_id", [id_]) else None
    if incident_ids is not None:
        for incident_id in incident_ids:
            _explain_incident(case, incident_id, data, lines, inputs)
    else:
        reports = _rows(case, "reports", "report_id", [id_])
        if not reports:
            return _retired(case, id_)
        data["memberships"] = _rows(case, "memberships", "report_id", [id_])
        _explain_reports(case, reports, {}, data, lines, inputs)
        lines += _belonging_lines(data["memberships"])
    return Explanation(data=data, text="\n".join(lines))


def _belonging_lines(members: list[dict[str, Any]]) -> list[str]:
    """Return the incidents that a report belongs to, the likeliest first: several for a round-up."""
    members.sort(key=lambda member: (-member["prob"], member["incident_id"] or ""))
    named = [member for member in members if member["incident_id"] is not None]
    if not named:
        return ["It belongs to no incident."]
    lines = [f"It belongs to incident {row['incident_id']} with probability {row['prob']:.3f}." for row in named]
    if len(named) > 1:
        expected = sum(row["prob"] for row in named)
        lines.insert(
            0, f"It sums up several incidents: {len(named)} are named, about {expected:.1f} of which it tells of."
        )
    return lines


def _retired(case: CaseFolder, id_: str) -> Explanation:
    """Tell what became of a retired incident, or of the one that a finding spoke of."""
    incident_id = id_.removeprefix("f/").partition("/")[0]
    story = retired_story(case, incident_id)
    if story is None:
        raise _unknown(case, id_)
    data: dict[str, Any] = {"id": id_}
    lines: list[str] = []
    _tell_retired(incident_id, story, data, lines)
    return Explanation(data=data, text="\n".join(lines))


def _tell_retired(incident_id: str, story: RetiredStory, data: dict[str, Any], lines: list[str]) -> None:
    rows, current, words = story
    data.setdefault("retired", []).append({"incident_id": incident_id, "became": current})
    data.setdefault("lineage", []).extend(rows)
    lines += words


def _unknown(case: CaseFolder, id_: str) -> UnknownIdError:
    known: list[str] = []
    for table, column in (("findings", "finding_id"), ("incidents", "incident_id")):
        if case.has(table):
            known += case.read(table)[column].to_pylist()[:2000]
    near = nearest_name(id_, known) if known else None
    mend = f"The nearest is '{near}'." if near else "Ids stand in findings.parquet and incidents.parquet."
    return UnknownIdError(f"This case holds no id {id_!r}.", str(case.path), mend)


def _explain_findings(case: CaseFolder, id_: str, data: dict[str, Any], lines: list[str]) -> list[str] | None:
    """Explain a finding or an assessment; return the incidents behind it, None where the id names neither."""
    findings = _rows(case, "findings", "finding_id", [id_, f"f/{id_}"])
    assessments = _rows(case, "assessments", "assessment_id", [id_.removeprefix("f/")])
    if not findings and not assessments:
        return None
    agreement = _agreement(case)
    data["findings"], data["assessments"] = findings, assessments
    for finding in findings:
        lines += _finding_lines(finding, agreement)
    data["narrowings"] = []
    for assessment in assessments:
        incidents = _rows(case, "incidents", "incident_id", [assessment["incident_id"] or ""])
        narrowings = narrowings_of(assessment, incidents[0] if incidents else None)
        data["narrowings"] += [{"assessment_id": assessment["assessment_id"], **asdict(one)} for one in narrowings]
        lines += _factor_lines(assessment, narrowings)
        lines += _who_lines(case, assessment, incidents, agreement, data)
    named = {row["incident_id"] for row in (*findings, *assessments) if row["incident_id"] is not None}
    return sorted(named)


def _who_lines(
    case: CaseFolder,
    assessment: Row,
    incidents: list[dict[str, Any]],
    agreement: Agreement | None,
    data: dict[str, Any],
) -> list[str]:
    # What each piece of evidence tells of who did it, where the agreement states any.
    if agreement is None or agreement.attribution is None or not incidents:
        return []
    table = pa.Table.from_pylist(incidents, schema=INCIDENT_SCHEMA)
    found = likelihoods_of(table, agreement, case.read("zone_shapes"), assessment["reading"])
    data.setdefault("likelihoods", [])
    data["likelihoods"] += [{"assessment_id": assessment["assessment_id"], **one.as_dict()} for one in found]
    return ["  Who did it, piece by piece:", *(one.as_line() for one in found)]


def _agreement(case: CaseFolder) -> Agreement | None:
    path = case.path / "agreement.yaml"
    return load_agreement_file(path, load_trees()) if path.is_file() else None


def _finding_lines(finding: Row, agreement: Agreement | None) -> list[str]:
    lines = [
        f"Finding {finding['finding_id']}",
        f"  verdict    {finding['verdict']} (standard: {finding['standard']}; basis: {finding['basis']};"
        f" {'verified' if finding['verified'] else 'not verified by named persons'})",
        f"  breach     probability {_range(finding['prob_lower'], finding['prob_upper'])}",
        f"  party      {finding['party']}, under the reading {finding['reading']}",
    ]
    if agreement is not None:
        clause = next((c for c in agreement.clauses if c.id == finding["clause_id"]), None)
        if clause is not None:
            lines.append(
                f"  clause     {clause.id} {in_language(clause.title, 'en')}: {in_language(clause.text, 'en')}"
            )
            lines.append(f"  source     {clause.source}")
    lines.append(f"  because    {finding['reason']}")
    return lines


def _factor_lines(assessment: Row, narrowings: Sequence[Narrowing]) -> list[str]:
    lines = [f"Assessment {assessment['assessment_id']}: the product of"]
    for factor in FACTORS:
        bounds = _range(assessment[f"{factor}_lower"], assessment[f"{factor}_upper"])
        lines.append(f"  P({FACTOR_WORDS[factor]}) = {bounds}")
    lines.append(f"  = {_range(assessment['prob_lower'], assessment['prob_upper'])}")
    if narrowings:
        lines.append("  What would narrow it, most of all first, and by how much at most:")
    lines += [f"    {one.gain:.3f}  to know {FACTOR_WORDS[one.factor]}: {one.asked}" for one in narrowings]
    return lines


def _explain_incident(
    case: CaseFolder, incident_id: str, data: dict[str, Any], lines: list[str], inputs: Path | None
) -> None:
    incidents = _rows(case, "incidents", "incident_id", [incident_id])
    story = None if incidents else retired_story(case, incident_id)
    if story is not None:
        _tell_retired(incident_id, story, data, lines)
        return
    members = _rows(case, "memberships", "incident_id", [incident_id])
    data.setdefault("incidents", []).extend(incidents)
    data.setdefault("memberships", []).extend(members)
    for incident in incidents:
        lines += _incident_lines(incident)
    history = history_rows(case, incident_id)
    data.setdefault("lineage", []).extend(history)
    lines += history_lines(history)
    probs = {member["report_id"]: float(member["prob"]) for member in members}
    reports = _rows(case, "reports", "report_id", sorted(probs))
    told = Counter(row["report_id"] for row in _rows(case, "memberships", "report_id", sorted(probs)))
    reports.sort(key=lambda row: (told[row["report_id"]] > 1, -probs[row["report_id"]], row["report_id"]))
    n_roundups = sum(n > 1 for n in told.values())
    if n_roundups:
        lines.append(f"  summed up  in {n_roundups} reports that tell of other incidents too")
    lines += waterfall(case, [row["report_id"] for row in reports if told[row["report_id"]] == 1], data)
    _explain_reports(case, reports, probs, data, lines, inputs)


def _incident_lines(incident: Row) -> list[str]:
    place = "place unknown"
    if incident["lon"] is not None:
        sigma = incident["sigma_m"]
        place = f"{incident['lat']:.4f} N, {incident['lon']:.4f} E"
        place += f", 1-sigma {sigma / 1000:.2f} km" if sigma is not None else ""
    actors = ", ".join(
        f"{share['name'] or 'somebody else'} {_range(share['lower'], share['upper'])}"
        for share in incident["actors"] or ()
    )
    return [
        f"Incident {incident['incident_id']}",
        f"  happened   with probability {incident['prob_real']:.3f}"
        f" ({_range(incident['prob_real_lower'], incident['prob_real_upper'])})",
        f"  when       {incident['occurred_start']} to {incident['occurred_end']}",
        f"  where      {place}{' - ' + incident['place_name'] if incident['place_name'] else ''}",
        f"  what       {incident['kind'] or 'unknown kind'}"
        f"{', at ' + incident['target_kind'] if incident['target_kind'] else ''}",
        f"  by whom    {actors or 'nobody says'}",
        f"  told by    {incident['n_reports']} reports of {incident['n_sources']} sources"
        f" ({incident['n_independent']} independent)",
        f"  weighing   {incident['explanation']}",
    ]


def _explain_reports(
    case: CaseFolder,
    reports: Sequence[Row],
    probs: Mapping[str, float],
    data: dict[str, Any],
    lines: list[str],
    inputs: Path | None,
) -> None:
    finder = _RawRows(case, inputs)
    unfolded = data.setdefault("reports", [])
    for report in reports[:N_REPORTS_SHOWN]:
        raw, note = finder.find(report)
        unfolded.append({**report, "raw": raw, "raw_note": note})
        prob = probs.get(report["report_id"])
        lines.append(f"Report {report['report_id']}" + ("" if prob is None else f" (belongs with {prob:.3f})"))
        lines.append(f"  source     {report['source_id']}, read by {report['reader'] or 'an unnamed reader'}")
        if report["text"]:
            lines.append(f"  says       {report['text'][:300]}")
        lines.append(f"  raw row    {note}")
        if raw is not None:
            lines.append(f"             {raw[:600]}")
    if len(reports) > N_REPORTS_SHOWN:
        lines.append(f"… and {len(reports) - N_REPORTS_SHOWN} further reports; --json names them in memberships.")


class _RawRows:
    """Find raw rows in the input files, each file checked once against the hash that the run recorded."""

    def __init__(self, case: CaseFolder, inputs: Path | None) -> None:
        manifest: Mapping[str, Any] = {}
        if (case.path / "run.json").is_file():
            manifest = case.read_document("run.json")
        self.files = {str(file["sha256"]): file for file in manifest.get("inputs", ())}
        self.inputs = inputs
        self.paths: dict[str, Path | None] = {}

    def path_of(self, digest: str, name: str) -> Path | None:
        if digest not in self.paths:
            named = Path(str(self.files.get(digest, {}).get("path", name)))
            options = [named, *([self.inputs / name] if self.inputs else [])]
            self.paths[digest] = next(
                (path for path in options if path.is_file() and sha256_file(path) == digest), None
            )
        return self.paths[digest]

    def find(self, report: Row) -> tuple[str | None, str]:
        digest, name, row = report["raw_sha256"], report["raw_file"], report["raw_row"]
        if digest is None or name is None or row is None:
            return None, "the report names none"
        place = f"{name}, row {row}, SHA-256 {digest[:12]}…"
        path = self.path_of(digest, name)
        if path is None:
            return (
                None,
                f"{place}: the file with this hash is not where it was; name its folder with --inputs",
            )
        try:
            return raw_row(path, report["reader"], int(row)), place
        except HoldfireError as error:
            return None, f"{place}: {error.what}"
