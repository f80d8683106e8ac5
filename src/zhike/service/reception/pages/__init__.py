"""Pages of the reception: the screen-pop, calls, waiting enquiries, extensions and telephone systems."""

from zhike.service.reception.pages import calls, lines, pop, waiting

MOUNT = "reception/"
urlpatterns = [*pop.urlpatterns, *calls.urlpatterns, *waiting.urlpatterns, *lines.urlpatterns]
