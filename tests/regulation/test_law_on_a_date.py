"""Law at a place on a date: known changes, and the traps of dated law."""

from __future__ import annotations

import datetime as dt

import pytest

from speciosa.finding import Tone
from speciosa.knowledge import load
from speciosa.regulation import LawLayer, LawResult, law_at, law_without_place

KNOWLEDGE = load()
TODAY = dt.date(2026, 11, 22)


def ask(place: str, date: str, **options) -> LawResult:
    return law_at(KNOWLEDGE, place, dt.date.fromisoformat(date), **options)


def layer(result: LawResult, place: str, substance: str) -> LawLayer:
    return next(la for la in result.layers if (la.place, la.substance) == (place, substance))


def ids(result: LawResult) -> set[str]:
    return {f.id for f in result.findings}


def test_tennessee_changes_on_the_first_of_july_2026():
    before, after = ask("US-TN", "2026-06-30"), ask("US-TN", "2026-07-01")
    assert before.leading == {"leaf": "regulated", "mitragynine": "regulated", "7-oh": "prohibited"}
    assert set(after.leading.values()) == {"prohibited"}
    assert layer(before, "US-TN", "leaf").min_age == 21
    assert layer(after, "US-TN", "leaf").min_age is None
    announced = {f.id for f in before.upcoming}
    assert "law.upcoming.US-TN.2026-07-01.prohibited" in announced
    assert not after.upcoming


def test_a_rule_read_before_its_start_is_shown_as_not_confirmed():
    after = ask("US-TN", "2026-11-22")
    assert "not confirmed" in after.leading_words["leaf"]
    assert "law.not-confirmed.US-TN" in ids(after)
    assert "5 months before" in layer(after, "US-TN", "leaf").stale


@pytest.mark.parametrize(
    ("date", "status"),
    [
        ("2021-08-23", "controlled"),
        ("2021-08-24", "no_specific_law"),
        ("2022-08-26", "no_specific_law"),
        ("2022-08-27", "regulated"),
    ],
)
def test_thailand_takes_kratom_off_the_narcotics_list(date: str, status: str):
    assert ask("TH", date).leading["leaf"] == status


def test_a_past_restriction_of_unknown_start_is_kept_and_said_to_be_so():
    row = layer(ask("TH", "2015-01-01"), "TH", "leaf")
    assert (row.status, row.confidence) == ("controlled", "low")
    assert "began is not known" in row.note


def test_the_federal_proposal_on_7oh_is_not_law():
    result = ask("US", "2026-07-15")
    row = layer(result, "US", "7-oh")
    assert row.status == "no_specific_law"
    assert "not in force" in row.pending
    assert "may have followed" in result.leading_words["7-oh"]
    assert "law.pending.US" in ids(result)
    earlier = ask("US", "2026-06-30")
    assert "law.pending.US" not in ids(earlier)


def test_a_date_before_the_first_rule_is_not_known():
    result = ask("US-AL", "2016-05-09")
    row = layer(result, "US-AL", "leaf")
    assert (row.status, row.effective_from, row.min_age) == ("not_known", None, None)
    assert "2016-05-10" in row.note
    assert result.leading["leaf"] == "not_known"
    assert ask("US-AL", "2016-05-10").leading["leaf"] == "controlled"


def test_a_status_without_a_start_is_not_projected_back():
    before, on = ask("IS", "2025-12-31"), ask("IS", "2026-01-01")
    row = layer(before, "IS", "leaf")
    assert row.status == "not_known"
    assert "2026" in row.note
    assert "not projected back" in row.note
    assert layer(on, "IS", "leaf").status == "controlled"


def test_absence_of_law_is_not_projected_back_inside_a_closed_period_either():
    assert layer(ask("US-OH", "2025-08-25"), "US-OH", "7-oh").status == "not_known"
    assert layer(ask("US-OH", "2025-08-26"), "US-OH", "7-oh").status == "no_specific_law"
    assert layer(ask("US-OH", "2025-12-12"), "US-OH", "7-oh").status == "controlled"


def test_a_gap_between_two_periods_is_not_known():
    row = layer(ask("US-TN", "2018-03-01"), "US-TN", "leaf")
    assert row.status == "not_known"
    assert "between two periods" in row.note


@pytest.mark.parametrize("date", ["2025-10-01", "2025-10-30"])
def test_a_start_known_by_month_leaves_the_month_unclear(date: str):
    result = ask("US-CA", date)
    row = layer(result, "US-CA", "leaf")
    assert row.status == "unclear"
    assert row.readings == ("prohibited", "not_known")
    assert row.possession == ""  # "not an offence" would reassure while the rule itself is unsure
    assert row.confidence == "low"
    assert result.leading["leaf"] == "unclear"
    assert "Possible readings for California" in result.leading_words["leaf"]


def test_the_edges_of_partial_dates_are_inclusive():
    assert layer(ask("US-CA", "2025-09-01"), "US-CA", "leaf").status == "no_specific_law"
    assert layer(ask("US-CA", "2025-09-02"), "US-CA", "leaf").status == "unclear"
    assert layer(ask("US-CA", "2025-10-31"), "US-CA", "leaf").status == "prohibited"
    assert layer(ask("US-WI", "2014-12-30"), "US-WI", "leaf").status == "unclear"
    assert layer(ask("US-WI", "2014-12-31"), "US-WI", "leaf").status == "controlled"


def test_a_local_ban_leads_over_a_state_that_only_sets_an_age():
    result = ask("US-IL/alton", "2026-11-22")
    assert result.leading["leaf"] == "prohibited"
    assert [la.status for la in result.layers if la.substance == "leaf"] == [
        "no_specific_law",
        "no_specific_law",
        "age_restricted",
        "prohibited",
    ]
    assert result.place_name == "Alton, Illinois, US"


def test_a_state_ban_leads_over_a_locality_that_regulates():
    result = ask("US-CA/solana-beach", "2026-11-22")
    assert result.leading["leaf"] == "prohibited"


def test_7oh_never_falls_back_on_the_leaf_and_mitragynine_says_when_it_does():
    result = ask("US-CO/denver", "2026-11-22")
    seven = layer(result, "US-CO/denver", "7-oh")
    assert seven.status == "not_known"
    assert "not carried over" in seven.note
    mitragynine = layer(result, "US-CO/denver", "mitragynine")
    assert mitragynine.status == layer(result, "US-CO/denver", "leaf").status == "regulated"
    assert "the entry for the leaf is used" in mitragynine.note


def test_plant_and_alkaloid_can_have_different_dates():
    result = ask("SE", "2020-01-01")
    assert layer(result, "SE", "leaf").status == "not_known"
    assert layer(result, "SE", "mitragynine").status == "controlled"


def test_an_unclear_country_never_reads_as_the_freedom_of_the_international_layer():
    result = ask("IN", "2026-11-22")
    assert set(result.leading.values()) == {"unclear"}
    assert layer(result, "IN", "leaf").source is None
    assert not layer(result, "IN", "leaf").verified
    assert "law.unverified.IN" in ids(result)


@pytest.mark.parametrize("place", ["FJ", "MX-OAX"])
def test_a_real_place_without_an_entry_is_not_known(place: str):
    result = ask(place, "2026-11-22")
    rows = [la for la in result.layers if la.place == place]
    assert {la.status for la in rows} == {"not_known"}
    assert set(result.leading.values()) <= {"not_known", "unclear"}
    assert result.place_name


def test_the_bloc_is_a_layer_of_its_members_only_and_while_they_belong():
    def bloc(place: str, date: str) -> bool:
        return any(la.level == "bloc" for la in ask(place, date).layers)

    assert bloc("FR", "2026-11-22")
    assert not bloc("NO", "2026-11-22")
    assert bloc("GB", "2019-06-01")
    assert not bloc("GB", "2026-11-22")
    assert not bloc("HR", "2012-06-01")


def test_a_territory_is_found_under_both_of_its_codes():
    assert ask("PR", "2026-11-22").leading == ask("US-PR", "2026-11-22").leading
    assert layer(ask("PR", "2026-11-22"), "US-PR", "leaf").level == "state"


def test_a_country_with_states_on_file_says_that_the_state_is_missing():
    result = ask("US", "2026-11-22")
    assert any(m.field == "place" for m in result.missing)
    assert "may be stricter" in result.leading_words["leaf"]
    assert not any(m.field == "place" for m in ask("US-TN", "2026-11-22").missing)


def test_localities_below_a_state_are_named():
    finding = next(f for f in ask("US-CA", "2026-11-22").findings if f.id == "law.local-rules")
    assert "San Diego" in finding.text


def test_old_sources_are_said_and_lower_the_confidence():
    now, later = ask("US-AL", "2026-11-22"), ask("US-AL", "2028-11-22")
    assert layer(now, "US-AL", "leaf").confidence == "high"
    assert layer(later, "US-AL", "leaf").confidence == "low"
    assert "31 months before" in layer(later, "US-AL", "leaf").stale
    assert "law.stale.US-AL" in ids(later)
    assert "law.stale.US-AL" not in ids(now)
    # The confidence on file counts the age of the source already; it is not counted twice.
    assert layer(ask("GB", "2026-11-22"), "GB", "leaf").confidence == "medium"


def test_a_source_that_speaks_for_a_later_date_is_not_stale():
    assert layer(ask("US-FL", "2024-01-01"), "US-FL", "leaf").stale == ""


def test_a_source_dated_by_month_says_so():
    assert "no day given" in layer(ask("US-IL", "2026-11-22"), "US-IL", "leaf").stale


def test_content_limits_are_shown_with_their_denominator():
    row = layer(ask("US-CO", "2026-11-22"), "US-CO", "7-oh")
    assert "7-oh at most 2 percent (alkaloid fraction)" in row.limits
    assert f"{row.fact}/cap-1" in row.facts


# ------------------------------------------------------------------ age, possession, tone


def test_age_below_the_limit_is_said():
    young = ask("US-GA", "2026-11-22", age_years=20.9)
    assert "law.under-age.US-GA" in ids(young)
    assert "law.disclosure-offence.US-GA" in ids(young)  # possession under 21 is an offence there
    adult = ask("US-GA", "2026-11-22", age_years=21.0)
    assert not {"law.under-age.US-GA", "law.age-unknown.US-GA"} & ids(adult)
    assert "law.disclosure-offence.US-GA" not in ids(adult)


def test_an_unknown_age_is_said_where_a_limit_applies():
    result = ask("US-GA", "2026-11-22")
    assert "law.age-unknown.US-GA" in ids(result)
    assert any(m.field == "person.age_years" for m in result.missing)
    assert not any(m.field == "person.age_years" for m in ask("US-AL", "2026-11-22").missing)


def test_a_possession_offence_may_keep_a_person_from_telling():
    offence = next(
        f for f in ask("US-AL", "2026-11-22").findings if f.id == "law.disclosure-offence.US-AL"
    )
    assert "reluctant" in offence.text
    assert "Ask without judgement" in offence.action
    assert "law.disclosure-possible.US-CT" in ids(ask("US-CT", "2026-11-22"))
    assert not any("disclosure" in i for i in ids(ask("GB", "2026-11-22")))


def test_without_a_place_nothing_is_known_and_the_cost_is_told():
    result = law_without_place(KNOWLEDGE, TODAY)
    assert set(result.leading.values()) == {"not_known"}
    assert result.place == ""
    assert result.layers == ()
    assert [m.field for m in result.missing] == ["place"]
    assert "not given" in result.headline
    assert not any(f.tone is Tone.REASSURING for f in result.findings)


def test_one_substance_can_be_asked_for():
    result = ask("US-FL", "2026-11-22", substances=("7-oh",))
    assert set(result.leading) == {"7-oh"}
    assert {la.substance for la in result.layers} == {"7-oh"}
