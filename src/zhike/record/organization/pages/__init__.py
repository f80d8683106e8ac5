"""Pages of the organization: outlets under Goods; units, people, roles, authority and the log under Settings."""

from zhike.record.organization.pages.audit_log import urlpatterns as of_audit_log
from zhike.record.organization.pages.authority import urlpatterns as of_authority
from zhike.record.organization.pages.me import urlpatterns as of_me
from zhike.record.organization.pages.people import urlpatterns as of_people
from zhike.record.organization.pages.roles import urlpatterns as of_roles
from zhike.record.organization.pages.units import urlpatterns as of_units

MOUNT = ""
urlpatterns = [*of_audit_log, *of_authority, *of_me, *of_people, *of_roles, *of_units]
