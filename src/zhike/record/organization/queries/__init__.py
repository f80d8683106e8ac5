"""Reading the organization."""

from zhike.record.organization.queries.actors import actor_for_staff, actor_for_user

__all__ = ["actor_for_staff", "actor_for_user"]
