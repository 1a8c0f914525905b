"""The Content-Security-Policy of a page that is one file: it asks for nothing, and runs no style or script but its own.

A browser lets a style or script in whose SHA-256 the policy names (W3C, Content Security Policy Level 3, 2.3.1).
"""

import base64
import hashlib
from collections.abc import Sequence


def to_policy(styles: Sequence[str], scripts: Sequence[str] = (), *, images: bool = True) -> str:
    """Return the policy of a page that holds these styles and scripts, fonts and with `images` pictures as data URIs.

    >>> to_policy([""], images=False).split("; ")[:3]
    ["default-src 'none'", 'font-src data:', "style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"]
    """
    return "; ".join(
        [
            "default-src 'none'",
            "font-src data:",
            *(["img-src data:"] if images else []),
            f"style-src {_list_digests(styles)}",
            f"script-src {_list_digests(scripts)}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _list_digests(texts: Sequence[str]) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests) or "'none'"
