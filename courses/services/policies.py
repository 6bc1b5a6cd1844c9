"""The rules of a term: drafted, published once, then frozen; amended by a next version."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import AuditEvent, User
from courses.models import Term, TermPolicy
from courses.models.terms import MOST_RESERVED, default_rules
from courses.services.lessons import LIST_IS_CLOSED, constraint_of


class PolicyRefused(Exception):
    """These rules cannot be published; ``names`` are the rules that are wrong.

    Besides rules: "version" was published already, "list" of the term is closed.
    """

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


@transaction.atomic
def draft_policy(*, term: Term) -> TermPolicy:
    """Return the version staff may still edit; make it from the last published one if needed."""
    Term.objects.select_for_update(no_key=True).get(pk=term.pk)
    last = term.policies.order_by("-version").first()
    if last and last.published_at is None:
        return last
    return TermPolicy.objects.create(
        term=term,
        version=last.version + 1 if last else 1,
        # A version may be older than a rule: what it leaves out is as usual.
        rules=default_rules() | (last.rules if last else {}),
    )


@transaction.atomic
def amend_policy(*, term: Term, rules: dict[str, Any], actor: User, at: datetime) -> TermPolicy:
    """Write ``rules`` into the next version, which counts for nobody until it is published.

    Raises ``PolicyRefused`` when a rule is missing, unknown or of another kind.
    """
    if wrong := wrong_rules(rules):
        raise PolicyRefused(wrong)
    policy = draft_policy(term=term)
    changed = sorted(name for name in rules if rules[name] != policy.rules.get(name))
    policy.rules = rules
    policy.save(update_fields=["rules"])
    AuditEvent.objects.record(
        actor, "rules drafted", policy, at=at, unit=term.unit, changed=changed
    )
    return policy


@transaction.atomic
def publish_policy(*, policy: TermPolicy, notice: str, actor: User, at: datetime) -> TermPolicy:
    """Put a version of the rules in force. From then on the database lets nobody change it.

    Raises ``PolicyRefused`` when it is published already, when a rule is missing, unknown or of
    another kind than the defaults, or while the list of the term is closed.
    """
    policy = TermPolicy.objects.select_for_update(no_key=True).get(pk=policy.pk)
    wrong = ["version"] if policy.published_at else wrong_rules(policy.rules)
    if wrong:
        raise PolicyRefused(wrong)
    policy.published_at, policy.signed_by, policy.notice = at, actor, notice
    try:
        with transaction.atomic():
            policy.save(update_fields=["published_at", "signed_by", "notice"])
    except IntegrityError as error:
        if constraint_of(error) != LIST_IS_CLOSED:
            raise
        raise PolicyRefused(["list"]) from error
    AuditEvent.objects.record(
        actor, "rules published", policy, at=at, unit=policy.term.unit, version=policy.version
    )
    return policy


def wrong_rules(rules: dict[str, Any]) -> list[str]:
    """Return the names of rules that are missing, unknown, or not as they must be."""
    wanted = default_rules()
    strange = sorted(rules.keys() ^ wanted.keys())
    wrong = [
        name
        for name, value in wanted.items()
        if name in rules and not _same_kind(rules[name], value)
    ]
    if "reserves" in rules and "reserves" not in wrong:
        wrong += ["reserves"] * (sum(rules["reserves"].values()) > MOST_RESERVED)
    return strange + wrong


def _same_kind(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if isinstance(wanted, dict):
        return isinstance(value, dict) and value.keys() == wanted.keys()
    return type(value) is type(wanted)
