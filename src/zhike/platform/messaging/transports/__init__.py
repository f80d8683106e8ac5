"""The ways out: which transport a channel takes at present."""

from datetime import datetime

from zhike.platform import parameters
from zhike.platform.messaging import settings
from zhike.platform.messaging.transports.file import FileTransport
from zhike.platform.messaging.transports.sms_http import SmsHttpTransport
from zhike.platform.messaging.transports.smtp import SmtpTransport
from zhike.platform.messaging.types import EMAIL_VIA, SMS_VIA, Channel, Transport, Via


def via(channel: Channel, *, now: datetime) -> Via:
    return parameters.value(EMAIL_VIA if channel is Channel.EMAIL else SMS_VIA, at=now)


def transport_of(channel: Channel, *, now: datetime) -> Transport | None:
    """None where the channel is off. Raises NotConfigured where the settings do not say how to reach the other side."""
    chosen = via(channel, now=now)
    if chosen is Via.SMTP:
        return SmtpTransport(settings.smtp(now=now))
    if chosen is Via.SMS_HTTP:
        return SmsHttpTransport(settings.sms_http(now=now))
    return FileTransport(sender=parameters.value(settings.SMTP_SENDER, at=now)) if chosen is Via.FILE else None
