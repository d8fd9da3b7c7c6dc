"""Who acts: the actor that every service takes, and the principals that tasks are offered to.

A principal is a string, ``user:<uuid>`` or ``group:<name>``; an inbox belongs to a principal.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person does here; a person may have several."""

    REP = "rep"
    MANAGER = "manager"
    OPS = "ops"
    ADMIN = "admin"
    COMPLIANCE = "compliance"


@dataclass(frozen=True)
class Absent:
    """A person on leave whose tasks somebody does meanwhile."""

    user_id: UUID
    name: str
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Actor:
    """The person (or the system) on whose behalf something is done.

    Args:
        user_id: None for the system itself.
        name: what others read in a timeline.
        roles: see ``Role``.
        groups: names of groups, as in ``group:<name>`` (support queues, approvers).
        team_ids: the teams whose members' work this actor may see: managed ones for a manager, own one for a rep.
        territory_ids: the territories whose customers this actor may see.
        time_zone: IANA name, for "today" and working time.
        locale: ``zh`` or ``en``.
        stands_in_for: people on leave whose tasks are this actor's today.
    """

    user_id: UUID | None
    name: str
    roles: frozenset[Role] = frozenset()
    groups: frozenset[str] = frozenset()
    team_ids: frozenset[UUID] = frozenset()
    territory_ids: frozenset[UUID] = frozenset()
    time_zone: str = "Asia/Shanghai"
    locale: str = "zh"
    is_system: bool = field(default=False)
    stands_in_for: tuple[Absent, ...] = ()

    @property
    def acts_for(self) -> frozenset[UUID]:
        """The actor, and the people whom they stand in for."""
        own = {self.user_id} if self.user_id else set()
        return frozenset(own | {absent.user_id for absent in self.stands_in_for})

    @property
    def principals(self) -> frozenset[str]:
        """The principals whose inboxes are this actor's."""
        groups = self.groups.union(*(absent.groups for absent in self.stands_in_for))
        return frozenset(map(user_principal, self.acts_for)) | frozenset(map(group_principal, groups))

    def has(self, *roles: Role) -> bool:
        """Tell whether the actor has one of ``roles``."""
        return not self.roles.isdisjoint(roles)


SYSTEM = Actor(user_id=None, name="system", is_system=True)


def user_principal(user_id: UUID) -> str:
    """Return the principal of a person."""
    return f"user:{user_id}"


def group_principal(name: str) -> str:
    """Return the principal of a group."""
    return f"group:{name}"
