"""Turn the research notes on kratom law into the data files of the table ``law``.

    python tools/import_law.py REFERENCE_FOLDER

This made the first release of ``knowledge/data/law`` and ``knowledge/data/sources/law.json``. The
data files are the product: they are edited by hand from then on, and running this again
overwrites such edits. What was corrected or added against the notes stands in ``CORRECTIONS``,
``POSSESSION`` and ``PENDING`` below. Same input, same bytes out. ``words.yaml`` and
``places.yaml`` are not touched.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import yaml

READ_ON = "2026-11-22"
DATA = Path(__file__).parents[1] / "src" / "speciosa" / "knowledge" / "data"
NO_SOURCE = "No usable source among the stored pages searched"
EVERY = ("leaf", "mitragynine", "7-oh")
# Shorter names, because names stand in sentences.
NAMES = {
    "UN": "International drug control",
    "EU": "European Union",
    "US": "United States",
}

# The product computes staleness itself, for the date asked; these sentences spoke for one date.
COMPUTED_SENTENCES = (
    f"Source speaks for a date more than one year before {READ_ON}; recheck.",
    "Source carries no date; recheck.",
)

PRIMARY_HOSTS = (
    "kslegislature.gov",
    "portal.ct.gov",
    "wvlegislature.gov",
    "rilegislature.gov",
    "sdlegislature.gov",
    "codepublishing.com",
    "legistar.com",
    "newportbeachlibrary.org",
    "mhlw.go.jp",
    "lakemedelsverket.se",
    "drogues-info-service.fr",
)
PRIMARY_PATHS = ("beta.leg.colorado.gov",)
MIRROR_HOSTS = (
    "regulations.justia.com",
    "lexace.ai",
    "legiplex.com",
    "getpocketlaw.com",
    "uslawyerdatabase.com",
    "nevada.public.law",
    "cloudfront.net",
    "lexboost.com",
    "government-world.com",
    "localnewsingapore.com",
    "speciosa.org",
    "alabamanewstoday.com",
    "fastseoul.com",
    "wowo.com",
    "opencalaccess.org",
)

EXTRA_SOURCES: dict[str, dict[str, str]] = {
    "law-illinois-eu": {
        "cite": "University of Illinois Library: European Union Enlargement, current member "
        "states and accession year",
        "url": "https://guides.library.illinois.edu/c.php?g=1226533&p=8974518",
        "tier": "secondary",
    },
    "law-uum-ketum": {
        "cite": "Khalil S, Ahmad R, Abdullah JSA. Enforcement status of the Poison Act 1952 "
        "against offences related to kratom misuse in Malaysia. UUM Journal of Legal Studies "
        "2020;11(1):75-93",
        "url": "https://e-journal.uum.edu.my/index.php/uumjls/article/view/6928",
        "doi": "10.32890/uumjls.11.1.2020.6928",
        "tier": "secondary",
    },
    "law-legalclarity-england": {
        "cite": "LegalClarity: What is the legal status of kratom in England?",
        "url": "https://legalclarity.org/what-is-the-legal-status-of-kratom-in-england",
        "tier": "secondary",
    },
    "law-criminaldefence-au": {
        "cite": "Singh J, Morandin P: Is kratom legal in Australia? (Criminal Defence Lawyers "
        "Australia)",
        "url": "https://www.criminaldefencelawyers.com.au/blog/is-kratom-legal-in-australia/",
        "tier": "secondary",
    },
    "law-sciotovalley-ohio": {
        "cite": "Scioto Valley Guardian: Ohio bans kratom-derived products under emergency rule "
        "(2025-12-17)",
        "url": "https://sciotovalleyguardian.com/2025/12/17/"
        "ohio-bans-kratom-derived-products-under-emergency-rule",
        "tier": "secondary",
    },
    "law-fdalawblog-2016": {
        "cite": "FDA Law Blog: DEA withdraws its notice of intent on mitragynine and 7-OH "
        "(2016-10-16)",
        "url": "http://www.fdalawblog.net/2016/10/ut-oh-not-so-fast-dea-withdraws-its-notice-of-"
        "intent-to-place-opioids-mitragynine-and-7-hydroxymitra/",
        "tier": "secondary",
    },
    "law-legalclarity-indiana": {
        "cite": "LegalClarity: Is kratom legal in Indiana?",
        "url": "https://legalclarity.org/is-kratom-legal-in-indiana-state-laws-explained",
        "tier": "secondary",
    },
    "law-legalclarity-vermont": {
        "cite": "LegalClarity: Is kratom legal in Vermont?",
        "url": "https://legalclarity.org/is-kratom-legal-in-vermont-state-and-local-regulations",
        "tier": "secondary",
    },
    "law-goldenmonk-vt": {
        "cite": "Golden Monk (vendor): Vermont kratom legality",
        "url": "https://goldenmonk.com/blog/vermont-kratom-legality/",
        "tier": "secondary",
    },
    "law-lex18-ky": {
        "cite": "LEX 18: Governor Beshear moves to ban kratom derivative (November 2025)",
        "url": "https://www.lex18.com/news/covering-kentucky/"
        "governor-beshear-moves-to-ban-kratom-derivative",
        "tier": "secondary",
    },
    "law-kratomscience-ohio-rule": {
        "cite": "Kratom Science: Ohio Board of Pharmacy moves to ban all kratom (January 2026)",
        "url": "https://www.kratomscience.com/?p=8987",
        "tier": "secondary",
    },
    "law-kratomladen-de": {
        "cite": "Kratomladen (vendor): legal position in Germany, 2025-12-27",
        "url": "https://www.kratomladen.at/post/kratom-legal-deutschland-2026",
        "tier": "secondary",
    },
    "law-filter-7oh": {
        "cite": "Filter: cychlorphine, 7-OH and Schedule I (July 2026)",
        "url": "https://filtermag.org/cychlorphine-7-oh-schedule-i/amp/",
        "tier": "secondary",
    },
    "law-fastdemocracy-tn": {
        "cite": "FastDemocracy: Tennessee Senate Bill 1655 (114th General Assembly), summary",
        "url": "https://fastdemocracy.com/bill-summary/?billsummary_id=TNB00058684"
        "&billsummary_session=114&billsummary_state=tn",
        "tier": "secondary",
    },
    "law-chapact-tn": {
        "cite": "Tennessee conference committee report on HB 1832/SB 2258 (April 2018), text as "
        "reposted by chapact.com",
        "url": "http://chapact.com/2018/04/"
        "tennessee-kratom-advocates-move-one-step-closer-to-victory/",
        "tier": "mirror",
    },
    "law-edengrows-ar": {
        "cite": "Eden Grows (vendor): kratom legality in Arkansas",
        "url": "https://edengrows.org/blogs/kratom-legality/"
        "kratom-legality-in-arkansas-understanding-the-restrictions",
        "tier": "secondary",
    },
    "law-kraoma-wi": {
        "cite": "Kraoma (vendor): is kratom legal in Wisconsin?",
        "url": "https://kraoma.com/kratom-wisconsin-legality",
        "tier": "secondary",
    },
    "law-omni-se": {
        "cite": "Omni: the plant drug kratom is classed as a narcotic in Sweden (2025)",
        "url": "https://omni.se/vaxtdrogen-narkotikaklassas-manniskor-har-dott/a/LMXGMR",
        "tier": "secondary",
    },
    "law-kioskigloo-se": {
        "cite": "Kioskigloo: kratom classed as a narcotic from 2025-03-11",
        "url": "https://kioskigloo.se/en/blogs/nyheter/kratom-narkotikaklassas-11-3-2025",
        "tier": "secondary",
    },
    "law-publiclaw-tx": {
        "cite": "Tex. Health and Safety Code 444.001 and 444.005 (public.law copy, 2023-12-02)",
        "url": "https://texas.public.law/statutes/tex._health_and_safety_code_section_444.001",
        "tier": "mirror",
    },
}

# (code, substances, start) -> possession, as stated in the limits or the note of the entry.
POSSESSION: tuple[tuple[str, tuple[str, ...], str | None, str], ...] = (
    ("US-AL", EVERY, "2016-05-10", "offence"),
    ("US-LA", EVERY, "2025-08-01", "offence"),
    ("US-TN", EVERY, "2026-07-01", "offence"),
    ("US-TN", ("leaf", "mitragynine"), "2018-07-01", "offence_under_age"),
    ("US-GA", ("leaf", "mitragynine"), "2025-01-01", "offence_under_age"),
    ("US-MS", ("leaf", "mitragynine"), "2025-07-01", "offence_under_age"),
    ("US-SD", ("leaf", "mitragynine"), "2021-07-01", "offence_under_age"),
    ("US-SD", ("leaf", "mitragynine"), "2025-07-01", "offence_under_age"),
    ("US-CA", EVERY, "2025-10", "not_offence"),
    ("US-CA/san-diego-city", EVERY, "2016", "offence"),
    ("US-CO/parker", EVERY, "2019", "offence"),
    ("US-CO/monument", EVERY, "2019", "not_offence"),
    ("US-IL/alton", EVERY, "2018-03", "offence"),
    ("GB", EVERY, "2016-05-26", "not_offence"),
    ("FI", ("leaf", "mitragynine"), "2014-04-01", "not_offence"),
    ("PT", ("leaf", "mitragynine"), "2013", "not_offence"),
    ("CA", ("leaf", "mitragynine"), None, "not_offence"),
    ("JP", EVERY, "2016-03-19", "offence"),
)

# (code, substances, start) -> what was proposed or voted and may be law by now, and since when;
# from the notes.
PENDING: tuple[tuple[str, tuple[str, ...], str | None, str, str], ...] = (
    (
        "US",
        ("7-oh",),
        "2026-07-01",
        "the DEA gave notice on 2026-07-01 of its intent to place 7-OH above a threshold in "
        "Schedule I temporarily; by the newest source read it was a proposal and not in force on "
        "2026-08-28, and an order may have followed",
        "2026-07-01",
    ),
    (
        "US-AZ",
        ("leaf", "mitragynine"),
        "2019",
        "a 2026 bill would raise the age limit to 21; its outcome was not found",
        "2026",
    ),
    (
        "US-AZ",
        ("7-oh",),
        "2019",
        "a 2026 bill would list concentrated 7-OH as a narcotic drug; its outcome was not found",
        "2026",
    ),
    (
        "US-CA",
        ("7-oh",),
        "2025-10",
        "a Senate bill on unnatural 7-OH levels was pending in January 2026; its outcome was not "
        "found",
        "2026-01",
    ),
    (
        "US-DE",
        ("leaf", "mitragynine"),
        None,
        "a bill to regulate kratom was moving in June 2026; its outcome was not found",
        "2026-06",
    ),
    (
        "US-IA",
        EVERY,
        None,
        "a bill to list kratom in Schedule I was moving in February 2026; no enactment was seen",
        "2026-02",
    ),
    (
        "US-IL",
        ("leaf", "mitragynine"),
        "2015-01-01",
        "bills to raise the age limit, to limit 7-OH or to ban kratom were pending in 2026; their "
        "outcomes were not found",
        "2026",
    ),
    (
        "US-KY",
        ("7-oh",),
        "2024-07-15",
        "a Schedule I listing of 7-OH was still to be finalised in December 2025 and may be in "
        "force",
        "2025-12",
    ),
    (
        "US-MD",
        ("leaf", "mitragynine"),
        "2024-10-01",
        "two bills of 2026 would make kratom an unauthorised consumable; their outcomes were not "
        "found",
        "2026",
    ),
    (
        "US-NJ",
        ("leaf", "mitragynine"),
        None,
        "a bill against kratom was moving in June 2026; its outcome was not found",
        "2026-06",
    ),
    (
        "US-NJ",
        ("7-oh",),
        None,
        "a bill to list 7-OH in Schedule I was introduced; its outcome was not found",
        "2026",
    ),
    (
        "US-OH",
        ("leaf", "mitragynine"),
        None,
        "the Board of Pharmacy voted in 2026 to schedule mitragynine; the rule may be in force",
        "2026-01",
    ),
    (
        "US-OK",
        ("leaf", "mitragynine"),
        "2021",
        "a 2026 bill on kratom had passed one chamber; its outcome was not found",
        "2026",
    ),
    (
        "US-PA",
        ("leaf", "mitragynine"),
        None,
        "a bill on such products passed the House in June 2026; its outcome was not found",
        "2026-06",
    ),
    (
        "US-PA",
        ("7-oh",),
        None,
        "bills to list 7-OH in Schedule I were pending; their outcomes were not found",
        "2025-12",
    ),
    (
        "US-PR",
        EVERY,
        None,
        "a bill with an age limit of 21 and a 7-OH cap had passed the Senate; its outcome was not "
        "found",
        "2025-05",
    ),
    (
        "US-WA",
        EVERY,
        None,
        "a 2026 bill proposed licences, an age limit of 21 and a 7-OH limit; its outcome was not "
        "found",
        "2026",
    ),
    (
        "US-WV",
        ("leaf", "mitragynine"),
        None,
        "a bill to ban kratom was introduced in 2026; its outcome was not found",
        "2026",
    ),
)

# What was added or changed against the notes, with what it was read in.
CORRECTIONS: tuple[dict[str, Any], ...] = (
    *(
        {
            "code": code,
            "substances": ("7-oh",),
            "start": None,
            "set": {"status": "unclear", "confidence": "low"},
            "correction": "Status was no_specific_law in the first compilation, although its "
            "sources do not name 7-OH; what holds for the leaf is not carried over.",
        }
        for code in ("AT", "GR", "HU")
    ),
    {
        "code": "DE",
        "substances": ("7-oh",),
        "start": None,
        "sources": ("law-kratomladen-de",),
        "set": {"status": "unclear", "confidence": "low"},
        "correction": "Status was no_specific_law in the first compilation, although its sources "
        "do not discuss 7-OH. A page of December 2025 says that the act on new psychoactive "
        "substances matters most for synthetic or altered substances.",
    },
    {
        "code": "DE",
        "substances": ("leaf", "mitragynine"),
        "start": None,
        "sources": ("law-kratomladen-de",),
        "correction": "A page of 2025-12-27 agrees that neither the narcotics act nor the act on "
        "new psychoactive substances lists the plant.",
    },
    {
        "code": "US-IN",
        "substances": EVERY,
        "start": "2014",
        "sources": ("law-legalclarity-indiana",),
        "set": {"possession": "offence", "unverified_fields": []},
        "correction": "Added: year of the act and possession as an offence were read in a second "
        "source.",
    },
    {
        "code": "US-VT",
        "substances": EVERY,
        "start": "2016",
        "sources": ("law-goldenmonk-vt", "law-legalclarity-vermont"),
        "set": {"possession": "offence"},
        "correction": "Added: a vendor page says that possession is an offence. Two pages give "
        "May 2012 as the start; 2016 came from memory.",
    },
    {
        "code": "US-KY",
        "substances": ("7-oh",),
        "start": "2024-07-15",
        "sources": ("law-lex18-ky",),
        "correction": "Second source for the listing that was announced in November 2025. A "
        "search on 2026-11-22 did not find its start.",
    },
    {
        "code": "US-OH",
        "substances": ("leaf", "mitragynine"),
        "start": None,
        "sources": ("law-kratomscience-ohio-rule",),
        "correction": "Second source for the rule proposed on 2026-01-06, which covers sale and "
        "possession. A search on 2026-11-22 did not find whether it took effect.",
    },
    {
        "code": "MY",
        "substances": ("leaf", "mitragynine"),
        "start": "2003",
        "sources": ("law-uum-ketum",),
        "set": {"possession": "offence"},
        "correction": "Added: a law journal of 2020 says that possessing, selling, using, "
        "processing, importing and exporting are offences under the Poisons Act 1952, and that "
        "the tree itself may grow.",
    },
    {
        "code": "GB",
        "substances": EVERY,
        "start": "2016-05-26",
        "sources": ("law-legalclarity-england",),
        "correction": "Second source: start date, reach over the whole United Kingdom, and "
        "possession outside a custodial setting generally not an offence, while import for "
        "personal use is.",
    },
    {
        "code": "AU",
        "substances": ("leaf", "mitragynine"),
        "start": "2005",
        "sources": ("law-criminaldefence-au",),
        "set": {"possession": "offence"},
        "correction": "Added: two law firms say that possession is an offence.",
    },
    {
        "code": "AU",
        "substances": ("7-oh",),
        "start": None,
        "set": {
            "status": "controlled",
            "effective_from": "2005",
            "unverified_fields": ["effective_from"],
            "instrument": "Poisons Standard, Schedule 9, by the law firm's account",
            "note": "The law firm's page says that 7-OH was classed in Schedule 9 together with "
            "kratom and mitragynine. The text of the Poisons Standard was not seen to name it.",
        },
        "correction": "Status was unclear in the first compilation, which took the page not to "
        "name 7-OH; it does. Start taken from the leaf entry.",
    },
    {
        "code": "US-OH",
        "substances": ("7-oh",),
        "start": "2025-12-12",
        "sources": ("law-sciotovalley-ohio",),
        "set": {"possession": "offence"},
        "correction": "Second source: date, 180 days, and possession covered.",
    },
    {
        "code": "US-TN",
        "substances": EVERY,
        "start": "2026-07-01",
        "sources": ("law-fastdemocracy-tn",),
        "correction": "Second source for the start date of the bill (SB 1655 classes possession "
        "as a felony, HB 1649 as a misdemeanor). A search on 2026-11-22 found no page that "
        "confirms that the act took effect.",
    },
    {
        "code": "US-TN",
        "substances": ("leaf", "mitragynine"),
        "start": "2018-07-01",
        "sources": ("law-chapact-tn",),
        "correction": "Second source: natural labelled form only, sale, purchase and possession "
        "under 21 barred.",
    },
    {
        "code": "US-AR",
        "substances": EVERY,
        "start": "2016-02",
        "sources": ("law-edengrows-ar",),
        "set": {"possession": "offence"},
        "correction": "Added: a vendor page says that possession is an offence.",
    },
    {
        "code": "US-WI",
        "substances": EVERY,
        "start": "2014",
        "sources": ("law-kraoma-wi",),
        "correction": "Second source: both alkaloids placed in Schedule I in spring 2014.",
    },
    {
        "code": "SE",
        "substances": ("leaf",),
        "start": "2025-03-11",
        "sources": ("law-omni-se", "law-kioskigloo-se"),
        "correction": "Two more sources for the decision; one for the date.",
    },
    {
        "code": "SE",
        "substances": ("mitragynine",),
        "start": "2011-09-01",
        "sources": ("law-kioskigloo-se",),
        "correction": "A page of 2025 confirms that the listing of 2011 still stood.",
    },
    {
        "code": "US-TX",
        "substances": EVERY,
        "start": "2023-09-01",
        "sources": ("law-publiclaw-tx",),
        "correction": "Second source for chapter 444 and its start. The act also creates an "
        "offence of sale to a minor; the age was not seen, so none is shown.",
    },
    {
        "code": "US",
        "substances": ("leaf",),
        "start": None,
        "sources": ("law-fdalawblog-2016",),
        "set": {"effective_from": "2016-10-13", "unverified_fields": ["effective_from"]},
        "correction": "Start was not given. The plant is not listed on its own; it stood outside "
        "the lists with its two alkaloids when the notice on them was withdrawn on 2016-10-13, "
        "and their entries show no listing since.",
    },
    {
        "code": "US",
        "substances": ("7-oh",),
        "start": "2026-07-01",
        "sources": ("law-filter-7oh",),
        "correction": "A trade page expected the order in the first week of August 2026; a search "
        "on 2026-11-22 found no final order and no withdrawal.",
    },
)

# Periods that the notes lack.
ADDED: dict[str, tuple[dict[str, Any], ...]] = {
    "US-VT": tuple(
        {
            "substance": substance,
            "status": "unclear",
            "effective_from": "2012-05",
            "effective_to": "2015-12-31",
            "as_of": None,
            "confidence": "low",
            "verified": True,
            "sources": ["law-legalclarity-vermont", "law-goldenmonk-vt"],
            "basis": "source",
            "note": "Sources conflict on the start: two pages say that both alkaloids were listed "
            "by HB 747 in May 2012; the first compilation has 2016, from memory.",
            "correction": "Added, so that the conflict shows for the years between.",
        }
        for substance in EVERY
    )
}

# Accession by year; the day within the year is not given by the source.
EU_MEMBERS = {
    "1958": ("BE", "DE", "FR", "IT", "LU", "NL"),
    "1973": ("DK", "IE", "GB"),
    "1981": ("GR",),
    "1986": ("ES", "PT"),
    "1995": ("AT", "FI", "SE"),
    "2004": ("CY", "CZ", "EE", "HU", "LT", "LV", "MT", "PL", "SI", "SK"),
    "2007": ("BG", "RO"),
    "2013": ("HR",),
}
EU_LEFT = {"GB": "2020-01-31"}


def main(reference: Path) -> None:
    text = (reference / "regulation.yaml").read_text(encoding="utf-8")
    notes = yaml.load(text, Loader=yaml.CSafeLoader)
    sources: dict[str, dict[str, str]] = {}
    counts: Counter[str] = Counter()
    folder = DATA / "law"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    for place in notes:
        record = jurisdiction(place, sources, counts)
        write(folder / f"{place['code'].replace('/', '__')}.json", record)
        counts["jurisdictions out"] += 1
        counts["entries out"] += len(record["periods"])
    used = {f["code"] for f in CORRECTIONS}
    assert used <= {place["code"] for place in notes}, used
    assert counts["corrections applied"] == sum(len(c["substances"]) for c in CORRECTIONS)
    assert counts["possession set"] == sum(len(p[1]) for p in POSSESSION)
    assert counts["pending set"] == sum(len(p[1]) for p in PENDING)
    for source_id, extra in EXTRA_SOURCES.items():
        sources[source_id] = {"id": source_id, **extra, "read_on": READ_ON}
    write(DATA / "sources" / "law.json", sorted(sources.values(), key=lambda s: s["id"]))

    print(f"jurisdictions in: {len(notes)}")
    print(f"entries in: {sum(len(place['entries']) for place in notes)}")
    for name, count in sorted(counts.items()):
        print(f"{name}: {count}")
    print(f"sources out: {len(sources)}")
    print("left out: nothing but the sentences on staleness and on absent dates in the notes,")
    print("  which the product computes, and the placeholder title of entries without a source")


def jurisdiction(
    place: dict[str, Any], sources: dict[str, dict[str, str]], counts: Counter[str]
) -> dict[str, Any]:
    code = place["code"]
    record: dict[str, Any] = {
        "code": code,
        "name": NAMES.get(code, place["name"]),
        "level": level(code, place["parent"]),
        "parent": place["parent"],
        "read_on": READ_ON,
        "periods": sorted(
            (
                *(period(code, entry, sources, counts) for entry in place["entries"]),
                *ADDED.get(code, ()),
            ),
            key=lambda p: (EVERY.index(p["substance"]), p["effective_from"] or ""),
        ),
    }
    counts["entries added"] += len(ADDED.get(code, ()))
    if code == "EU":
        record["members"] = members()
        counts["memberships added"] = len(record["members"])
    return record


def level(code: str, parent: str | None) -> str:
    if code in ("UN", "EU"):
        return {"UN": "international", "EU": "bloc"}[code]
    if "/" in code:
        return "locality"
    return "country" if parent is None else "state"


def period(
    code: str, entry: dict[str, Any], sources: dict[str, dict[str, str]], counts: Counter[str]
) -> dict[str, Any]:
    limits = entry["limits"] or {}
    title, url = entry["source"]["title"], entry["source"]["url"] or ""
    found: dict[str, Any] = {
        "substance": entry["substance"],
        "status": entry["status"],
        "effective_from": entry["effective_from"],
        "effective_to": entry["effective_to"],
        "as_of": entry["as_of"],
        "confidence": entry["confidence"],
        "verified": entry["verified"],
        "sources": [],
        "basis": "absence",
        "min_age": entry["min_age"],
        "limits": limits.get("text") or "",
        "caps": limits.get("caps") or [],
        "possession": possession(code, entry, counts),
        "pending": pending(code, entry, counts),
        "instrument": entry["instrument"] or "",
        "unverified_fields": entry.get("unverified_fields") or [],
        "note": note(entry["note"] or "", counts),
    }
    if title != NO_SOURCE:
        source_id = add_source(title, url, sources)
        found |= {"sources": [source_id], "basis": "source"}
    else:
        counts["entries without any source (basis absence)"] += 1
    if found["sources"] and not found["verified"]:
        found["basis"] = "recalled"
        counts["entries with a source that says otherwise (basis recalled)"] += 1
    correct(code, entry, found, counts)
    required = ("effective_from", "effective_to", "as_of", "verified")
    return {k: v for k, v in found.items() if k in required or v not in (None, "", [])}


def note(text: str, counts: Counter[str]) -> str:
    text = " ".join(text.split())
    for sentence in COMPUTED_SENTENCES:
        if sentence in text:
            counts["computed sentences left out of notes"] += 1
            text = text.replace(sentence, "")
    return text.strip()


def possession(code: str, entry: dict[str, Any], counts: Counter[str]) -> str | None:
    for place, substances, start, value in POSSESSION:
        if (place, start) == (code, entry["effective_from"]) and entry["substance"] in substances:
            counts["possession set"] += 1
            return value
    return None


def pending(code: str, entry: dict[str, Any], counts: Counter[str]) -> dict[str, str] | None:
    for place, substances, start, what, since in PENDING:
        if (place, start) == (code, entry["effective_from"]) and entry["substance"] in substances:
            counts["pending set"] += 1
            return {"what": what, "since": since}
    return None


def correct(code: str, entry: dict[str, Any], found: dict[str, Any], counts: Counter[str]) -> None:
    for fix in CORRECTIONS:
        if (fix["code"], fix["start"]) != (code, entry["effective_from"]):
            continue
        if entry["substance"] not in fix["substances"]:
            continue
        found |= fix.get("set", {})
        found["sources"] = [*found["sources"], *fix.get("sources", ())]
        found["correction"] = fix["correction"]
        counts["corrections applied"] += 1


def members() -> list[dict[str, Any]]:
    found = []
    for year, codes in EU_MEMBERS.items():
        for code in codes:
            member: dict[str, Any] = {"code": code, "effective_from": year}
            if code in EU_LEFT:
                member |= {"effective_to": EU_LEFT[code], "unverified_fields": ["effective_to"]}
            member |= {"verified": True, "sources": ["law-illinois-eu"]}
            found.append(member)
    return sorted(found, key=lambda m: m["code"])


def add_source(title: str, url: str, sources: dict[str, dict[str, str]]) -> str:
    host = urlparse(url).netloc
    name = re.sub(r"[^a-z0-9]+", "-", host.removeprefix("www.").rsplit(".", 1)[0]).strip("-")
    digest = hashlib.sha256(f"{title}\n{url}".encode()).hexdigest()[:6]
    source_id = f"law-{name}-{digest}"
    sources[source_id] = {
        "id": source_id,
        "cite": " ".join(title.split()),
        "url": url,
        "tier": tier(url),
        "read_on": READ_ON,
    }
    return source_id


def tier(url: str) -> str:
    host = urlparse(url).netloc
    if host.endswith(PRIMARY_HOSTS) or any(part in url for part in PRIMARY_PATHS):
        return "primary"
    return "mirror" if host.endswith(MIRROR_HOSTS) else "secondary"


def write(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
