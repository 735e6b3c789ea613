"""Refusals of RCPT and DATA: whether the recipient or the message is refused, or the sender and the system are.

Servers answer 5yz, "permanent", also where the operator has something to mend: Exchange Online, Amazon SES and
SendGrid refuse a wrong sender only after RCPT or DATA. Such a mail waits. One that is refused for its recipient or
its content would be refused again, and is never sent.
"""

import re

# RFC 3463: "5.7.1 ..." has the subject 7 and the detail 1.
_STATUS = re.compile(r"\s*5\.(\d{1,3}\.\d{1,3})\b")
# Addresses (1), mailboxes (2), a message that is too big (3.4), its content (6), the recipient's list or owner (7).
_OF_THE_MESSAGE = re.compile(r"1\.([1236]|10)|2\.[123]|3\.4|6\.\d+|7\.(2|17|18)")
# The sender's address (1.7, 1.8), Exchange's SendAsDenied (2.252), directories, limits and loops (4), commands (5).
_OF_THE_SENDER = re.compile(r"1\.[78]|2\.252|4\.[356]|5\.[1-9]\d*")
# The mail system, the protocol, security and policy: of a message only where the words say so.
_OF_THE_SYSTEM = re.compile(r"[357]\.\d+")
# Commands and their order, a host that takes no mail, logins (RFC 5321, RFC 7504, RFC 4954).
_CODES_OF_THE_SYSTEM = {500, 502, 503, 504, 521, 523, 530, 534, 535, 538}

_SPEAKS_OF_THE_SENDER = re.compile(
    r"\bsenders?\b|\bsending\b|send ?as|\bfrom address\b|mail from|\brelay|rcpthosts|\bidentit(y|ies)\b|not verified"
    r"|\bclient (host|was)\b|\byour (account|domain|ip|host|server|organi[sz]ation|network)\b|\bip\b"
    r"|authenticat|\bspf\b|\bdkim\b|\bdmarc\b|\bptr\b|reverse dns|reputation|(?<!address )blacklist|blocklist"
    r"|blocked using|\blisted\b|\brbl\b|\b[eh][eh]lo\b|starttls|\btls\b|\b(daily|hourly)\b|per (day|hour)|throttl"
    r"|\brate\b|too many|\bcredits\b|(message|messaging) (quota|limit)|bad sequence|suspended",
    re.IGNORECASE,
)
_SPEAKS_OF_THE_MESSAGE = re.compile(
    r"\bspam\b|virus|malware|phish|unsolicited|\bcontents?\b|attachment|\brecipient|\bmailbox\b|no such|\buser\b"
    r"|does(n't| not) exist|address (rejected|blacklisted)",
    re.IGNORECASE,
)


def is_permanent(code: int, words: str) -> bool:
    """Whether the answer to a RCPT or DATA refuses this recipient or this message for good."""
    if not 500 <= code < 600:
        return False
    found = _STATUS.match(words)
    status = found[1] if found else ""
    if _OF_THE_MESSAGE.fullmatch(status):
        return True
    if code in _CODES_OF_THE_SYSTEM or _OF_THE_SENDER.fullmatch(status) or _SPEAKS_OF_THE_SENDER.search(words):
        return False
    return bool(_SPEAKS_OF_THE_MESSAGE.search(words)) or not _OF_THE_SYSTEM.fullmatch(status)
