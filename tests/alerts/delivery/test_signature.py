from alerts.delivery.signature import signature


def test_a_signature_is_that_of_openssl() -> None:
    # printf '1763802000.{"number":7}' | openssl dgst -sha256 -hmac rahasia
    expected = "56f1b5da12cf42993196a06d44f5fe5a4a646580673270601b6ec61b5d9a765f"
    assert signature(b"rahasia", b'{"number":7}', 1_763_802_000) == f"t=1763802000,v1={expected}"
