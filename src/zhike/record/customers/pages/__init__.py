"""Pages of the customer file. The customer's own page spans rooms and lies in the desk."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from zhike.platform.audit.policies import VIEW_AUDIT
from zhike.platform.ui import navigation
from zhike.platform.ui.navigation import Job, NavItem
from zhike.record.customers.pages import enquiries, erasure, figures, files, lists, people
from zhike.record.customers.policies import VIEW

MOUNT = "customers/"

navigation.register(
    NavItem(job=Job.CUSTOMERS, label=_("Files"), url_name="customers:list", right=VIEW.code, order=10),
    NavItem(job=Job.CUSTOMERS, label=_("Contacts"), url_name="customers:people", right=VIEW.code, order=20),
    NavItem(job=Job.CUSTOMERS, label=_("Enquiries"), url_name="customers:enquiries", right=VIEW.code, order=30),
    NavItem(job=Job.CUSTOMERS, label=_("Customer base"), url_name="customers:base", right=VIEW.code, order=40),
    NavItem(job=Job.SETTINGS, label=_("Erasures"), url_name="customers:erasures", right=VIEW_AUDIT.code, order=85),
)

urlpatterns = [
    path("", lists.files, name="list"),
    path("people/", lists.people, name="people"),
    path("enquiries/", lists.enquiries, name="enquiries"),
    path("base/", figures.base_page, name="base"),
    path("erasures/", erasure.erasures, name="erasures"),
    path("erasures/new/", erasure.erase, name="erase"),
    path("erasures/requests/", erasure.requests, name="erasure_requests"),
    path("erasures/requests/<uuid:key>/", erasure.asked, name="erasure_request"),
    path("erasures/keeping/", erasure.keeping, name="keeping"),
    path("erasures/<str:number>/", erasure.certificate, name="erasure"),
    path("new/", files.new, name="new"),
    path("hints/", files.hints, name="hints"),
    path("owner/", files.owner_many, name="owner_many"),
    path("owner/undo/<int:staff_id>/", files.owner_undo, name="owner_undo"),
    path("open/<int:customer_id>/", files.open_file, name="open"),
    path("people/<int:contact_id>/open/", files.open_person, name="open_person"),
    path("enquiries/new/", enquiries.new, name="enquiry_new"),
    path("enquiries/<int:enquiry_id>/", enquiries.enquiry, name="enquiry"),
    path("enquiries/<int:enquiry_id>/won/", enquiries.won, name="enquiry_won"),
    path("enquiries/<int:enquiry_id>/lost/", enquiries.lost, name="enquiry_lost"),
    path("enquiries/<int:enquiry_id>/again/", enquiries.again, name="enquiry_again"),
    path("people/<int:contact_id>/", people.edit, name="contact"),
    path("people/<int:contact_id>/left/", people.left, name="contact_left"),
    path("people/<int:contact_id>/back/", people.back, name="contact_back"),
    path("people/<int:contact_id>/points/", people.add_point, name="point_add"),
    path("people/<int:contact_id>/points/<int:point_id>/<slug:deed>/", people.change_point, name="point_change"),
    path("points/<int:point_id>/reveal/", people.reveal, name="reveal"),
    path("merges/<int:customer_id>/undo/", files.unmerge, name="unmerge"),
    path("<str:number>/edit/", files.edit, name="edit"),
    path("<str:number>/owner/", files.owner, name="owner"),
    path("<str:number>/verify/", files.verify, name="verify"),
    path("<str:number>/close/", files.close, name="close"),
    path("<str:number>/reopen/", files.reopen, name="reopen"),
    path("<str:number>/stage/", files.stage, name="stage"),
    path("<str:number>/group/", files.group, name="group"),
    path("<str:number>/group/link/", files.group_link, name="group_link"),
    path("<str:number>/merge/", files.merge, name="merge"),
    path("<str:number>/history/", files.history, name="history"),
    path("<str:number>/people/new/", people.new, name="contact_new"),
    path("<str:number>/seats/new/", people.seat, name="seat_new"),
    path("<str:number>/seats/<int:seat_id>/remove/", people.seat_remove, name="seat_remove"),
]
