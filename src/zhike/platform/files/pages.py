"""The way in which stored files leave the house."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.http import parse_etags, quote_etag
from django.views.decorators.http import require_safe

from zhike.platform.actors import public_actor
from zhike.platform.files import queries, storage
from zhike.platform.ui.access import public
from zhike.platform.ui.requests import actor_of

MOUNT = "files/"
NOT_MODIFIED = 304


@public("the file itself asks who may see it; to anybody else it does not exist")
@require_safe
def download(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """The content as an attachment, never as something a browser would run."""
    found = queries.get_file(actor=actor_of(request) or public_actor(), file_id=file_id)
    etag = quote_etag(found.sha256)
    if found.erased:
        raise Http404
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponseBase = HttpResponse(status=NOT_MODIFIED)
    else:
        try:
            content = storage.open(found.sha256)
        except FileNotFoundError as error:
            raise Http404 from error
        response = FileResponse(content, as_attachment=True, filename=found.name, content_type=found.media_type)
    response.headers["ETag"] = etag
    # Whether this reader may still see it is asked each time; the content itself never changes.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


urlpatterns = [path("<int:file_id>/", download, name="download")]
