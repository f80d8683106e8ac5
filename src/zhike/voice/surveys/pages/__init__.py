"""Pages of surveys: campaigns, who was asked, what staff key in."""

from django.urls import path

from zhike.voice.surveys.pages import campaigns, planning, recipients

MOUNT = "listen/surveys/"
urlpatterns = [
    path("", campaigns.campaign_list, name="campaigns"),
    path("calendar/", campaigns.calendar, name="calendar"),
    path("new/", planning.new, name="campaign_new"),
    path("people/<int:recipient_id>/", recipients.recipient, name="recipient"),
    path("people/<int:recipient_id>/answers/", recipients.key_in, name="key_in"),
    path("people/<int:recipient_id>/outcome/", recipients.outcome, name="key_in_outcome"),
    path("<slug:number>/", campaigns.campaign, name="campaign"),
    path("<slug:number>/people/", recipients.recipient_list, name="recipients"),
    path("<slug:number>/edit/", planning.edit, name="campaign_edit"),
    path("<slug:number>/start/", planning.start, name="campaign_start"),
    path("<slug:number>/stop/", planning.stop, name="campaign_stop"),
    path("<slug:number>/<slug:step>/", planning.step, name="campaign_step"),
]
