"""Where the chance of a draw comes from: named beforehand, read on the day; and who saw it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from typing import Any, Protocol
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.db import transaction

from accounts import outbox
from accounts.models import AuditEvent, User
from courses.models import Term
from enrolment.domain import entropy
from enrolment.domain.draws import DrawProblem, DrawRefused
from enrolment.domain.entropy import SourcePlan, SourceProblem, SourceRefused
from enrolment.models import Draw, EntropySource, Roster, Signature, Witness

READ_BEACON = "read_beacon"
NAMING = frozenset({Term.Phase.DRAFT, Term.Phase.PUBLISHED, Term.Phase.RENEWAL_OPEN})
PATIENCE = 8.0  # seconds; a beacon answers at once or is away
LONGEST = 20_000  # bytes of an answer


class SourceAway(Exception):
    """A source did not answer. It is asked again, or what was named for that case counts."""


@dataclass(frozen=True)
class Reading:
    """What a source gave, and what shows it."""

    value: str
    proof: str


class Reader(Protocol):
    """Reads one kind of source by itself."""

    def read(self, source: EntropySource) -> Reading:
        """Return what the source gives. Raises ``SourceAway`` or ``SourceRefused``."""


@transaction.atomic
def name_sources(
    *, term: Term, plans: Sequence[SourcePlan], actor: User, at: datetime
) -> list[EntropySource]:
    """Say where chance will come from; until forms open it may be said anew.

    Dice and a beacon, or dice and two sources of digits, at least. Raises ``SourceRefused``.
    """
    term = Term.objects.select_for_update(no_key=True).get(pk=term.pk)
    if term.phase not in NAMING:
        raise SourceRefused(SourceProblem.TOO_LATE_TO_NAME)
    names = [plan.name for plan in plans]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise SourceRefused(SourceProblem.NAMED_TWICE, twice)
    entropy.ensure_enough(plan.kind for plan in plans)
    for plan in plans:
        entropy.ensure_round(plan)
    EntropySource.objects.of_term(term).delete()
    rows = [EntropySource(term=term, named_by=actor, named_at=at, **vars(plan)) for plan in plans]
    EntropySource.objects.bulk_create(rows)
    AuditEvent.objects.record(
        actor, "sources named", term, at=at, unit=term.unit, sources=sorted(names)
    )
    return rows


def may_name_sources(term: Term) -> bool:
    """Whether forms are still to come, so that nobody has chosen yet."""
    return term.phase in NAMING


@transaction.atomic
def read_source(
    *, source: EntropySource, typed: str, proof: str, actor: User | None, at: datetime
) -> EntropySource:
    """Write down what a source gave, once.

    Raises ``SourceRefused`` before it is due, before the list is final, for a value that cannot
    be, and where nothing shows where it was read.
    """
    source = _locked(source)
    _ensure_readable(source, at)
    return _write(source, entropy.read_value(source.kind, typed), proof, actor, at)


@transaction.atomic
def stand_in(
    *,
    source: EntropySource,
    typed: str,
    proof: str,
    signed_by: User,
    countersigned_by: User,
    at: datetime,
) -> EntropySource:
    """Let what was named for that case count for a source that is missing: two people sign it.

    A source that gives nothing is the one moment at which somebody could choose. Raises
    ``SourceRefused``, as ``read_source`` does, and when one person would sign twice.
    """
    source = _locked(source)
    value = ensure_may_stand_in(source=source, typed=typed, proof=proof, at=at)
    if signed_by == countersigned_by:
        raise SourceRefused(SourceProblem.SIGNED_BY_ONE, source.name)
    source.is_fallback, source.countersigned_by = True, countersigned_by
    return _write(source, value, proof, signed_by, at)


def ensure_may_stand_in(*, source: EntropySource, typed: str, proof: str, at: datetime) -> str:
    """Return the value as it would stand in the files. Raises ``SourceRefused``."""
    _ensure_readable(source, at)
    _ensure_proof(source, proof)
    return entropy.read_fallback(typed)


def _locked(source: EntropySource) -> EntropySource:
    return EntropySource.objects.locked().get(pk=source.pk)


def _write(
    source: EntropySource, value: str, proof: str, actor: User | None, at: datetime
) -> EntropySource:
    _ensure_proof(source, proof)
    source.value, source.proof = value, proof.strip()
    source.read_at, source.read_by = at, actor
    source.save()
    AuditEvent.objects.record(
        actor, "source read", source.term, at=at, unit=source.term.unit, source=source.name,
        value=value, is_fallback=source.is_fallback, countersigned_by=source.countersigned_by_id,
    )  # fmt: skip
    return source


def _ensure_proof(source: EntropySource, proof: str) -> None:
    if not proof.strip():
        raise SourceRefused(SourceProblem.NO_PROOF, source.name)


def _ensure_readable(source: EntropySource, at: datetime) -> None:
    if source.value:
        raise SourceRefused(SourceProblem.READ_ALREADY, source.name)
    last = Roster.objects.last_of(source.term)
    if last is None or not last.is_final:
        raise SourceRefused(SourceProblem.NOT_FINAL, source.name)
    if at < source.due_at:
        raise SourceRefused(SourceProblem.NOT_DUE_YET, source.name)


@transaction.atomic
def ask_source(*, source: EntropySource, actor: User, at: datetime) -> None:
    """Have a source read by itself, after this commit; where it is away, again a little later."""
    _ensure_readable(source, at)
    outbox.put(READ_BEACON, f"{source.pk}:{actor.pk}")


def fetch_source(
    *, source: EntropySource, actor: User | None, at: datetime, readers: Mapping[str, Reader]
) -> EntropySource:
    """Read a source that can be read by machine. No transaction is open while it is asked.

    Somebody may have typed it meanwhile: what was written first stands. Raises ``SourceAway``
    and ``SourceRefused``.
    """
    if source.value or source.kind not in readers:
        return source
    reading = readers[source.kind].read(source)
    try:
        return read_source(
            source=source, typed=reading.value, proof=reading.proof, actor=actor, at=at
        )
    except SourceRefused as refused:
        if refused.problem is SourceProblem.READ_ALREADY:
            return EntropySource.objects.get(pk=source.pk)
        raise


class _NoDetours(HTTPRedirectHandler):
    """A source is what stands at the address that was named, and nowhere else."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class HttpBeacon:
    """A beacon of the shape of drand: a page of JSON with round, randomness and signature."""

    def read(self, source: EntropySource) -> Reading:
        """Return the randomness of the round that the address names."""
        if not source.address.startswith(("https://", "http://")):
            raise SourceAway(f"{source.name} has no address")
        request = Request(source.address, headers={"Accept": "application/json"})  # noqa: S310 - checked above
        try:
            with build_opener(_NoDetours).open(request, timeout=PATIENCE) as answer:
                body = answer.read(LONGEST)
            told = json.loads(body)
        except (URLError, HTTPException, OSError, ValueError) as away:
            raise SourceAway(f"{source.name}: {away}") from away
        if not isinstance(told, dict):
            raise SourceRefused(SourceProblem.NOT_HEX, source.name)
        value = entropy.read_beacon(told, round_=entropy.round_of(source.address))
        return Reading(value, f"{source.address}\n{json.dumps(told, sort_keys=True)}")


READERS: Mapping[str, Reader] = {EntropySource.Kind.BEACON.value: HttpBeacon()}


# Witnesses


@transaction.atomic
def name_witness(*, term: Term, name: str, office: str, actor: User, at: datetime) -> Witness:
    """Note who sees the draw, and for whom."""
    witness = Witness.objects.create(term=term, name=name, office=office, noted_by=actor)
    AuditEvent.objects.record(actor, "witness named", witness, at=at, unit=term.unit)
    return witness


@transaction.atomic
def sign(*, witness: Witness, actor: User, at: datetime) -> Witness:
    """Note that a witness has compared the digest of the day with the one on the wall, and signs.

    Before the draw that of the final list, after it that of the results, each by a signature of
    its own; twice is once. Raises ``DrawRefused`` while there is nothing to sign.
    """
    witness = Witness.objects.locked().get(pk=witness.pk)
    digest = digest_to_sign(witness.term)
    if digest == "":
        raise DrawRefused(DrawProblem.NOT_FINAL)
    if witness.has_signed(digest):
        return witness
    Signature.objects.create(witness=witness, sha256=digest, signed_at=at, noted_by=actor)
    AuditEvent.objects.record(
        actor, "witness signed", witness, at=at, unit=witness.term.unit, digest=digest
    )
    return witness


def digest_to_sign(term: Term) -> str:
    """Return the digest that witnesses sign now; "" while the list is not final."""
    draw = Draw.objects.made_of(term)
    if draw is not None:
        return draw.result_sha256
    last = Roster.objects.last_of(term)
    return last.sha256 if last is not None and last.is_final else ""


def has_signed(term: Term, digest: str) -> bool:
    """Whether a witness of the term has signed this digest."""
    return digest != "" and Witness.objects.of_term(term).who_signed(digest).exists()
