"""What editors put up for download runs nowhere."""

import pytest
from django.core.files.base import ContentFile
from wagtail.documents import get_document_model

pytestmark = pytest.mark.django_db


def test_documents_are_saved_and_never_opened_in_our_name(app_client):
    document = get_document_model()(title="报名须知")
    document.file.save("notice.pdf", ContentFile(b"%PDF-1.4 <script>alert(1)</script>"))
    document.save()
    response = app_client.get(document.url)
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response.streaming_content).startswith(b"%PDF")
