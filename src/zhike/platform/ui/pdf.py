"""A page as PDF: the same HTML, laid out by WeasyPrint; nothing is fetched from anywhere."""

from importlib import import_module

from django.utils.translation import gettext_lazy as _

from zhike.platform.errors import ZhikeError

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"


class PdfUnavailable(ZhikeError):
    code = "pdf_unavailable"
    status = 503
    message = _("This machine cannot write PDF yet: it lacks the library that lays out text.")
    kept = _("The report is complete as a page and as a spreadsheet.")
    next_step = _("Let the administrator run: apt-get install -y %(packages)s")


def pdf_of(html: str) -> bytes:
    """The document as PDF. Raises PdfUnavailable where Pango is missing."""
    try:
        # Loaded when somebody wants a PDF: it brings Pango with it, which a machine may lack.
        weasyprint = import_module("weasyprint")
    except OSError as error:
        raise PdfUnavailable(packages=PACKAGES) from error
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=frozenset())
    made: bytes = weasyprint.HTML(string=html, url_fetcher=nothing).write_pdf()
    return made
