package calls

import (
	"context"
	"strings"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// errNoVisit is said of what is not on the list of who asks.
var errNoVisit = core.E(core.KindNotFound, "no_visit", "没有这一条。")

// ErrVisited says that a visit is over.
var ErrVisited = core.E(core.KindConflict, "visit_done", "这一条已经办完了。")

// VisitResult is what somebody says of a visit.
type VisitResult string

// The results. Reached and Ended close it; Away has it made again; Nobody, for a person
// whom the place does not know, sends it back to whoever can find out; Placed is the
// answer to that.
const (
	VisitReached VisitResult = "reached"
	VisitAway    VisitResult = "away"
	VisitNobody  VisitResult = "nobody"
	VisitPlaced  VisitResult = "placed" // an agent's
	VisitEnded   VisitResult = "ended"  // an agent's
)

// Visited is one word about a visit.
type Visited struct {
	Visit  int64
	By     core.StaffID
	Result VisitResult
	Word   string          // what was found; required but for VisitPlaced
	Place  core.RegionCode // for VisitPlaced: a township or a village
	Due    core.Date       // for whoever goes next
}

// mostWord bounds one word, in runes.
const mostWord = 500

// Mark keeps a word about a visit of the scope. Errors: KindInvalid, KindNotFound also
// for another township's, ErrVisited.
func (l *Log) Mark(ctx context.Context, scope pg.Scope, m Visited) error {
	m.Word = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(m.Word, "\x00", ""), ""))
	switch {
	case utf8.RuneCountInString(m.Word) > mostWord:
		return core.Invalid("word", "写得太长了,五百字以内。")
	case m.Word == "" && m.Result != VisitPlaced:
		return core.Invalid("word", "请写一句:见到谁了,怎么说的。")
	case m.Result == VisitPlaced && len(m.Place) < 9:
		return core.Invalid("where", "要说到哪个镇、街道,才派得出去。")
	}
	var call string
	err := l.db.Tx(ctx, scope, func(ctx context.Context, tx *pg.Tx) error {
		v, err := l.lockVisit(ctx, tx, m.Visit)
		if err != nil {
			return err
		}
		call = v.Call
		if agents := m.Result == VisitPlaced || m.Result == VisitEnded; agents && !stuck(v, tx.Today()) {
			return errNoVisit // a township's own, and in time
		}
		if err := l.mark(ctx, tx, v, m); err != nil {
			return err
		}
		return l.audit.Write(ctx, tx, audit.Entry{Actor: agentActor(m.By), Act: "visit." + string(m.Result), Subject: "call:" + v.Call, Region: v.Region})
	})
	if err == nil {
		l.bell.Ring(ctx, Topic, "visit."+string(m.Result), call)
	}
	return err
}

func (l *Log) mark(ctx context.Context, tx *pg.Tx, v Visit, m Visited) error {
	v.Words = append(v.Words, VisitWord{At: tx.Now(), By: m.By, Act: string(m.Result), Text: m.Word})
	sealed, err := l.sealAbout(v.About, v.Call)
	if err != nil {
		return err
	}
	const over = `update call_visit set wrapped = $2, sealed = $3, done = $4, result = $5, staff = $6 where id = $1`
	const again = `update call_visit set wrapped = $2, sealed = $3, tries = tries + 1, due = $4 where id = $1`
	const unknown = `update call_visit set wrapped = $2, sealed = $3, lost = true, due = $4 where id = $1`
	const moved = `update call_visit set wrapped = $2, sealed = $3, region = $4, village = $5, source = 'asked', lost = false, due = $6 where id = $1`
	switch m.Result {
	case VisitReached, VisitEnded:
		_, err = tx.Exec(ctx, over, v.ID, sealed.wrapped, sealed.sealed, tx.Now(), string(m.Result), int64(m.By))
	case VisitAway:
		_, err = tx.Exec(ctx, again, v.ID, sealed.wrapped, sealed.sealed, m.Due.Time())
	case VisitNobody:
		_, err = tx.Exec(ctx, unknown, v.ID, sealed.wrapped, sealed.sealed, m.Due.Time())
	case VisitPlaced:
		region, village := regionOf(m.Place)
		_, err = tx.Exec(ctx, moved, v.ID, sealed.wrapped, sealed.sealed, string(region), string(village), m.Due.Time())
	default:
		return core.Invalid("result", "请选找得怎样。")
	}
	return pg.Fail(err, "keep what became of a visit")
}
