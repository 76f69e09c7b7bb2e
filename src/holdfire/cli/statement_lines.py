"""Statement lines: a document's statements, and the timeline of several, as lines for people.

Turns records into lines; rule: nothing is added that the records do not hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from holdfire.records.model_spans import ModelSpans
from holdfire.records.statement import Condition, ProposedCommitment, ReadDocument, Statement
from holdfire.records.statement_corpus import CorpusView, JoinedStatement, Series, TimelineEntry

__all__ = ["document_lines", "model_lines", "timeline_lines"]


def document_lines(document: ReadDocument) -> list[str]:
    """Return a document's statements and commitments as lines for people."""
    head = document.name if document.published_on is None else f"{document.name}, {document.published_on.isoformat()}"
    lines = [head]
    if not document.statements:
        lines.append("  no statement found")
    for statement in document.statements:
        lines += _statement_lines(statement)
        lines += [line for c in document.commitments if c.statement == statement.id for line in _commitment_lines(c)]
    return lines


def model_lines(spans: ModelSpans) -> list[str]:
    """Return what a model proposes of a document as lines for people."""
    if spans.fault is not None:
        return [f"  {spans.model}: {spans.fault}"]
    why = "; ".join(f"{reason}: {n}" for reason, n in spans.reasons.items())
    lines = [f"  {spans.model}: {len(spans.proposals)} proposed, {spans.n_refused} refused{f' ({why})' if why else ''}"]
    for one in spans.proposals:
        who = "somebody unnamed" if one.source_span is None else _one_line(one.source_span.text)
        cue = "" if one.cue_span is None else f" [{_one_line(one.cue_span.text)}]"
        lines.append(f"    {who}{cue}: {' … '.join(_one_line(span.text) for span in one.content_spans)}")
    return lines


def _statement_lines(statement: Statement) -> list[str]:
    who = statement.speaker
    office = ", ".join(part for part in (who.office, who.country) if part)
    name = who.name or (statement.source_span.text if statement.source_span else "somebody unnamed")
    marks = [statement.form]
    if statement.hearsay_level:
        marks.append(f"hearsay {statement.hearsay_level}")
    if statement.polarity != "positive":
        marks.append(statement.polarity)
    cue = "" if statement.cue_span is None else f" [{_one_line(statement.cue_span.text)}]"
    content = " … ".join(_one_line(span.text) for span in statement.content_spans)
    title = f"{name} ({office})" if office and office != name else name
    return [
        f"  {statement.id:<4} {statement.prob:.2f}  {_one_line(title)}{cue}  ({', '.join(marks)})",
        f"             {content}",
    ]


def _commitment_lines(commitment: ProposedCommitment) -> list[str]:
    sort = "proposal" if commitment.may_be_proposed else ("own" if commitment.own else "about others")
    lines = [
        f"       {sort}: {', '.join(commitment.actors)} {commitment.modality.replace('_', ' ')}, "
        f"{commitment.capability.replace('_', ' ')}{_number(commitment)}: {_one_line(commitment.span.text)}"
    ]
    return [*lines, *_condition_lines(commitment.conditions)]


def _number(commitment: ProposedCommitment | TimelineEntry) -> str:
    return "" if commitment.quantity is None else f", {commitment.quantity:g} {commitment.unit or ''}".rstrip()


def _condition_lines(conditions: tuple[Condition, ...]) -> list[str]:
    return [f"         {one.type}: {_one_line(one.span.text)}" for one in conditions]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def timeline_lines(view: CorpusView) -> list[str]:
    """Return a corpus view as lines for people: each actor's capabilities, in the order of days."""
    n_repeats = sum(len(one.repeated_by) for one in view.statements)
    lines = [
        f"Documents: {view.n_documents:,}; copies of others among them: {view.n_copies:,}; without a day: "
        f"{view.n_undated:,}. Statements: {len(view.statements):,}; repeats joined to them: {n_repeats:,}."
    ]
    joined = {one.id: one for one in view.statements}
    actor = None
    for series in view.timeline:
        if series.actor != actor:
            actor = series.actor
            lines += ["", _one_line(actor)]
        lines += _series_lines(series, joined)
    return [*lines, *([] if view.timeline else ["No act of anybody was found."])]


def _series_lines(series: Series, joined: dict[str, JoinedStatement]) -> Iterator[str]:
    yield f"  {series.capability.replace('_', ' ')}"
    for entry in series.entries:
        yield from _entry_lines(entry, joined[entry.statement])
    for change in series.changes:
        before, after = (" / ".join(change_words) for change_words in (change.before, change.after))
        yield (
            f"    change, {change.on.isoformat()}: {before} -> {after} ({change.direction}) "
            f"[{', '.join(change.statements)}]".replace("_", " ")
        )
    for one in series.contradictions:
        yield f"    contradiction ({one.kind}): {one.text} [{', '.join(one.statements)}]"


def _entry_lines(entry: TimelineEntry, statement: JoinedStatement) -> Iterator[str]:
    day = "no day    " if entry.on is None else entry.on.isoformat()
    whose = "own word" if entry.own else "about it"
    polarity = "" if entry.polarity == "positive" or entry.modality == "refused" else f", {entry.polarity}"
    told = f"; told {1 + len(statement.repeated_by)} times, {statement.n_independent} independent"
    yield (
        f"    {day}  {entry.modality.replace('_', ' ')}{_number(entry)}{polarity} ({whose}, "
        f"{_one_line(entry.said_by or 'unnamed')}, {entry.statement}{told if statement.repeated_by else ''}): "
        f"{_one_line(entry.span.text)}"
    )
    yield from _condition_lines(entry.conditions)
    yield f"         at {entry.document}:{entry.span.start}-{entry.span.end}"
    yield from (f"         also {one.document} {one.statement}" for one in statement.repeated_by)
