"""Where messages may go: what other people's lists of tricks have, and our own."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.flows.service.sending.targets import may_reach, refused_url

INWARD = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104 -- nothing is bound to it here
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    # an IPv4 address in the clothes of an IPv6 one
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "fec0::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
]
OUTWARD = ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", INWARD)
def test_what_not_everybody_can_reach_is_refused(address: str) -> None:
    assert not may_reach(ip_address(address), host="hook.example", hosts=())


@pytest.mark.parametrize("address", OUTWARD)
def test_what_everybody_can_reach_is_allowed(address: str) -> None:
    assert may_reach(ip_address(address), host="hook.example", hosts=())


@pytest.mark.parametrize(
    "hosts", [("10.1.2.3",), ("10.0.0.0/8",), ("crm.internal",), ("x", "10.1.0.0/16")]
)
def test_what_the_operator_allows_is_allowed(hosts: tuple[str, ...]) -> None:
    assert may_reach(ip_address("10.1.2.3"), host="CRM.internal", hosts=hosts)
    assert not may_reach(ip_address("192.168.0.1"), host="other", hosts=hosts)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hook",
        "http://example.com:8080/a?b=c",
        "https://93.184.216.34/",
        "https://[2606:4700:4700::1111]:8443/x",
    ],
)
def test_a_plain_url_is_taken(url: str) -> None:
    assert refused_url(url, hosts=()) is None


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "",
        "example.com/hook",
        "ftp://example.com",
        "file:/etc/passwd",
        "https://",
        "https://user:word@example.com/",
        "https://example.com@127.0.0.1/",
        "https://example.com/#part",
        "https://example.com:99999/",
        "https://example.com:0/",
        "https://exa mple.com/",
        "https://example.com/\nHost: x",
        "https://exämple.com/",
        "https://[::1",
        "https://example.com/" + "x" * 2000,
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://127.1/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fe80::1%25eth0]/",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
def test_a_url_that_leads_inward_or_astray_is_refused(url: object) -> None:
    fault = refused_url(url, hosts=())
    assert fault is not None
    assert fault.field == "url"
    assert len(fault.got) < 2100


def test_a_local_address_is_taken_where_the_operator_allows_it() -> None:
    assert refused_url("http://127.0.0.1:9000/x", hosts=("127.0.0.0/8",)) is None
    assert refused_url("http://127.0.0.1:9000/x", hosts=("127.0.0.1",)) is None


@given(st.text())
def test_any_text_gets_an_answer(url: str) -> None:
    for one in (url, f"https://{url}", f"http://{url}/x", f"https://[{url}]/"):
        fault = refused_url(one, hosts=("10.0.0.0/8",))
        assert fault is None or fault.field == "url"


@given(st.ip_addresses())
def test_nothing_is_refused_that_its_own_network_allows(address: object) -> None:
    one = ip_address(str(address))
    assert may_reach(one, host="h", hosts=("0.0.0.0/0", "::/0"))
