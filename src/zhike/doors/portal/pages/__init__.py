"""Pages for everybody who holds a waybill or a link of ours: without script, in three languages."""

from django.urls import path

from zhike.doors.portal.pages import matters, surveys, tracking

MOUNT = "t/"
urlpatterns = [
    path("", tracking.track, name="track"),
    path("l/<str:token>/", tracking.linked, name="linked"),
    path("w/<str:token>/", tracking.wishes, name="wishes"),
    path("u/<str:token>/", tracking.one_click, name="one_click"),
    path("ask/", matters.matter, name="matter"),
    path("case/", matters.by_number, name="case_by_number"),
    path("c/<str:token>/", matters.case, name="case"),
    path("c/<str:token>/<slug:deed>/", matters.case_deed, name="case_deed"),
    path("s/<str:token>/", surveys.survey, name="survey"),
    path("s/<str:token>/refuse/", surveys.refuse, name="survey_refuse"),
    path("s/<str:token>/words/", surveys.words, name="survey_words"),
    path("s/<str:token>/<int:page>/", surveys.page, name="survey_page"),
]
