"""Stamps: a time-stamping authority's word that a checkpoint existed at an instant.

Turns a checkpoint into a request, and an answer into the instant that it proves. Rule: an answer counts only when it
covers exactly this checkpoint and leads to a root that the asker trusts. Leaves asking to the app. Source: RFC 3161.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from rfc3161_client import (
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from holdfire.errors import ReadError

__all__ = ["read_certificates", "read_stamp", "stamp_request"]


def stamp_request(checkpoint: bytes) -> bytes:
    """Return a request (DER) for a stamp over a checkpoint's SHA-512; it asks for the authority's certificate."""
    return TimestampRequestBuilder().data(checkpoint).cert_request(cert_request=True).build().as_bytes()


def read_certificates(pem: bytes, where: str) -> list[x509.Certificate]:
    """Return the certificates of a PEM file.

    Raises
    ------
    ReadError
        It holds none.
    """
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise ReadError("This file holds no certificate.", where, "Give the authority's roots as PEM.") from error


def read_stamp(answer: bytes, checkpoint: bytes, roots: Sequence[x509.Certificate], where: str) -> datetime:
    """Return the instant at which a checkpoint is proved to have existed.

    Parameters
    ----------
    answer : bytes
        The authority's answer (DER).
    checkpoint : bytes
    roots : sequence of Certificate
        What the asker trusts.
    where : str
        Named in errors.

    Raises
    ------
    ReadError
        It is no stamp, refuses, covers something else, or leads to no trusted root.
    """
    mend = "Ask again, and check which roots are trusted."
    try:
        response = decode_timestamp_response(answer)
        if response.status not in (0, 1):
            raise ReadError(f"The authority refused: status {response.status}.", where, mend)
        builder = VerifierBuilder()
        for root in roots:
            builder = builder.add_root_certificate(root)
        builder.build().verify_message(response, checkpoint)
        return response.tst_info.gen_time
    except VerificationError as error:
        raise ReadError(f"This stamp does not hold: {error}.", where, mend) from error
    except ValueError as error:
        raise ReadError(f"This is no time stamp: {error}.", where, mend) from error
