"""Pages of surveys, under Listen: forms, campaigns, and what is done with what was said."""

from django.urls import include, path

from zhike.voice.surveys.pages import (
    building,
    campaigns,
    comments,
    deeds,
    follow_ups,
    forms,
    planning,
    preview,
    recipients,
)

MOUNT = "listen/"
_forms = [
    path("", forms.form_list, name="forms"),
    path("new/", deeds.new, name="form_new"),
    path("install/", deeds.install, name="forms_install"),
    path("<slug:code>/", forms.form, name="form"),
    path("<slug:code>/draft/", deeds.draft, name="form_draft"),
    path("<slug:code>/publish/", deeds.publish, name="form_publish"),
    path("<slug:code>/retire/", deeds.retire, name="form_retire"),
    path("<slug:code>/build/", building.builder, name="builder"),
    path("<slug:code>/build/change/", building.change, name="builder_change"),
    path("<slug:code>/build/about/", building.about, name="builder_about"),
    path("<slug:code>/build/part/<slug:key>/", building.part, name="builder_part"),
    path("<slug:code>/build/question/<slug:key>/", building.question, name="builder_question"),
    path("<slug:code>/preview/<int:number>/", preview.preview, name="form_preview"),
]
_following = [
    path("follow-ups/", follow_ups.follow_up_list, name="follow_ups"),
    path("follow-ups/<int:follow_up_id>/", follow_ups.follow_up, name="follow_up"),
    path("follow-ups/<int:follow_up_id>/tried/", follow_ups.tried, name="follow_up_tried"),
    path("follow-ups/<int:follow_up_id>/end/", follow_ups.end, name="follow_up_end"),
    path("of/<int:customer_id>/", follow_ups.now_line, name="now"),
    path("comments/", comments.comment_list, name="comments"),
    path("comments/noted/", comments.many_noted, name="comments_noted"),
    path("comments/<int:comment_id>/", comments.comment, name="comment"),
    path("comments/<int:comment_id>/case/", comments.make_case, name="comment_case"),
    path("comments/<int:comment_id>/noted/", comments.noted, name="comment_noted"),
]
_asking = [
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
    path("<slug:number>/early/", planning.early, name="campaign_early"),
    path("<slug:number>/step/<slug:step>/", planning.step, name="campaign_step"),
]
urlpatterns = [
    path("surveys/forms/", include(_forms)),
    path("surveys/", include(_asking)),
    *_following,
]
