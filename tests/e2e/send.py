"""Sends the mail on standard input with Python's smtplib, once, and prints the dialogue to standard error."""

import smtplib
import sys

SECONDS_MAX = 60

server, source, name, sender, recipient = sys.argv[1:]
# smtplib takes bytes as they are to be sent, but for the dots.
mail = sys.stdin.buffer.read().replace(b"\n", b"\r\n")
with smtplib.SMTP(local_hostname=name, timeout=SECONDS_MAX, source_address=(source, 0)) as client:
    client.set_debuglevel(1)
    code, greeting = client.connect(server, 25)
    if code != 220:
        sys.exit(f"the server says {code} {greeting!r}")
    client.sendmail(sender, recipient, mail, mail_options=["BODY=8BITMIME"])
