"""Pages of surveys: forms, their builder, what they look like."""

from django.urls import path

from zhike.voice.surveys.pages import building, deeds, forms, preview

MOUNT = "listen/surveys/"
urlpatterns = [
    path("forms/", forms.form_list, name="forms"),
    path("forms/new/", deeds.new, name="form_new"),
    path("forms/install/", deeds.install, name="forms_install"),
    path("forms/<slug:code>/", forms.form, name="form"),
    path("forms/<slug:code>/draft/", deeds.draft, name="form_draft"),
    path("forms/<slug:code>/publish/", deeds.publish, name="form_publish"),
    path("forms/<slug:code>/retire/", deeds.retire, name="form_retire"),
    path("forms/<slug:code>/build/", building.builder, name="builder"),
    path("forms/<slug:code>/build/change/", building.change, name="builder_change"),
    path("forms/<slug:code>/build/about/", building.about, name="builder_about"),
    path("forms/<slug:code>/build/part/<slug:key>/", building.part, name="builder_part"),
    path("forms/<slug:code>/build/question/<slug:key>/", building.question, name="builder_question"),
    path("forms/<slug:code>/preview/<int:number>/", preview.preview, name="form_preview"),
]
