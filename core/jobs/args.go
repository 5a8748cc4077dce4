package jobs

import (
	"github.com/riverqueue/river"

	"lianou/core"
)

// Args are the arguments of one kind of job: ids and a region, nothing personal.
type Args = river.JobArgs

// OpenCase asks the platform to make a case of an application that lies in
// handover. Gateway to platform, once per application.
type OpenCase struct {
	Application core.ApplicationID `json:"application" river:"unique"`
	Region      core.RegionCode    `json:"region"` // scope of the job, as ScopeRegion gives it
}

// Kind is the stable name.
func (OpenCase) Kind() string { return "open_case" }

// Of is its township.
func (j OpenCase) Of() core.RegionCode { return j.Region }

// InsertOpts makes the job unique by application: a second insert is a success.
func (OpenCase) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// Notify asks the gateway, which holds the channels' credentials, to tell somebody.
// Platform to gateway.
type Notify struct {
	Notice int64           `json:"notice" river:"unique"`
	Region core.RegionCode `json:"region"`
}

// Kind is the stable name.
func (Notify) Kind() string { return "notify" }

// NotifyQueue keeps what waits for messengers and the telephone from the places of the rest.
const NotifyQueue = "messengers"

// InsertOpts names its queue.
func (Notify) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: NotifyQueue} }

// Untold tells the platform that every way of telling somebody has been tried in
// vain, so that a person has to go there. Gateway to platform.
type Untold struct {
	Notice int64           `json:"notice" river:"unique"`
	Region core.RegionCode `json:"region"`
}

// Kind is the stable name.
func (Untold) Kind() string { return "untold" }

// Of is its township.
func (j Untold) Of() core.RegionCode { return j.Region }

// InsertOpts makes the job unique by notice.
func (Untold) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// Told tells the platform that a notice reached its person. Gateway to platform.
type Told struct {
	Notice int64           `json:"notice" river:"unique"`
	Region core.RegionCode `json:"region"`
}

// Kind is the stable name.
func (Told) Kind() string { return "told" }

// Of is its township.
func (j Told) Of() core.RegionCode { return j.Region }

// InsertOpts makes the job unique by notice.
func (Told) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// PapersSent asks the platform to lay papers that came after the application into their
// case. Gateway to platform, once for each. It has no region: the case may have moved.
type PapersSent struct {
	Papers int64 `json:"papers" river:"unique"`
}

// Kind is the stable name.
func (PapersSent) Kind() string { return "papers_sent" }

// InsertOpts makes the job unique by what was sent.
func (PapersSent) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// ObjectionSent asks the platform to file what somebody said of a public notice. Gateway to
// platform, once for each. It has no region: the case may have moved.
type ObjectionSent struct {
	Objection int64 `json:"objection" river:"unique"`
}

// Kind is the stable name.
func (ObjectionSent) Kind() string { return "objection_sent" }

// InsertOpts makes the job unique by what was sent.
func (ObjectionSent) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// HouseholdTouched asks the platform to judge a household again that a birth, death,
// marriage, split or move touched (F36). Platform to itself, once for each household of an
// event and each township it lived in, before it and after: where it left, it is looked for
// and not found.
type HouseholdTouched struct {
	Household core.HouseholdID `json:"household" river:"unique"`
	Event     int64            `json:"event" river:"unique"`
	Region    core.RegionCode  `json:"region" river:"unique"`
}

// Kind is the stable name.
func (HouseholdTouched) Kind() string { return "household_touched" }

// Of is its township.
func (j HouseholdTouched) Of() core.RegionCode { return j.Region }

// InsertOpts makes the job unique by event, household and township.
func (HouseholdTouched) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// FamilyChanged asks the platform to lay what happened in a household before the officers
// of the cases that it may change (F36). Platform to itself, once for each household of an
// event; it has no region, for a case may lie in another township than its household.
type FamilyChanged struct {
	Household core.HouseholdID `json:"household" river:"unique"`
	Event     int64            `json:"event" river:"unique"`
	What      string           `json:"what"` // the kind of the event, as registry names it
	Day       core.Date        `json:"day"`  // on which it happened
}

// Kind is the stable name.
func (FamilyChanged) Kind() string { return "family_changed" }

// InsertOpts makes the job unique by event and household.
func (FamilyChanged) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}
