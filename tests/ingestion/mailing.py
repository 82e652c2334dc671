"""What e-mail providers post about a message, written as each of them writes it, for tests.

`hard` is a bounce for good, `soft` one that is not, `complaint`, `unsubscribed` and `delivered`
what they say.  Shapes are those of tests/providers/payloads.
"""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode


def _envelope(event: dict[str, Any], at: datetime) -> str:
    said = {"Timestamp": at.isoformat(), "Message": json.dumps(event)}
    return json.dumps({"Type": "Notification", "MessageId": "n", "TopicArn": "t"} | said)


def amazon_ses(word: str, message_id: str, to: str, at: datetime) -> str:
    mail = {"messageId": message_id, "destination": [to]}
    recipients = [{"emailAddress": to}]
    kinds = {"hard": ("Permanent", "General"), "soft": ("Transient", "General")}
    if word in kinds:
        kind, sub = kinds[word]
        bounce = {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": recipients}
        return _envelope({"eventType": "Bounce", "mail": mail, "bounce": bounce}, at)
    if word == "complaint":
        complaint = {"complainedRecipients": recipients, "complaintFeedbackType": "abuse"}
        return _envelope({"eventType": "Complaint", "mail": mail, "complaint": complaint}, at)
    return _envelope({"eventType": "Delivery", "mail": mail, "delivery": {"recipients": [to]}}, at)


def brevo(word: str, message_id: str, to: str, at: datetime) -> str:
    event = {"hard": "hard_bounce", "soft": "soft_bounce", "complaint": "spam",
             "unsubscribed": "unsubscribe"}.get(word, word)  # fmt: skip
    said = {"event": event, "email": to, "message-id": message_id}
    return json.dumps(said | {"ts_epoch": int(at.timestamp() * 1000)})


def mailersend(word: str, message_id: str, to: str, at: datetime) -> str:
    kind = {"hard": "hard_bounced", "soft": "soft_bounced", "complaint": "spam_complaint"}
    email = {"message": {"id": message_id}, "recipient": {"email": to}}
    data = {"type": kind.get(word, word), "id": "a", "created_at": at.isoformat(), "email": email}
    return json.dumps({"type": f"activity.{data['type']}", "data": data})


def mailgun(word: str, message_id: str, to: str, at: datetime) -> str:
    said: dict[str, Any] = {"recipient": to, "timestamp": at.timestamp()}
    said["message"] = {"headers": {"message-id": message_id.strip("<>")}}
    if word in ("hard", "soft"):
        said |= {"event": "failed", "severity": "permanent", "reason": "bounce"}
        code, text = (550, "5.1.1 No such user") if word == "hard" else (451, "4.2.1 try later")
        # Another attempt would be announced as temporary; this is the end of them.
        said["delivery-status"] = {"code": code, "message": text}
    else:
        said["event"] = {"complaint": "complained"}.get(word, word)
    return json.dumps({"signature": {}, "event-data": said})


def mailjet(word: str, message_id: str, to: str, at: datetime) -> str:
    said: dict[str, Any] = {"time": int(at.timestamp()), "MessageID": message_id, "email": to}
    said["event"] = {"hard": "bounce", "soft": "bounce", "complaint": "spam",
                     "unsubscribed": "unsub", "delivered": "sent"}[word]  # fmt: skip
    if word in ("hard", "soft"):
        error = "user unknown" if word == "hard" else "connection issue"
        said |= {"hard_bounce": word == "hard", "error": error}
    return json.dumps([said])


def mailtrap(word: str, message_id: str, to: str, at: datetime) -> str:
    said: dict[str, Any] = {"message_id": message_id, "email": to, "event_id": "e"}
    said |= {"timestamp": int(at.timestamp())}
    said["event"] = {"hard": "bounce", "soft": "bounce", "complaint": "spam",
                     "unsubscribed": "unsubscribe", "delivered": "delivery"}[word]  # fmt: skip
    if word in ("hard", "soft"):
        category = "badmailbox" if word == "hard" else "noanswerfromhost"
        said |= {"bounce_category": category, "response_code": 550 if word == "hard" else 450}
    return json.dumps({"events": [said]})


def mandrill(word: str, message_id: str, to: str, at: datetime) -> str:
    event = {"hard": "hard_bounce", "soft": "soft_bounce", "complaint": "spam",
             "unsubscribed": "unsub"}.get(word, word)  # fmt: skip
    said = {"event": event, "_id": message_id, "ts": int(at.timestamp())}
    message = {"_id": message_id, "email": to}
    if word == "hard":
        message |= {"bounce_description": "bad_mailbox"}
    return urlencode({"mandrill_events": json.dumps([said | {"msg": message}])})


def postal(word: str, message_id: str, to: str, at: datetime) -> str:
    message = {"id": message_id, "message_id": f"{message_id}@postal", "to": to}
    status = {"hard": "HardFail", "soft": "HardFail", "delivered": "Sent"}[word]
    output = "550 5.1.1 no such user" if word == "hard" else "451 4.4.1 no answer"
    said = {"message": message, "status": status, "details": "", "output": output, "timestamp": 1}
    return json.dumps({"event": "x", "timestamp": at.timestamp(), "payload": said})


def postmark(word: str, message_id: str, to: str, at: datetime) -> str:
    kinds = {"hard": ("Bounce", "HardBounce"), "soft": ("Bounce", "SoftBounce"),
             "complaint": ("SpamComplaint", "SpamComplaint"),
             "unsubscribed": ("Bounce", "Unsubscribe")}  # fmt: skip
    if word == "delivered":
        said = {"RecordType": "Delivery", "Recipient": to, "DeliveredAt": at.isoformat()}
    else:
        record, kind = kinds[word]
        said = {"RecordType": record, "Type": kind, "Email": to, "BouncedAt": at.isoformat()}
    return json.dumps(said | {"MessageID": message_id})


def resend(word: str, message_id: str, to: str, at: datetime) -> str:
    kind = {"hard": "bounced", "soft": "bounced", "complaint": "complained"}.get(word, word)
    data: dict[str, Any] = {"email_id": message_id, "to": [to]}
    if word in ("hard", "soft"):
        lasting = "Permanent" if word == "hard" else "Transient"
        data["bounce"] = {"type": lasting, "subType": "General", "message": "a bounce message"}
    return json.dumps({"type": f"email.{kind}", "created_at": at.isoformat(), "data": data})


def sendgrid(word: str, message_id: str, to: str, at: datetime) -> str:
    said: dict[str, Any] = {"email": to, "timestamp": int(at.timestamp()), "smtp-id": message_id}
    said["event"] = {"hard": "bounce", "soft": "bounce", "complaint": "spamreport",
                     "unsubscribed": "unsubscribe"}.get(word, word)  # fmt: skip
    if word in ("hard", "soft"):
        kind, status = ("bounce", "5.1.1") if word == "hard" else ("blocked", "4.4.1")
        said |= {"type": kind, "status": status, "reason": "no"}
    return json.dumps([said])


def sparkpost(word: str, message_id: str, to: str, at: datetime) -> str:
    kind = {"hard": "bounce", "soft": "bounce", "complaint": "spam_complaint",
            "unsubscribed": "link_unsubscribe", "delivered": "delivery"}[word]  # fmt: skip
    said = {"type": kind, "timestamp": str(int(at.timestamp())), "transmission_id": message_id}
    if word in ("hard", "soft"):
        said["bounce_class"] = "10" if word == "hard" else "20"
    return json.dumps([{"msys": {"message_event": said | {"raw_rcpt_to": to}}}])


def unisender_go(word: str, message_id: str, to: str, at: datetime) -> str:
    status = {"hard": "hard_bounced", "soft": "hard_bounced", "complaint": "spam"}.get(word, word)
    why = {"hard": "err_user_unknown", "soft": "err_unreachable"}.get(word, "ok")
    said = {"job_id": message_id, "status": status, "email": to}
    said |= {"event_time": at.strftime("%Y-%m-%d %H:%M:%S")}
    event = {"event_name": "transactional_email_status",
             "event_data": said | {"delivery_info": {"delivery_status": why}}}  # fmt: skip
    return json.dumps({"auth": "a", "events_by_user": [{"events": [event]}]})


WRITERS = {
    writer.__name__: writer
    for writer in (
        amazon_ses, brevo, mailersend, mailgun, mailjet, mailtrap, mandrill, postal, postmark,
        resend, sendgrid, sparkpost, unisender_go,
    )
}  # fmt: skip
# What a provider has no event for.
SILENT = {
    "amazon_ses": {"unsubscribed"},
    "postal": {"complaint", "unsubscribed"},
    "resend": {"unsubscribed"},
}
FORMS = {"mandrill": "application/x-www-form-urlencoded"}


def request(
    kind: str, word: str, *, message_id: str, to: str, at: datetime
) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of what a provider posts."""
    body = WRITERS[kind](word, message_id, to, at).encode()
    return body, {"Content-Type": FORMS.get(kind, "application/json")}
