package casefile

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// ConferenceGround is why a case is taken to a conference (一事一议).
type ConferenceGround string

// The grounds.
const (
	ConferRefused  ConferenceGround = "refused"  // by the rules it does not fit
	ConferUnknown  ConferenceGround = "unknown"  // the rules cannot say yet
	ConferHardship ConferenceGround = "hardship" // harder than the rules reckon with
)

// Say is the ground in words, "" for what is none.
func (g ConferenceGround) Say() string {
	return map[ConferenceGround]string{ConferRefused: "按规定不符合,确有难处", ConferUnknown: "按现有的还定不下来", ConferHardship: "特别困难"}[g]
}

// ConferenceOutcome is what a conference resolved.
type ConferenceOutcome string

// The outcomes. None of them grants anything: an opinion and a second person's decision follow.
const (
	ConferHelp ConferenceOutcome = "help" // with one item, up to a sum and a day
	ConferNot  ConferenceOutcome = "not"
	ConferLook ConferenceOutcome = "look" // more is to be looked at first
)

// Vote is what one person said to what was written down as resolved; "" before the vote.
type Vote string

// The votes. Who is absent does not count among those present.
const (
	VoteFor       Vote = "for"
	VoteAgainst   Vote = "against"
	VoteAbstained Vote = "abstained"
	VoteAbsent    Vote = "absent"
)

// Say is the vote in a word.
func (v Vote) Say() string {
	return map[Vote]string{VoteFor: "赞成", VoteAgainst: "反对", VoteAbstained: "弃权", VoteAbsent: "没到会"}[v]
}

// Attendee is one person who was asked to a conference.
type Attendee struct {
	Nth      int          `json:"nth"`             // from 1, by their place on the list
	Staff    core.StaffID `json:"staff,omitempty"` // 0: from elsewhere
	Name     string       `json:"name"`            // at most 40 characters
	Function string       `json:"function"`        // at most 40 characters
	Vote     Vote         `json:"vote"`

	Confirmed time.Time `json:"-"` // when one of the staff found the minutes right, in an own session: their vote, or that they were absent
	Denied    time.Time `json:"-"` // when one of the staff whom the minutes call absent said that they were there
}

// Resolution is what a conference comes to.
type Resolution struct {
	Minutes string // sealed at rest
	Votes   map[int]Vote
	Outcome ConferenceOutcome
	Reasons string       // the household reads them
	Claim   core.ClaimID // of ConferHelp
	Amount  core.Fen     // at most; 0 where it is no money
	Period  string       // how often it is given, as of a Claim
	Until   core.Date    // the last day on which it may be granted, of ConferHelp
	Above   bool         // beyond what a township may decide
}

// Conference is a meeting of several bodies over one case (一事一议, F103).
type Conference struct {
	ID     int64
	Ground ConferenceGround
	Why    string
	By     core.StaffID // who called it; 0 for one of before conferences were kept
	At     time.Time
	On     core.Date
	Place  string
	People []Attendee

	Resolution // Votes is nil: they stand with the people
	Digest     string
	First      core.StaffID // who wrote the minutes, and signed
	FirstAt    time.Time
	DenyUntil  core.Date // the last day on which who is put down as absent may deny it
	Second     core.StaffID
	SecondAt   time.Time
	OffFirst   core.StaffID // who asked to call off what was minuted already; 0 for nobody
	OffFirstAt time.Time
	OffBy      core.StaffID
	Off        time.Time
	OffWhy     string    // sealed at rest, as are Why and Reasons
	Lapsed     time.Time // the household gave up the item that was resolved on
}

// Ended reports whether it is over, either way.
func (c Conference) Ended() bool { return c.Held() || !c.Off.IsZero() }

// Held reports whether it was held, and two people signed.
func (c Conference) Held() bool { return !c.SecondAt.IsZero() }

// Came are those who were there.
func (c Conference) Came() []Attendee {
	return slices.DeleteFunc(slices.Clone(c.People), func(p Attendee) bool { return p.Vote == "" || p.Vote == VoteAbsent })
}

// Count is how many voted so.
func (c Conference) Count(v Vote) (n int) {
	for _, p := range c.People {
		if p.Vote == v {
			n++
		}
	}
	return n
}

// Asked reports whether a member of staff is on its list.
func (c Conference) Asked(id core.StaffID) bool {
	return slices.ContainsFunc(c.People, func(p Attendee) bool { return p.Staff == id })
}

// Was reports whether a member of staff was there.
func (c Conference) Was(id core.StaffID) bool {
	return slices.ContainsFunc(c.Came(), func(p Attendee) bool { return p.Staff == id })
}

// Unread are those of the staff who were there and have not found the minutes right, but for the
// two who sign.
func (c Conference) Unread(signer core.StaffID) []Attendee {
	return slices.DeleteFunc(c.Came(), func(p Attendee) bool {
		return p.Staff == 0 || p.Staff == c.First || p.Staff == signer || !p.Confirmed.IsZero()
	})
}

// Owes reports whether minutes that are not signed yet wait for this one to find them right.
func (c Conference) Owes(p Attendee) bool {
	return c.Outcome != "" && !c.Ended() && slices.ContainsFunc(c.Unread(0), func(o Attendee) bool { return o.Nth == p.Nth })
}

// Silent are those of the staff whom the minutes call absent and who have said nothing to that.
func (c Conference) Silent() []Attendee {
	return slices.DeleteFunc(slices.Clone(c.People), func(p Attendee) bool {
		return p.Staff == 0 || p.Vote != VoteAbsent || !p.Confirmed.IsZero() || !p.Denied.IsZero()
	})
}

// Denied reports whether somebody whom the minutes call absent says that they were there.
func (c Conference) Denied() bool {
	return slices.ContainsFunc(c.People, func(p Attendee) bool { return !p.Denied.IsZero() })
}

// Asks reports whether a member of staff is to say whether minutes are right about them.
func (c Conference) Asks(id core.StaffID) bool {
	return c.Outcome != "" && !c.Ended() && slices.ContainsFunc(append(c.Unread(0), c.Silent()...), func(p Attendee) bool { return p.Staff == id })
}

// OffStamp names the word that one of minutes be called off, for the page that shows it: "" where nobody asks.
func (c Conference) OffStamp() string {
	if c.OffFirst == 0 {
		return ""
	}
	return strconv.FormatInt(c.OffFirstAt.UnixMicro(), 10)
}

// Binds reports whether what was resolved holds for what is proposed next on its claim: up to the
// first decision after it, and until the household gives the item up.
func (c Conference) Binds(decisions []Decision) bool {
	return c.Held() && c.Claim != 0 && c.Lapsed.IsZero() && !slices.ContainsFunc(decisions, func(d Decision) bool {
		return d.Claim == c.Claim && d.At.After(c.SecondAt)
	})
}

// StaffIDs lists everybody of the staff whom it names.
func (c Conference) StaffIDs() []core.StaffID {
	ids := []core.StaffID{c.By, c.First, c.Second, c.OffFirst, c.OffBy}
	for _, p := range c.People {
		ids = append(ids, p.Staff)
	}
	return ids
}

// resolved is what the digest covers, in this order for ever.
type resolved struct {
	Conference int64             `json:"conference"`
	On         string            `json:"on"`
	Place      string            `json:"place"`
	People     []Attendee        `json:"people"`
	Minutes    string            `json:"minutes"`
	Outcome    ConferenceOutcome `json:"outcome"`
	Reasons    string            `json:"reasons"`
	Claim      core.ClaimID      `json:"claim"`
	Amount     core.Fen          `json:"amount_fen"`
	Period     string            `json:"period"`
	Until      string            `json:"until"`
}

// Sum computes the digest of minutes, votes and what was resolved, for whoever doubts the one
// that is stored and stands in the log.
func (c Conference) Sum() string {
	until := ""
	if !c.Until.IsZero() {
		until = c.Until.String()
	}
	sum := sha256.Sum256(encode(resolved{c.ID, c.On.String(), c.Place, c.People, c.Minutes, c.Outcome, c.Reasons, c.Claim, c.Amount, c.Period, until}))
	return hex.EncodeToString(sum[:])
}

// Errors of conferences.
var (
	// ErrFewCame is the answer to minutes of fewer than three, or of an even number.
	ErrFewCame = core.Invalid("vote", "到会的要三个人以上,而且是单数,每个人都要点一样。")
	// ErrNoMajority is the answer to a resolution that not more than half are for.
	ErrNoMajority = core.Invalid("vote", "赞成的要过到会的一半,这样定才算数。")
	// ErrKinMeets is the answer to kin, or somebody of the household itself, at its conference.
	ErrKinMeets = core.E(core.KindForbidden, "kin_meets", "名单里有这家的人或亲属,不能到会。请换人。")
	// ErrBarredMeets is the answer to somebody at a conference who had a part in what an open appeal
	// of the case asks about.
	ErrBarredMeets = core.E(core.KindForbidden, "barred_meets", "这家说不对的那一项,有人以前经手过,不能参加。请换人。")
	// ErrUnread is the answer to the second signature before everybody of the staff who was there
	// found the minutes right.
	ErrUnread = core.E(core.KindConflict, "minutes_unread", "还有到会的同事没看过记录。他们自己登录,点过“核对会议记录”,您再签。")
	// ErrDenied is the answer to a signature under minutes of which somebody says that they were there.
	ErrDenied = core.E(core.KindConflict, "absence_denied", "有同事说自己到会了,记录写他没到会。请写记录的同事重写,再签。")
	// ErrAbsentSilent is the answer to a signature before who is put down as absent has had a working day.
	ErrAbsentSilent = core.E(core.KindConflict, "absence_unread", "写成“没到会”的同事还没说对不对。他们点过,或者过了那一个工作日,您再签。")
	// ErrOffMoved is the answer to whoever calls off over the word of another that their page did not show.
	ErrOffMoved = core.E(core.KindConflict, "record_changed", "撤会的事有变化:有同事先提了,或者记录重写了。您写的没有记下。请刷新,看过再定。")
	// ErrNobodySigns is the answer to a list, or minutes, under which nobody may put the second signature.
	ErrNobodySigns = core.Invalid("people", "除了写记录的人,还要有一位镇上审批或者县里的同事到会,记录才有人签。")
	// ErrCountySigns is that answer beyond what a township may decide.
	ErrCountySigns = core.Invalid("people", "超过镇上能定的限额:除了写记录的人,还要有一位县里的同事到会,记录才有人签。")
	// ErrResolvedGone is the answer to minutes about an item that was decided or given up meanwhile.
	ErrResolvedGone = core.E(core.KindConflict, "resolved_gone", "会上说的那一项已经定了,或者家里不要了。请重写记录。")
	// ErrNotThere is the answer to the signature of somebody who was not there.
	ErrNotThere = core.E(core.KindForbidden, "not_there", "到会的人才能签。")
	// ErrSignedTwice is the answer to a second signature by whoever wrote the minutes.
	ErrSignedTwice = core.E(core.KindForbidden, "same_person", "记录是您写的,要由到会的另一位同事自己登录来签。")
	// ErrMinutesMoved is the answer to a signature under minutes that were written anew.
	ErrMinutesMoved = core.E(core.KindConflict, "record_changed", "会议记录换过了。请刷新,看过新的再签。")
	// ErrAboveResolved is the answer to more than a conference resolved.
	ErrAboveResolved = core.E(core.KindInvalid, "above_resolved", "比一事一议定的多。最多给到会上定的数。")
	// ErrAfterResolved is the answer to a grant after the day up to which it was resolved.
	ErrAfterResolved = core.E(core.KindConflict, "after_resolved", "一事一议定的日子过了,要再议。")
)

func conferenceFault(err error, what string) error {
	switch pg.Constraint(err) {
	case "conference_people":
		return ErrFewCame
	case "conference_majority":
		return ErrNoMajority
	case "conference_kin":
		return ErrKinMeets
	case "conference_barred":
		return ErrBarredMeets
	case "conference_unconfirmed":
		return ErrUnread
	case "conference_denied":
		return ErrDenied
	case "conference_absent":
		return ErrAbsentSilent
	case "conference_help":
		return ErrResolvedGone
	case "conference_signed":
		return ErrNotThere
	case "conference_second":
		return ErrSignedTwice
	case "conference_amount":
		return ErrAboveResolved
	case "conference_until":
		return ErrAfterResolved
	case "conference_stays", "conference_open", "conference_off_two":
		return ErrMovedOn
	case "conference_member_staff", "conference_member_name":
		return core.Invalid("people", "名单里有人写了两次。")
	}
	return pg.Fail(err, what)
}
