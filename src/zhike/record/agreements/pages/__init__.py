"""Pages of agreements: agreements under Grow, standards under Improve, promises under Serve."""

from django.urls import path

from zhike.record.agreements.pages import agreements, promises, standards

MOUNT = ""
urlpatterns = [
    path("grow/agreements/", agreements.agreement_list, name="list"),
    path("grow/agreements/new/", agreements.new, name="new"),
    path("grow/agreements/<str:number>/", agreements.agreement, name="agreement"),
    path("grow/agreements/<str:number>/edit/", agreements.edit, name="edit"),
    path("grow/agreements/<str:number>/start/", agreements.start, name="start"),
    path("grow/agreements/<str:number>/end/", agreements.end, name="end"),
    path("grow/agreements/<str:number>/signed/", agreements.signed, name="signed"),
    path("improve/standards/", standards.standard_list, name="standards"),
    path("improve/standards/new/", standards.new, name="standard_new"),
    path("improve/standards/words/", standards.words, name="words"),
    path("improve/standards/words/switch/", standards.switch, name="word_switch"),
    path("improve/standards/<str:code>/", standards.standard, name="standard"),
    path("improve/standards/<str:code>/version/", standards.version, name="standard_version"),
    path("improve/standards/<str:code>/end/", standards.end, name="standard_end"),
    path("serve/promises/", promises.promise_list, name="promises"),
    path("serve/promises/of/<int:customer_id>/", promises.now_line, name="now"),
    path("serve/promises/new/", promises.new, name="promise_new"),
    path("serve/promises/<int:promise_id>/", promises.promise, name="promise"),
    path("serve/promises/<int:promise_id>/keep/", promises.keep, name="promise_keep"),
    path("serve/promises/<int:promise_id>/break/", promises.break_, name="promise_break"),
    path("serve/promises/<int:promise_id>/again/", promises.again, name="promise_again"),
    path("serve/promises/<int:promise_id>/reopen/", promises.reopen, name="promise_reopen"),
]
