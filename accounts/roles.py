"""What each post may do, before any app adds to it.

Three questions have their answer here and nowhere else: whose records a post opens, who must
show a second factor, and who may enter the editors' rooms (``/admin/``).
"""

from accounts.models import StaffPost

Role = StaffPost.Role

# Offices' records of people. Teachers, facilitators and monitors see their own classes only,
# which those classes' app opens for them; editors, witnesses and volunteers see nobody's.
ROLES_THAT_SEE_LEARNERS: frozenset[str] = frozenset(
    {
        Role.REGISTRAR,
        Role.BRANCH_HEAD,
        Role.COUNTER,
        Role.HOTLINE,
        Role.FINANCE,
        Role.DATA_OFFICER,
    }
)
# Who signs in with a second factor: all who can change what others see or read about others.
ROLES_WITH_SECOND_FACTOR: frozenset[str] = ROLES_THAT_SEE_LEARNERS | {
    Role.EDITOR,
    Role.TEACHER,
    Role.FACILITATOR,
}
ENTERS_ADMIN = "wagtailadmin.access_admin"
# Page and collection permissions hang on a unit's own subtree and are given where pages live.
PERMISSIONS: dict[str, frozenset[str]] = {
    Role.REGISTRAR: frozenset({ENTERS_ADMIN}),
    Role.BRANCH_HEAD: frozenset({ENTERS_ADMIN}),
    Role.COUNTER: frozenset({ENTERS_ADMIN}),
    Role.HOTLINE: frozenset({ENTERS_ADMIN}),
    Role.FINANCE: frozenset({ENTERS_ADMIN}),
    Role.EDITOR: frozenset({ENTERS_ADMIN}),
    Role.DATA_OFFICER: frozenset({ENTERS_ADMIN}),
}


def group_name(role: str) -> str:
    """Return the name of the group that carries a role's permissions."""
    return f"post: {role}"
