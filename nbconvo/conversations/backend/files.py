"""The operations of `files`: upload, list, retrieve, download, delete, signed URL.

Source: the official OpenAPI document. There is nothing a URL could be signed for here: it is a `data:` URL of the file itself.
"""

from __future__ import annotations

import base64
import mimetypes
import time
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from itertools import islice

from nbconvo.conversations.backend.query import number
from nbconvo.conversations.backend.stamps import Stamps
from nbconvo.conversations.backend.store import Store
from nbconvo.conversations.backend.wire import Request, Response, invalid, json_response, not_found
from nbconvo.conversations.jsons import Json


class Files:
    """Answers for one backend; every method takes the owner first (whose key it is)."""

    def __init__(self, store: Store, stamps: Stamps) -> None:
        self._store = store
        self._stamps = stamps

    def keep(self, owner: str, name: str, content: bytes, *, purpose: str = "ocr", source: str = "upload") -> Json:
        """Store a file."""
        file: Json = {
            "id": self._stamps.new_id("file"), "object": "file", "bytes": len(content), "created_at": int(time.time()),
            "filename": name, "purpose": purpose, "sample_type": "ocr_input", "source": source, "num_lines": None,
            "mimetype": mimetypes.guess_type(name)[0], "signature": None,
        }  # fmt: skip
        self._store.save_file(owner, file, content)
        return file

    def upload(self, owner: str, request: Request) -> Response:
        """POST /v1/files, a multipart form."""
        fields = _form(request)
        name, content = fields.get("file", (None, b""))
        if name is None:
            raise invalid("missing", ("body", "file"), "Field required")
        purpose = fields.get("purpose", (None, b""))[1].decode() or "ocr"
        return json_response(self.keep(owner, name, content, purpose=purpose))

    def list(self, owner: str, request: Request) -> Response:
        """GET /v1/files: newest first, by pages."""
        page, size = number(request, "page", 0, 0), number(request, "page_size", 100, 1)
        wanted, search = request.query.get("purpose"), request.query.get("search", "")
        every = self._store.files(owner)
        found = [file for file in every if wanted in (None, file["purpose"]) and search in file["filename"]]
        return json_response({"object": "list", "data": list(islice(found, page * size, (page + 1) * size)), "total": len(found)})

    def get(self, owner: str, file_id: str, request: Request) -> Response:
        """GET /v1/files/{id}."""
        return json_response(self._known(owner, file_id) | {"deleted": False})

    def download(self, owner: str, file_id: str, request: Request) -> Response:
        """GET /v1/files/{id}/content."""
        self._known(owner, file_id)
        return Response(200, {"content-type": "application/octet-stream"}, self._store.content(file_id))

    def signed_url(self, owner: str, file_id: str, request: Request) -> Response:
        """GET /v1/files/{id}/url."""
        kind = self._known(owner, file_id)["mimetype"] or "application/octet-stream"
        return json_response({"url": f"data:{kind};base64,{base64.b64encode(self._store.content(file_id)).decode()}"})

    def delete(self, owner: str, file_id: str, request: Request) -> Response:
        """DELETE /v1/files/{id}."""
        if not self._store.delete_file(owner, file_id):
            raise not_found("File", file_id)
        return json_response({"id": file_id, "object": "file", "deleted": True})

    def _known(self, owner: str, file_id: str) -> Json:
        file = self._store.file(owner, file_id)
        if file is None:
            raise not_found("File", file_id)
        return file


def _form(request: Request) -> dict[str, tuple[str | None, bytes]]:
    """The fields of a multipart form by name: file name and content."""
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + request.body)
    fields = form.iter_parts() if form.is_multipart() else ()  # type: ignore[reportAttributeAccessIssue]
    return {str(part.get_param("name", header="content-disposition")): _field(part) for part in fields}


def _field(part: Message) -> tuple[str | None, bytes]:
    content = part.get_payload(decode=True)
    return part.get_filename(), content if isinstance(content, bytes) else b""
