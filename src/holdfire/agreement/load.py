"""Load: an agreement without faults, or all its faults as one error.

Turns a file's bytes into the frozen model that every other room takes. Rule: what has a fault is not used, and no
bytes whatever raise anything but ``DocumentError``. Leaves the finding of faults to ``check``.
"""

from __future__ import annotations

from holdfire.agreement.check import check_agreement
from holdfire.errors import DocumentError
from holdfire.records.agreement import Agreement
from holdfire.records.taxonomy import Taxonomy

__all__ = ["load_agreement"]


def load_agreement(
    content: bytes, name: str, *, kernels: frozenset[str], kinds: Taxonomy, weapons: Taxonomy, targets: Taxonomy
) -> Agreement:
    """Return the agreement of a file.

    Parameters
    ----------
    content : bytes
        YAML or JSON, UTF-8.
    name : str
        The file's name, for messages.
    kernels : frozenset of str
        Kinds of clause that can be judged.
    kinds, weapons, targets : Taxonomy
        The trees whose paths the agreement may name.

    Raises
    ------
    DocumentError
        It has faults; all are named, in the order of their lines.
    """
    agreement, faults = check_agreement(content, name, kernels=kernels, kinds=kinds, weapons=weapons, targets=targets)
    if agreement is None or faults:
        raise DocumentError(name, faults)
    return agreement
