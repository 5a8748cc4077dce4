package twins_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry/twins"
)

// scanned is a house after a scan, with its pairs by the lower of their ids.
func scanned(t *testing.T, h house) map[core.PersonID]twins.Pair {
	t.Helper()
	if _, err := h.twins.Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h.waiting(t, wangmiao, deping)
}

func (h house) waiting(t *testing.T, towns ...core.RegionCode) map[core.PersonID]twins.Pair {
	t.Helper()
	out := map[core.PersonID]twins.Pair{}
	h.as(t, func(ctx context.Context, tx *pg.Tx) error {
		list, err := h.twins.Waiting(ctx, tx)
		clear(out)
		for _, p := range list {
			out[p.Person] = p
		}
		return err
	}, towns...)
	return out
}

// both has two people say that two rows of one township are one.
func (h house) both(t *testing.T, pair int64, towns ...core.RegionCode) {
	t.Helper()
	h.say(t, pair, twins.SaySame, 3, towns...)
	h.say(t, pair, twins.SaySame, 4, towns...)
}

// say says something about a pair, in some townships, and draws the consequence.
func (h house) say(t *testing.T, pair int64, say twins.Say, staff core.StaffID, towns ...core.RegionCode) {
	t.Helper()
	h.as(t, func(ctx context.Context, tx *pg.Tx) error {
		return h.twins.Decide(ctx, tx, twins.Verdict{Pair: pair, Say: say, Reason: "看过两边的户口簿。", Staff: staff})
	}, towns...)
	var verdict int64
	h.superuser(t, `select max(id) from person_verdict where pair = $1`, &verdict, pair)
	var waiting int
	if h.superuser(t, bareReasons, &waiting, "户口簿"); waiting != 0 {
		t.Error("a reason lies in the clear")
	}
	h.superuser(t, `select count(*) from jobs_platform.river_job where kind = 'pair_settle' and (args->>'verdict')::bigint = $1`, &waiting, verdict)
	if waiting != 1 {
		t.Fatalf("%d jobs wait for a word, want 1", waiting)
	}
	for range 2 { // a job may run twice
		if err := h.twins.Settle(t.Context(), twins.Settle{Pair: pair, Verdict: verdict}); err != nil {
			t.Fatal(err)
		}
	}
}

// standsFor is who a person's row stands aside for, over the whole city.
func (h house) standsFor(t *testing.T, id core.PersonID) (kept core.PersonID) {
	t.Helper()
	h.superuser(t, `select coalesce(max(kept), 0) from person_alias where gone = $1 and ended is null`, &kept, id)
	return kept
}

// TestDecideAndUndo: the words of two people with their reasons make two rows of one township
// one, and of two others two again: that puts every row back and asks the question again.
// Casework hears of each, once, from the transaction that did it. Controls: leave the undo's
// Unmerge out; leave became out of merge; merge after one word, and undo when it is asked for.
func TestDecideAndUndo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.enrol(t, village, born(t, "赵玉峯", core.NewDate(1940, 3, 6), ""))[0]
	b := h.enrol(t, village, born(t, "赵玉峰", core.NewDate(1940, 3, 6), "37242219400306101"))[0]
	pair := scanned(t, h)[a]
	var before, during, after string
	const people = `select coalesce(md5(string_agg(line, e'\n' order by line)), '') from (select 'p' || t::text as line from person t union all select 'm' || t::text from membership t
		union all select 't' || t::text from person_token t union all select 'ps' || t::text from person_sheet t) every_row`
	h.superuser(t, people, &before)
	h.say(t, pair.ID, twins.SaySame, 3, wangmiao)
	h.say(t, pair.ID, twins.SaySame, 3, wangmiao) // the same person again
	if one := h.waiting(t, wangmiao)[a]; h.standsFor(t, a) != 0 || one.Waits != twins.WaitsSecond || !slices.Equal(one.Sayers, []core.StaffID{3}) {
		t.Errorf("after the word of one person %d stands for %d, and the pair is %+v", h.standsFor(t, a), a, one)
	}
	h.say(t, pair.ID, twins.SaySame, 4, wangmiao)
	h.superuser(t, people, &during)
	if h.standsFor(t, a) != b { // the row with a number stays, though it is the newer
		t.Errorf("%d stands for %d", h.standsFor(t, a), a)
	}
	if len(h.waiting(t, wangmiao)) != 0 {
		t.Error("a pair that is settled waits")
	}
	told := func() (got string) {
		h.superuser(t, `select coalesce(string_agg(coalesce(args->>'apart', 'false'), ' ' order by id), '') from jobs_platform.river_job
			where kind = 'person_became' and (args->>'kept')::bigint = $1 and (args->>'gone')::bigint = $2`, &got, int64(b), int64(a))
		return got
	}
	if got := told(); got != "false" {
		t.Errorf("casework heard %q of a merge", got)
	}
	h.say(t, pair.ID, twins.SayApart, 4, wangmiao)
	if got := told(); got != "false" || h.standsFor(t, a) != b {
		t.Errorf("one person asked for an undo, and casework heard %q", got)
	}
	h.say(t, pair.ID, twins.SayAgree, 5, wangmiao)
	if got := told(); got != "false true" {
		t.Errorf("casework heard %q of a merge and its undo", got)
	}
	h.superuser(t, people, &after)
	if before != during || before != after || h.standsFor(t, a) != 0 {
		t.Error("a merge or its undo changed the register")
	}
	if again := h.waiting(t, wangmiao)[a]; again.State != twins.Open {
		t.Errorf("after an undo the pair is %q", again.State)
	}
	h.say(t, pair.ID, twins.SaySame, 3, wangmiao)
	if h.standsFor(t, a) != 0 {
		t.Error("a word of before the undo counts after it")
	}
	h.say(t, pair.ID, twins.SaySame, 4, wangmiao)
	if h.standsFor(t, a) != b {
		t.Error("what was undone cannot be decided again")
	}
}

// TestTwoTownships: neither side sees the other's person, and both have to say so before
// two rows over a border are one. Controls: settle after the word of one side; leave the
// case for ErrUnknown out of Lay and read the other as the city.
func TestTwoTownships(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := born(t, "周桂兰", core.NewDate(1967, 10, 20), "37242219671020992")
	c.Phone = phone(t, "13905340011")
	d := born(t, "周贵兰", core.NewDate(1967, 10, 20), "")
	d.Phone = c.Phone
	a, b := h.enrol(t, village, c)[0], h.enrol(t, deping, d)[0]
	scanned(t, h)
	for town, mine := range map[core.RegionCode]core.PersonID{wangmiao: a, deping: b} {
		pair := h.waiting(t, town)[mine]
		if pair.Other != 0 || pair.Total != 0 || pair.OtherTown == "" || pair.OtherTown == town {
			t.Errorf("%s sees %+v", town, pair)
		}
		h.as(t, func(ctx context.Context, tx *pg.Tx) error {
			sides, err := h.twins.Lay(ctx, tx, h.why, pair.ID)
			if sides.Here.ID != mine || sides.There.ID != 0 || len(sides.Fields) != 0 || sides.Pair.Other != 0 || sides.Score.Total != 0 {
				t.Errorf("%s sees %+v", town, sides)
			}
			return err
		}, town)
		h.say(t, pair.ID, twins.SaySame, core.StaffID(len(town))+core.StaffID(mine), town)
		if merged := h.standsFor(t, b) != 0; merged != (len(h.waiting(t, wangmiao)) == 0) {
			t.Error("the two sides do not say the same of their pair")
		}
	}
	if h.standsFor(t, b) != a {
		t.Error("both sides said so, and nothing came of it")
	}
	var first int
	h.superuser(t, `select count(*) from person_verdict where verdict = 'same'`, &first)
	if first != 2 {
		t.Errorf("%d words are kept, want one from each side", first)
	}
}

// TestOneSideIsNotEnough: the word of one township merges nobody over a border. Control:
// ask for the region of one line only in merge.
func TestOneSideIsNotEnough(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := born(t, "周桂兰", core.NewDate(1967, 10, 20), "37242219671020992")
	c.Phone = phone(t, "13905340011")
	d := born(t, "周贵兰", core.NewDate(1967, 10, 20), "")
	d.Phone = c.Phone
	a, b := h.enrol(t, village, c)[0], h.enrol(t, deping, d)[0]
	scanned(t, h)
	pair := h.waiting(t, wangmiao)[a]
	h.say(t, pair.ID, twins.SaySame, 3, wangmiao)
	h.say(t, pair.ID, twins.SaySame, 4, wangmiao)
	if h.standsFor(t, b) != 0 || len(h.waiting(t, deping)) != 1 {
		t.Error("one township decided about another's person")
	}
	h.say(t, pair.ID, twins.SaySame, 5, wangmiao, deping) // a county's officer, who sees both
	if h.standsFor(t, b) != a {
		t.Error("who sees both sides cannot decide")
	}
}

// TestDifferentAndLater: one word leaves two rows two for good, whatever the next scan
// thinks; what is put off comes back by itself. Control: flag without looking for the
// pair.
func TestDifferentAndLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.enrol(t, village, born(t, "李喆", core.NewDate(2003, 5, 12), ""))[0]
	h.enrol(t, village, born(t, "李□", core.NewDate(2003, 5, 12), ""))
	pair := scanned(t, h)[a]
	h.say(t, pair.ID, twins.SayLater, 3, wangmiao)
	if len(h.waiting(t, wangmiao)) != 0 {
		t.Error("what was put off waits")
	}
	h.env.Advance(15 * 24 * time.Hour)
	if back := h.waiting(t, wangmiao)[a]; back.State != twins.Later {
		t.Errorf("what was put off is %+v after its days", back)
	}
	h.say(t, pair.ID, twins.SayDifferent, 3, wangmiao)
	if again := scanned(t, h); len(again) != 0 {
		t.Errorf("two who are two are flagged again: %v", again)
	}
}

// TestThreeRows: one person three times: the third goes to the row that the second
// stands aside for, and a chain is never made.
func TestThreeRows(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.enrol(t, village, born(t, "赵玉峯", core.NewDate(1940, 3, 6), ""))[0]
	second := h.enrol(t, village, born(t, "赵玉峰", core.NewDate(1940, 3, 6), ""))[0]
	third := h.enrol(t, village, born(t, "赵玉峰", core.NewDate(1940, 3, 6), "37242219400306101"))[0]
	if _, err := h.twins.Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	var pairs []twins.Pair
	h.as(t, func(ctx context.Context, tx *pg.Tx) (err error) {
		pairs, err = h.twins.Waiting(ctx, tx)
		return err
	}, wangmiao)
	for _, p := range pairs {
		h.both(t, p.ID, wangmiao)
	}
	if len(pairs) != 3 {
		t.Errorf("%d pairs, want 3", len(pairs))
	}
	standing := 0
	for _, id := range []core.PersonID{first, second, third} {
		if to := h.standsFor(t, id); to != 0 {
			standing++
			if h.standsFor(t, to) != 0 {
				t.Error("a row stands aside for one who stands aside")
			}
		}
	}
	if standing != 2 {
		t.Errorf("%d of three rows stand aside, want 2", standing)
	}
}

func TestDecideRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.enrol(t, village, born(t, "李喆", core.NewDate(2003, 5, 12), ""))[0]
	h.enrol(t, village, born(t, "李□", core.NewDate(2003, 5, 12), ""))
	pair := scanned(t, h)[a]
	good := twins.Verdict{Pair: pair.ID, Say: twins.SaySame, Reason: "看过户口本。", Staff: 3}
	for name, tc := range map[string]struct {
		spoil func(*twins.Verdict)
		town  core.RegionCode
		want  core.Kind
	}{
		"a machine":              {func(v *twins.Verdict) { v.Staff = 0 }, wangmiao, core.KindForbidden},
		"no reason":              {func(v *twins.Verdict) { v.Reason = "  " }, wangmiao, core.KindInvalid},
		"one that fits any":      {func(v *twins.Verdict) { v.Reason = "是。" }, wangmiao, core.KindInvalid},
		"a long reason":          {func(v *twins.Verdict) { v.Reason = strings.Repeat("看", 501) }, wangmiao, core.KindInvalid},
		"another word":           {func(v *twins.Verdict) { v.Say = "merge" }, wangmiao, core.KindInvalid},
		"undo by one":            {func(v *twins.Verdict) { v.Say = twins.SayUndo }, wangmiao, core.KindInvalid},
		"undo of what is open":   {func(v *twins.Verdict) { v.Say = twins.SayApart }, wangmiao, core.KindConflict},
		"who has no account":     {func(v *twins.Verdict) { v.Staff = 99 }, wangmiao, core.KindForbidden},
		"another township":       {func(*twins.Verdict) {}, deping, core.KindNotFound},
		"a pair that is not one": {func(v *twins.Verdict) { v.Pair = 999 }, wangmiao, core.KindNotFound},
	} {
		v := good
		tc.spoil(&v)
		err := h.db.Tx(t.Context(), pg.Regions(tc.town), func(ctx context.Context, tx *pg.Tx) error { return h.twins.Decide(ctx, tx, v) })
		if core.KindOf(err) != tc.want {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
	var words int
	if h.superuser(t, `select count(*) from person_verdict`, &words); words != 0 {
		t.Errorf("%d words were kept", words)
	}
}

// TestLay: a pair side by side, field by field, numbers masked, two looks in the log.
func TestLay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.enrol(t, village, born(t, "王秀英", 0, "37242219480305102"))[0]
	other := born(t, "王秀英", 0, "37242219480306102")
	other.Phone = phone(t, "13905340021")
	h.enrol(t, village, other)
	pair := scanned(t, h)[a]
	var before, after int
	h.superuser(t, `select count(*) from audit_pending`, &before)
	h.as(t, func(ctx context.Context, tx *pg.Tx) error {
		sides, err := h.twins.Lay(ctx, tx, h.why, pair.ID)
		got := map[string]twins.Difference{}
		for _, f := range sides.Fields {
			got[f.Path] = f.Is
			if strings.Contains(f.Here.Value+f.There.Value, "1948030") && f.Path == "id_number" {
				t.Error("a whole number is on the page")
			}
		}
		for path, want := range map[string]twins.Difference{"name": twins.FieldSame, "id_number": twins.FieldOther, "birth": twins.FieldOther,
			"sex": twins.FieldSame, "village": twins.FieldSame, "phone": twins.FieldThere} {
			if got[path] != want {
				t.Errorf("%s is %q, want %q", path, got[path], want)
			}
		}
		if len(sides.Score.Parts) != 7 || sides.Score.Total != sides.Pair.Total {
			t.Errorf("the score is %+v, flagged at %d", sides.Score, sides.Pair.Total)
		}
		return err
	}, wangmiao)
	if h.superuser(t, `select count(*) from audit_pending`, &after); after-before != 2 {
		t.Errorf("%d entries for two people looked at", after-before)
	}
}

// bareReasons counts the rows in which words lie in the clear, in whatever column.
const bareReasons = `select count(*) from person_verdict v where v::text like '%' || $1::text || '%' or v::text like '%' || encode(convert_to($1::text, 'UTF8'), 'hex') || '%'`

// P24: why people said what they said of a pair lies sealed, and what lay in the clear is
// sealed once. Controls: Decide that keeps v.Reason as it is ("a reason lies in the clear");
// Reseal without its update ("1 sealed, then 1").
func TestReasonsLieSealed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	raw := func() (n int) {
		h.superuser(t, bareReasons, &n, "户口簿")
		return n
	}
	reasonOfBefore := func() (n int) {
		h.exec(t, `insert into person_pair (pair, region, person, other, other_region, total, found) values (77, '371426104', 901, 902, '371426104', 90, now())`)
		h.superuser(t, `with old as (insert into person_verdict (pair, region, verdict, reason_clear, staff, at) values (77, '371426104', 'later', '看过户口簿', 3, now()) returning 1) select count(*) from old`, &n)
		return n
	}
	if reasonOfBefore() != 1 || raw() != 1 {
		t.Fatal("no reason of before")
	}
	n, err := h.twins.Reseal(t.Context())
	if more, again := h.twins.Reseal(t.Context()); n != 1 || more != 0 || err != nil || again != nil {
		t.Errorf("%d sealed, then %d: %v, %v", n, more, err, again)
	}
	if raw() != 0 {
		t.Error("a reason lies in the clear")
	}
}
