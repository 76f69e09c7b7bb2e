"""Fields: which fields the agreement's format has at a place, and what belongs into one.

Turns a path in a document into the names and the descriptions of the published JSON Schema. Rule: the schema is
the one source, so that messages and editors say the same. Leaves saying what is wrong to ``structure``.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from holdfire.agreement.draft import Draft, Path
from holdfire.records.agreement import Agreement
from holdfire.records.fields import Model

__all__ = ["fields_at", "hint_at", "rule_fields"]

Schema = dict[str, Any]
BY_LANGUAGE = "a text by language, such as en: …"
HINTS = {
    "array": "a list",
    "object": "a mapping of fields",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "a text",
}


@cache
def _schema(model: type[Model] = Agreement) -> Schema:
    return model.model_json_schema(by_alias=True)


def _resolve(schema: Schema, model: type[Model], kind: Any = None) -> Schema:
    """Follow references, leave out null, and pick the branch of a clause's kind."""
    for _ in range(10):
        if "$ref" in schema:
            kept = {"description": schema["description"]} if "description" in schema else {}
            schema = {**_schema(model)["$defs"][schema["$ref"].rpartition("/")[2]], **kept}
        elif "anyOf" in schema:
            branch: Schema = next((s for s in schema["anyOf"] if s.get("type") != "null"), {})
            kept = {"description": schema["description"]} if "description" in schema else {}
            schema = {**branch, **kept}
        elif "discriminator" in schema:
            named = schema["discriminator"]["mapping"].get(kind) if isinstance(kind, str) else None
            schema = {"$ref": named} if named else {}
        else:
            break
    return schema


def _schema_at(path: Path, draft: Draft) -> Schema:
    schema = _resolve(_schema(draft.model), draft.model)
    for depth, part in enumerate(path, start=1):
        kind = draft.at((*path[:depth], "kind"))
        if isinstance(part, int):
            inner = schema.get("items", {})
            if "prefixItems" in schema:
                inner = schema["prefixItems"][part] if part < len(schema["prefixItems"]) else {}
        else:
            patterns = list(schema.get("patternProperties", {}).values())
            other = patterns[0] if patterns else schema.get("additionalProperties", {})
            inner = schema.get("properties", {}).get(part, other)
        schema = _resolve(inner if isinstance(inner, dict) else {}, draft.model, kind)
    return schema


def fields_at(path: Path, draft: Draft) -> tuple[str, ...]:
    """Return the names of the fields that the format has at a place; none where it has no fixed ones."""
    return tuple(_schema_at(path, draft).get("properties", {}))


def hint_at(path: Path, draft: Draft) -> str:
    """Return in a few words what belongs into a field; empty where the format does not know the field."""
    schema = _schema_at(path, draft)
    if schema.get("type") == "object" and "properties" not in schema and _is_text(schema):
        return BY_LANGUAGE
    if schema.get("enum"):
        return f"one of {', '.join(str(choice) for choice in schema['enum'])}"
    if "description" in schema and schema.get("type") not in ("object", "array"):
        text = str(schema["description"]).strip().rstrip(".")
        return text[:1].lower() + text[1:] if not text[:2].isupper() else text
    return HINTS.get(str(schema.get("type")), "")


def _is_text(schema: Schema) -> bool:
    inner: Any = schema.get("additionalProperties") or next(iter(schema.get("patternProperties", {}).values()), {})
    return isinstance(inner, dict) and inner.get("minLength") == 1


@cache
def rule_fields() -> frozenset[str]:
    """Return the names of the fields that a clause's rule may have, of any kind."""
    defs = _schema()["$defs"]
    mapping = defs["Clause"]["properties"]["rule"]["discriminator"]["mapping"]
    names: set[str] = set()
    for reference in mapping.values():
        names |= set(defs[reference.rpartition("/")[2]]["properties"])
    return frozenset(names)
