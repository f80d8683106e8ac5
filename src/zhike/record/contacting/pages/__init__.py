"""Pages of contacting: the contact log, people's consents and wishes, templates, the notice table."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from zhike.platform.ui import navigation
from zhike.platform.ui.navigation import Job, NavItem
from zhike.record.contacting.pages import log, notices, people, templates
from zhike.record.contacting.policies import NOTICES, TEMPLATES, VIEW

MOUNT = "contacting/"

navigation.register(
    NavItem(job=Job.CUSTOMERS, label=_("Contact log"), url_name="contacting:log", right=VIEW.code, order=50),
    NavItem(job=Job.SETTINGS, label=_("Notices"), url_name="contacting:notices", right=NOTICES.code, order=72),
    NavItem(job=Job.SETTINGS, label=_("Templates"), url_name="contacting:templates", right=TEMPLATES.code, order=74),
)

urlpatterns = [
    path("", log.contact_log, name="log"),
    path("<int:record_id>/", log.record, name="record"),
    path("<int:record_id>/take-back/", log.take_back, name="take_back"),
    path("people/<int:contact_id>/", people.person, name="person"),
    path("people/<int:contact_id>/now/", people.now_table, name="now"),
    path("people/<int:contact_id>/agree/", people.agree, name="agree"),
    path("people/<int:contact_id>/refuse/<slug:purpose>/", people.refuse, name="refuse"),
    path("people/<int:contact_id>/wishes/", people.wishes, name="wishes"),
    path("people/<int:contact_id>/write/", people.write, name="write"),
    path("customers/<str:number>/wishes/", people.customer_wishes, name="customer_wishes"),
    path("notices/", notices.notice_table, name="notices"),
    path("notices/<slug:event>/<slug:party>/<slug:channel>/", notices.switch, name="switch"),
    path("templates/", templates.template_list, name="templates"),
    path("templates/new/", templates.new, name="template_new"),
    path("templates/<str:code>/", templates.edit, name="template"),
    path("templates/<str:code>/preview/", templates.preview, name="preview"),
    path("templates/<str:code>/publish/", templates.publish, name="publish"),
]
