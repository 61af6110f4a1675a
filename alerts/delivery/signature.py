"""By what a receiver knows that a message is ours, and how old it is: HMAC-SHA256 (RFC 2104) over time and body."""

import hashlib
import hmac

HEADER = "Denyut-Signature"


def signature(secret: bytes, body: bytes, at_s: int) -> str:
    """As `t=1763802000,v1=<hex>`: v1 is of t, a full stop and the body; `at_s` in Unix seconds."""
    digest = hmac.new(secret, b"%d.%b" % (at_s, body), hashlib.sha256).hexdigest()
    return f"t={at_s},v1={digest}"
