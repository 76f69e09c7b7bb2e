"""Circles: things that wait for, or hold, each other.

Turns a graph of names into its circles. Rule: each circle is told once, in the order of the graph; the walk is
kept in a list, so that no depth can exhaust the stack. Source: depth-first search with three colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

__all__ = ["circles"]


def circles(graph: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return circles of a graph, no two of which share a name.

    Examples
    --------
    >>> circles({"a": ["b"], "b": ["c"], "c": ["b"], "d": ["d"], "e": []})
    [['b', 'c'], ['d']]
    >>> circles({})
    []
    """
    found: list[list[str]] = []
    told: set[str] = set()
    done: set[str] = set()
    for start in graph:
        way, open_names = [start], {start}
        walks: list[Iterator[str]] = [iter(() if start in done else graph[start])]
        while walks:
            name = next(walks[-1], None)
            if name is None:
                walks.pop()
                open_names.discard(way[-1])
                done.add(way.pop())
            elif name in open_names:
                circle = way[way.index(name) :]
                if not told & set(circle):
                    found.append(circle)
                    told |= set(circle)
            elif name in graph and name not in done:
                way.append(name)
                open_names.add(name)
                walks.append(iter(graph[name]))
    return found
