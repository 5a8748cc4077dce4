package calls

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// The lot is what anybody reckons with sha256sum, and a share of three in a hundred draws
// three in a hundred. The vector: printf 'CA1\n2026-11-23T01:00:00.123456Z' | sha256sum.
func TestLotIsReckonedByAnybody(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 1, 0, 0, 123456000, time.UTC)
	if lot := Lot("CA1", at.In(core.China)); lot != 7487 { // 0x4787e1bf
		t.Errorf("lot %d", lot)
	}
	drawn := 0
	const n = 50000
	for i := range n {
		if Lot("CA"+strconv.Itoa(i), at.Add(time.Duration(i)*time.Millisecond)) < 3*lots/100 {
			drawn++
		}
	}
	if drawn < n*26/1000 || drawn > n*34/1000 {
		t.Errorf("%d of %d drawn, want three in a hundred", drawn, n)
	}
}

// finished is a call with a recording that an agent took and finished.
func (r room) finished(t *testing.T, id string, agent core.StaffID) {
	t.Helper()
	_, err := r.gateway.Heard(t.Context(), Report{ID: id, Exchange: "test", Began: began, Answered: began, Ended: began.Add(60e9), RecordingURL: "http://x/" + id})
	must(t, err)
	must(t, r.platform.Take(t.Context(), id, agent))
	must(t, r.platform.Done(t.Context(), id, agent, OutcomeAnswered))
	must(t, r.platform.Done(t.Context(), id, agent, OutcomeAnswered)) // again is a success, and no second draw
}

// A finished call with a recording is drawn by its lot in the transaction that ends it,
// under the number in the log; one without sound, or of a share of nothing, is not.
// Control: draw with no look at the recording, "drawn: 2".
func TestDrawnWhenFinished(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.finished(t, "call-1", 7)
	_, err := r.gateway.Heard(t.Context(), Report{ID: "silent", Exchange: "test", Began: began, Ended: began.Add(60e9)})
	must(t, err)
	must(t, r.platform.Done(t.Context(), "silent", 7, OutcomeAnswered))
	r.platform.share = 0
	r.finished(t, "call-2", 7)
	var drawn, logged, honest int
	must(t, r.platform.db.Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		const reckoned = `select count(*) from call_quality q join call c on c.id = q.call where q.lot = ('x' || substr(encode(sha256(convert_to(c.id || E'\n' ||
			to_char(c.done at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'UTF8')), 'hex'), 1, 8))::bit(32)::bigint % 10000`
		if err := tx.QueryRow(ctx, reckoned).Scan(&honest); err != nil {
			return err
		}
		const counts = `select (select count(*) from call_quality), (select count(*) from audit_entry where act = 'quality.drawn' and subject = 'call:call-1')`
		return tx.QueryRow(ctx, counts).Scan(&drawn, &logged)
	}))
	if drawn != 1 || logged != 1 || honest != 1 {
		t.Errorf("drawn: %d, in the log: %d, reckoned again from the rows: %d", drawn, logged, honest)
	}
}

// Nobody judges their own call; one verdict a call, and what was missing is said. The
// agent of the call reads it. Control: DrawnCall without a look at the agent, "own call:
// <nil>".
func TestSomebodyElseListens(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.finished(t, "call-1", 7)
	if _, err := r.platform.DrawnCall(t.Context(), "call-1", 7); !errors.Is(err, ErrOwnCall) {
		t.Errorf("own call: %v", err)
	}
	if _, err := r.platform.DrawnCall(t.Context(), "call-2", 8); core.KindOf(err) != core.KindNotFound {
		t.Errorf("a call that was not drawn: %v", err)
	}
	for id, want := range map[core.StaffID]int{7: 0, 8: 1} {
		if list, err := r.platform.ToHear(t.Context(), id); err != nil || len(list) != want {
			t.Errorf("to be heard by %d: %+v %v", id, list, err)
		}
	}
	good := Verdict{Listener: 8, Written: "missing", Manner: "good", Note: "1 分 20 秒说了残疾证,没记"}
	for name, c := range map[string]struct {
		change func(*Verdict)
		kind   core.Kind
	}{
		"own":         {func(v *Verdict) { v.Listener = 7 }, core.KindForbidden},
		"no answer":   {func(v *Verdict) { v.Written = "" }, core.KindInvalid},
		"no manner":   {func(v *Verdict) { v.Manner = "rude" }, core.KindInvalid},
		"no word":     {func(v *Verdict) { v.Note = " " }, core.KindInvalid},
		"a long word": {func(v *Verdict) { v.Note = strings.Repeat("长", 501) }, core.KindInvalid},
	} {
		v := good
		c.change(&v)
		if err := r.platform.Judge(t.Context(), "call-1", v); core.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, r.platform.Judge(t.Context(), "call-1", good))
	if err := r.platform.Judge(t.Context(), "call-1", good); !errors.Is(err, ErrJudged) {
		t.Errorf("twice: %v", err)
	}
	own, err := r.platform.FoundOf(t.Context(), 7)
	if err != nil || len(own) != 1 || own[0].Note != good.Note || own[0].Listener != 8 || own[0].Written != "missing" {
		t.Errorf("what its agent reads: %+v %v", own, err)
	}
}
