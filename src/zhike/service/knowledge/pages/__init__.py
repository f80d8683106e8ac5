"""Pages of knowledge: articles with their versions, phrases."""

from django.urls import path

from zhike.service.knowledge.pages import articles, deeds, phrases

MOUNT = "improve/knowledge/"
urlpatterns = [
    path("", articles.article_list, name="list"),
    path("new/", deeds.new, name="new"),
    path("phrases/", phrases.phrase_list, name="phrases"),
    path("phrases/<slug:code>/", phrases.phrase, name="phrase"),
    path("<int:article_id>/", articles.article, name="article"),
    path("<int:article_id>/edit/", deeds.edit, name="edit"),
    path("<int:article_id>/publish/", deeds.publish, name="publish"),
    path("<int:article_id>/refuse/", deeds.refuse, name="refuse"),
    path("<int:article_id>/withdraw/", deeds.withdraw, name="withdraw"),
    path("<int:article_id>/review/", deeds.review, name="review"),
]
