"""The API ``/api/v1``: bearer tokens, RFC 9457 problems, keyset paging; OpenAPI at ``/api/openapi.json``."""
