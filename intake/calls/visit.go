package calls

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Source is how it is known where somebody is to be found.
type Source string

// The sources, the surest first. A number is a hint (security.md E2): it leads an
// assistant to a door, and the door says who lives there.
const (
	SourceForm      Source = "form"      // an agent wrote it into the form of the call
	SourceConfirmed Source = "confirmed" // the household of whom an agent confirmed in the call
	SourceSaid      Source = "said"      // heard in the call by the machine
	SourceNumber    Source = "number"    // the register's household under the number
	SourceAsked     Source = "asked"     // an agent found it out afterwards
)

// Whereabouts is what is known of somebody who could not be reached.
type Whereabouts struct {
	Region core.RegionCode // village, township or county; "" when nobody knows
	Source Source
	Who    string // the name
	Detail string // the way to the door
	Told   string // what they had told of their need
	Due    core.Date
}

// Visit asks a village assistant to go to whoever was rung back three times in vain
// (features.md F93), or an agent to find out where that is.
type Visit struct {
	ID      int64
	Call    string
	Began   time.Time  // of the call
	Caller  core.Phone // zero when withheld
	Region  core.RegionCode
	Village core.RegionCode
	Source  Source
	Lost    bool // nobody knows where, or nobody there knows them
	Tries   int  // times gone to in vain
	Due     core.Date
	About
}

// About is the part of a visit that is sealed.
type About struct {
	Who    string      `json:"who,omitempty"`
	Detail string      `json:"detail,omitempty"`
	Told   string      `json:"told,omitempty"`
	Words  []VisitWord `json:"words,omitempty"`
}

// VisitWord is what somebody wrote down about a visit, oldest first.
type VisitWord struct {
	At   time.Time    `json:"at"`
	By   core.StaffID `json:"by"`
	Act  string       `json:"act"`
	Text string       `json:"text"`
}

// waitVisit is how many days a visit waits that nobody reckoned in working days.
const waitVisit = 3

// regionOf is the township of a visit, or the sorting desk of whoever has to ask: an
// unknown place belongs to the city's.
func regionOf(place core.RegionCode) (region, village core.RegionCode) {
	if place == "" {
		place = core.DezhouCity
	}
	if region = jobs.ScopeRegion(place); len(place) == 12 {
		village = place
	}
	return region, village
}

// handOver writes the visit, in the transaction that ends the call. It comes last: the
// scope it needs is the visit's own township.
func (l *Log) handOver(ctx context.Context, tx *pg.Tx, e ending) error {
	w := e.where
	region, village := regionOf(w.Region)
	if w.Due.IsZero() {
		w.Due = tx.Today().AddDate(0, 0, waitVisit)
	}
	sealed, err := l.sealAbout(About{Who: w.Who, Detail: w.Detail, Told: w.Told}, e.call)
	if err != nil {
		return err
	}
	const sql = `insert into call_visit (call, region, village, source, lost, wrapped, sealed, made, due)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict (call) do nothing`
	if _, err := tx.Exec(ctx, sql, e.call, string(region), string(village), string(w.Source), len(w.Region) < 9, sealed.wrapped, sealed.sealed, tx.Now(), w.Due.Time()); err != nil {
		return pg.Fail(err, "ask for a visit")
	}
	return l.audit.Write(ctx, tx, audit.Entry{Actor: agentActor(e.agent), Act: "visit.asked", Subject: "call:" + e.call, Region: region,
		Detail: map[string]any{"source": w.Source, "due": w.Due}})
}

// ending is a call that ends with nobody reached.
type ending struct {
	call  string
	agent core.StaffID
	where Whereabouts
}

func (e ending) scope() pg.Scope {
	region, _ := regionOf(e.where.Region)
	return pg.Regions(region)
}

func agentActor(id core.StaffID) audit.Actor {
	return audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(id), 10)}
}

func aboutAt(call string) seal.At { return seal.At{Table: "call_visit", Row: call, Column: "sealed"} }

func (l *Log) sealAbout(a About, call string) (words, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return words{}, core.E(core.KindInternal, "visit_codec", "") // the cause may quote a name
	}
	return l.sealWords(plain, aboutAt(call))
}
