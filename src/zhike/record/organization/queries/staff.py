"""People: lists, couriers, and who is who."""

from zhike.record.organization.models import Staff
from zhike.record.organization.types import Duty, StaffSummary


def staff_summary(staff: Staff) -> StaffSummary:
    """`staff` with its unit loaded."""
    return StaffSummary(
        id=staff.pk,
        number=staff.number,
        name=staff.name,
        form_of_address=staff.form_of_address,
        unit_id=staff.unit_id,
        unit_name=staff.unit.name,
        rank=staff.rank,
        phone=staff.phone,
        email=staff.email,
        duty=Duty(staff.duty),
        is_courier=staff.is_courier,
        active=staff.active,
        user_id=staff.user_id,
    )
