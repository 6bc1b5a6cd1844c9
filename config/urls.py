"""Every way in. ``manage.py pages`` prints this as a table of who may go where.

Chinese has no prefix, so that printed and SMS links are short; the other languages stand under
``/zh-hant/`` and ``/en/``. Our own views come before Wagtail's pages, which take what is left.
"""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from django.views.static import serve
from wagtail import views as wagtail_views
from wagtail.admin import urls as admin_urls
from wagtail.documents import urls as document_urls
from wagtail.urls import serve_pattern

from config import health, views

handler400 = "config.faults.not_readable"
handler403 = "config.faults.not_open"
handler500 = "config.faults.server_fault"

urlpatterns: list[URLPattern | URLResolver] = [
    # Wagtail's own sign-in knows no second factor: nobody reaches it.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/", include(admin_urls)),
    # Pages of the desk have addresses below this one; what waits for staff stands on their home.
    path("desk/", RedirectView.as_view(pattern_name="wagtailadmin_home")),
    path("documents/", include(document_urls)),
    path("text-size/", views.choose_text_size, name="text-size"),
    path(".well-known/security.txt", views.show_security_contact, name="security-txt"),
    path("robots.txt", views.show_robots, name="robots-txt"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
if settings.DEMO:
    urlpatterns += [
        path("demo/", views.show_guests, name="demo-guests"),
        path("styleguide/", views.show_styleguide, name="styleguide"),
        # In service, the proxy in front hands out the pictures.
        path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}, name="media"),
    ]
urlpatterns += i18n_patterns(
    path("", include("enrolment.urls")),  # first, for a rush comes here and no further
    path("", include("courses.urls")),
    path("", include("campus.urls")),
    path("", include("accounts.urls")),
    path("", include("livestream.urls")),
    # Only the pages themselves: Wagtail's other public addresses are forms for passwords.
    re_path(serve_pattern, wagtail_views.serve, name="wagtail_serve"),
    prefix_default_language=False,
)
