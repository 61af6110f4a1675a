"""Which share of the city a device belongs to, the same on every machine and in every run."""

from hashlib import blake2b

PARTITIONS = 64
"""Fixed for ever: what is kept by partition would have to be divided anew."""


def partition(city: str, device: str) -> int:
    """0 to `PARTITIONS` - 1. The separator stands in no name that comes from a topic, so no two pairs look alike."""
    digest = blake2b(f"{city}\0{device}".encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") % PARTITIONS
