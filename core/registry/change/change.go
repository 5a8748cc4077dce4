package change

import (
	"encoding/json"
	"errors"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/registry"
	"lianou/core/seal"
)

// ID names a request; what it changed has the source "change:<id>".
type ID int64

// Origin says where a request comes from.
type Origin string

// The origins.
const (
	FromOfficer Origin = "officer"
	FromCitizen Origin = "citizen" // a contest of what the city has of them
	FromVisit   Origin = "visit"   // two visitors saw something else
)

// State is how far a request is. It moves once, from open.
type State string

// The states.
const (
	Open      State = "open"
	Accepted  State = "accepted"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
	Mistaken  State = "mistaken" // what was written down as somebody's objection, and was not theirs
)

// Change is what is asked for.
type Change struct {
	Household core.HouseholdID
	Person    core.PersonID   // 0: about the household; else a member of it
	Path      string          // "house_grade"; without the member
	Was       json.RawMessage // as it was shown to who asks; nil or null for nothing
	Becomes   json.RawMessage // null takes the fact back
	ValidFrom core.Date       // the new value is true since
	Origin    Origin
	Reason    string          // 1 to 1,000 characters
	Evidence  core.BlobDigest // "" for none
	Seconder  core.StaffID    // FromVisit only: who saw it beside the one who asks, and may not decide either
	Paper     *Paper          // what says it, where NeedsPaper; a visit and a citizen may lack it until it is decided
	Anew      bool            // the same value, confirmed for the people of now (registry.Fact.Turned)
}

// Request is a change as it is kept.
type Request struct {
	ID ID
	Change
	Case     core.CaseID // in which it came up, 0 for none
	Proposer string      // "staff:7", "citizen:<account>"
	Made     time.Time
	State    State
	Decider  string // "" while open
	Verdict  string // why it was decided so
	Decided  time.Time
	ToldBy   string // who told whoever disputed it what came of it, "" while nobody did
	How      How
	ToldOn   core.Date
}

// Errors that callers tell apart; each says in Chinese what to do.
var (
	// ErrUnknown: there is no such request within the scope.
	ErrUnknown = core.E(core.KindNotFound, "change_unknown", "没有找到这条修改申请。")
	// ErrTwoPeople: who asked may not decide, and only who asked may take it back.
	ErrTwoPeople = core.E(core.KindForbidden, "change_two_people", "自己提的修改要由另一位同事审核;撤回只能由提出的人来做。")
	// ErrContest: what a citizen disputes is answered, and not taken back by who wrote it down.
	ErrContest = core.E(core.KindForbidden, "change_contest", "这是本人的异议,要由另一位同事核过答复本人。本人说不要了,也请另一位同事问过再写。")
	// ErrNoContest: nobody but a citizen disputes anything, so that nothing else was theirs by mistake.
	ErrNoContest = core.E(core.KindConflict, "change_mistaken", "只有记成本人异议的,才能说记错了。别的请点「不改」,或者由提的人撤回。")
	// ErrSettled: somebody decided it already.
	ErrSettled = core.E(core.KindConflict, "change_settled", "这条修改申请已经有人处理过了,请刷新后再看。")
	// ErrMeanwhile: another value stands than the one that was shown.
	ErrMeanwhile = core.E(core.KindConflict, "change_meanwhile", "这一项在提出以后又有了新的登记,请看过新的登记再重新提出。")
	// ErrAsked: the same person has an open request about this fact.
	ErrAsked = core.E(core.KindConflict, "change_asked", "您已经对这一项提出过修改,正在等同事审核。")
	// ErrSame: nothing would change.
	ErrSame = core.E(core.KindInvalid, "change_same", "新的内容和现在登记的一样,不用修改。")
)

// Deps is what New needs; all of it is required.
type Deps struct {
	Registry *registry.Registry
	Ring     *seal.Ring // seals reasons and verdicts
	Log      *audit.Log // gets an entry for each step, in its transaction
}

// Changes reads and writes requests. It is safe for concurrent use.
type Changes struct{ d Deps }

// New makes a ready Changes.
func New(d Deps) (*Changes, error) {
	if d.Registry == nil || d.Ring == nil || d.Log == nil {
		return nil, core.E(core.KindInternal, "change_deps", "").Wrap(errors.New("change.Deps needs Registry, Ring and Log"))
	}
	return &Changes{d}, nil
}
