"""Pages of surveys, under Listen."""

from django.urls import path

from zhike.voice.surveys.pages import comments, follow_ups

MOUNT = ""
urlpatterns = [
    path("listen/follow-ups/", follow_ups.follow_up_list, name="follow_ups"),
    path("listen/follow-ups/<int:follow_up_id>/", follow_ups.follow_up, name="follow_up"),
    path("listen/follow-ups/<int:follow_up_id>/tried/", follow_ups.tried, name="follow_up_tried"),
    path("listen/follow-ups/<int:follow_up_id>/end/", follow_ups.end, name="follow_up_end"),
    path("listen/of/<int:customer_id>/", follow_ups.now_line, name="now"),
    path("listen/comments/", comments.comment_list, name="comments"),
    path("listen/comments/noted/", comments.many_noted, name="comments_noted"),
    path("listen/comments/<int:comment_id>/", comments.comment, name="comment"),
    path("listen/comments/<int:comment_id>/case/", comments.make_case, name="comment_case"),
    path("listen/comments/<int:comment_id>/noted/", comments.noted, name="comment_noted"),
]
