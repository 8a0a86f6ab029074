"""Sends one message to one webhook, signed, and says what came of it."""

import asyncio
import datetime as dt
import ssl
from collections.abc import Collection
from email.utils import parsedate_to_datetime

import httpx2
from standardwebhooks import Webhook

from leadscore import __version__
from leadscore.flows.service.sending.retry import Answer
from leadscore.flows.service.service_rows import MessageRow, WebhookRow
from leadscore.leads.moment import SECOND
from leadscore.worker.addresses import CheckedTransport, Refused, Resolve, resolve

__all__ = ["TIME_LIMIT", "Sender", "signed_headers"]

#: How long an attempt may take in all, in seconds: also one whose answer comes drop by drop.
TIME_LIMIT = 15.0
_TOO_SLOW = "The receiver did not answer within {:g} s."


class Sender:
    """Sends messages.

    What the receiver answers is not read but for its status; it is never followed elsewhere.

    Parameters
    ----------
    hosts : collection of str
        The operator's own hosts and networks that messages may go to.
    time_limit : float
        How long an attempt may take in all, in seconds.
    resolve : callable
        Asks what a host's name stands for.
    """

    def __init__(
        self,
        hosts: Collection[str],
        *,
        time_limit: float = TIME_LIMIT,
        resolve: Resolve = resolve,
    ) -> None:
        self._limit = time_limit
        self._client = httpx2.AsyncClient(
            transport=CheckedTransport(hosts, resolve=resolve),
            timeout=time_limit,
            follow_redirects=False,
            trust_env=False,
        )

    async def send(self, webhook: WebhookRow, message: MessageRow, *, now: int) -> Answer:
        """Make one attempt; whatever comes of it is an answer.

        Parameters
        ----------
        webhook : WebhookRow
            To whom.
        message : MessageRow
            What.
        now : int
            The moment to sign.
        """
        headers = signed_headers(webhook, message, now=now)
        try:
            async with (
                asyncio.timeout(self._limit),
                self._client.stream(
                    "POST", webhook.url, content=message.body, headers=headers
                ) as response,
            ):
                return _answer(response, now=now)
        except (TimeoutError, httpx2.TimeoutException):
            return Answer(error=_TOO_SLOW.format(self._limit))
        except Refused as error:
            return Answer(error=f"{error} Allow it in LEADSCORE_WEBHOOK_HOSTS.")
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError, OSError) as error:
            return Answer(error=f"{type(error).__name__}: {error}")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def signed_headers(webhook: WebhookRow, message: MessageRow, *, now: int) -> dict[str, str]:
    """Return the headers of a message: its id, the moment, and its signature.

    For a while after a webhook's secret was changed there are two signatures, with either secret.

    Parameters
    ----------
    webhook : WebhookRow
        To whom.
    message : MessageRow
        What.
    now : int
        The moment, in microseconds since 1970-01-01 UTC.
    """
    secrets = [webhook.secret]
    if webhook.former_secret is not None and now < (webhook.former_until or 0):
        secrets.append(webhook.former_secret)
    at = dt.datetime.fromtimestamp(now // SECOND, dt.UTC)
    body = message.body.decode()
    signatures = [Webhook(one).sign(message.message_id, at, body) for one in secrets]
    return {
        "content-type": "application/json",
        "user-agent": f"leadscore/{__version__}",
        "webhook-id": message.message_id,
        "webhook-timestamp": str(now // SECOND),
        "webhook-signature": " ".join(signatures),
    }


def _answer(response: httpx2.Response, *, now: int) -> Answer:
    error = ""
    if 300 <= response.status_code <= 399:
        error = f"The receiver answered {response.status_code}: messages are not sent elsewhere."
    after = _retry_after(response.headers.get("retry-after", ""), now)
    return Answer(status=response.status_code, error=error, retry_after=after)


def _retry_after(text: str, now: int) -> int | None:
    """Return how long to wait, as the header says in seconds or as a date."""
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), 10**9) * SECOND
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    # what comes without a zone is in UTC
    aware = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return max(0, int(aware.timestamp()) * SECOND - now)
