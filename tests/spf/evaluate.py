"""What pyspf says about the cases of spf-suite.

Reads the cases as JSON from standard input, and writes for each what pyspf comes to, why, and by which of the RULES it
may differ from RFC 7208. DNS is what a case says; nothing is asked.

In some places pyspf is set right before it is asked, because too much would be left out otherwise:

- what a macro with delimiters leaves is joined with dots (section 7.1), not with the delimiters;
- a name that is too long loses as many labels as it takes (section 7.3), not just one.

In others RFC 7208 leaves a choice, and pyspf is made to choose as the engine does:

- %{p} is "unknown" (section 7.3), and nobody is asked for it;
- names of the client that lead to nothing do not count as void (section 4.6.4).
"""

import json
import re
import sys

import spf

# Where pyspf is known to differ from RFC 7208. A difference is left out only where one of these has come up.
RULES = {
    "redirect-counted-early": "4.6.4: counts redirect= as a term where it stands, not where it is followed",
    "include-of-itself": "4.6.4: a record that includes itself is an error before any of it has been evaluated",
    "modifier-twice": "6: an unknown modifier may not be there twice",
    "modifier-case": "6, 12: names of modifiers in capital letters are unknown",
    "own-domain": "4.8: takes the domain of the record itself for a domain-spec, with macros and a top-level domain",
    "loose-macro": "7.1: reads macros that the grammar has not",
    "unprintable": "12: reads control characters in a term",
    "ptr-errors": "5.5: a DNS error while looking for the client's names is one of the evaluation",
    "mx-all-first": "5.4, left open: a mail server that has no address counts, even if another one matches",
}

REDIRECT = re.compile(r" redirect=", re.IGNORECASE)
MODIFIER = re.compile(r" (redirect|exp)=", re.IGNORECASE)
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")
MACROS = re.compile(
    r"([^%]|%[%_-]|%\{[slodiphcrtv](0*[1-9][0-9]*)?r?[.+,/_=-]*\})*", re.IGNORECASE | re.DOTALL
)

spf.JOINERS = dict.fromkeys("slodiphcrtv", ".")


class Evaluation(spf.query):
    """One evaluation, which notes where pyspf goes ways of its own."""

    def __init__(self, case):
        self.rules = set()
        self.has_redirect = False
        self.has_numeric_domain = False
        # Inside of which mechanism addresses are looked for.
        self.inside = None
        self.mx_voids = 0
        # Whether questions counted as void that the engine does not count.
        self.has_other_voids = False
        domain = case["domain"]
        super().__init__(i=case["client"], s="postmaster@" + domain, h=domain)

    def outcome(self):
        result, _, why = self.check()
        if "Too many DNS lookups" in why and self.has_redirect:
            self.rules.add("redirect-counted-early")
        if "trivial recursion" in why:
            self.rules.add("include-of-itself")
        if "MUST appear at most once" in why and not re.search("(redirect|exp)= MUST", why):
            self.rules.add("modifier-twice")
        if "Use the ip4 mechanism" in why and self.has_numeric_domain:
            self.rules.add("own-domain")
        if "Void lookup limit" in why and self.has_other_voids:
            self.rules.add("mx-all-first")
        return {"result": result, "why": why, "rules": sorted(self.rules)}

    def dns_spf(self, domain):
        record = super().dns_spf(domain)
        if record:
            self.has_numeric_domain |= bool(spf.RE_IP4.match(domain))
            self.has_redirect |= bool(REDIRECT.search(record))
            if any(name != name.lower() for name in MODIFIER.findall(record)):
                self.rules.add("modifier-case")
            if UNPRINTABLE.search(record):
                self.rules.add("unprintable")
        return record

    def getp(self):
        self.p = "unknown"
        return self.p

    def expand(self, s, stripdot=True):
        expanded = super().expand(s, stripdot)
        if not MACROS.fullmatch(s):
            self.rules.add("loose-macro")
        while stripdot and len(expanded) > 253 and "." in expanded:
            expanded = expanded[expanded.index(".") + 1 :]
        return expanded

    def expand_domain(self, arg):
        if arg != self.d:
            return super().expand_domain(arg)
        if "%" in arg:
            self.rules.add("own-domain")
        try:
            return super().expand_domain(arg)
        except spf.PermError:
            self.rules.add("own-domain")
            raise

    def validated_ptrs(self):
        self.inside = "ptr"
        try:
            names = super().validated_ptrs()
        except spf.TempError:
            self.rules.add("ptr-errors")
            raise
        self.inside = None
        return names

    def dns_mx(self, domainname):
        self.inside, self.mx_voids = "mx", 0
        try:
            return super().dns_mx(domainname)
        except (spf.TempError, spf.PermError) as error:
            if "MX records" not in str(error) and self.inside == "mx address":
                self.rules.add("mx-all-first")
            raise

    def cidrmatch(self, ipaddrs, n):
        matches = super().cidrmatch(ipaddrs, n)
        if self.inside in ("mx", "mx address"):
            self.has_other_voids |= matches and self.mx_voids > 0
            self.inside = None
        return matches

    def dns(self, name, qtype, cnames=None, ignore_void=False):
        if self.inside == "mx" and qtype in ("A", "AAAA"):
            self.inside = "mx address"
        if self.inside == "ptr" and qtype != "PTR":
            ignore_void = True
        before = self.void_lookups
        try:
            return super().dns(name, qtype, cnames, ignore_void)
        finally:
            if self.inside == "mx address":
                self.mx_voids += self.void_lookups - before


def lookup_in(dns):
    """DNS as a case has it: what is not there does not exist, and null is no answer."""

    def lookup(name, qtype, *_):
        values = dns.get(f"{name.lower()} {qtype}", [])
        if values is None:
            raise spf.TempError("DNS: no answer")
        if qtype == "TXT":
            values = [[value.encode("latin-1")] for value in values]
        if qtype == "MX":
            values = list(enumerate(values))
        return [((name, qtype), value) for value in values]

    return lookup


def evaluate(case):
    spf.DNSLookup = lookup_in(case["dns"])
    return Evaluation(case).outcome()


def main():
    cases = json.load(sys.stdin)
    json.dump({"rules": RULES, "outcomes": [evaluate(case) for case in cases]}, sys.stdout)


main()
