package twins_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry/twins"
)

// aPair is a house with one pair of one township, the row that is to stand aside first.
func aPair(t *testing.T) (h house, pair int64, gone, kept core.PersonID) {
	t.Helper()
	h = newHouse(t)
	gone = h.enrol(t, village, born(t, "赵玉峯", core.NewDate(1940, 3, 6), ""))[0]
	kept = h.enrol(t, village, born(t, "赵玉峰", core.NewDate(1940, 3, 6), "37242219400306101"))[0]
	return h, scanned(t, h)[gone].ID, gone, kept
}

// tell is Decide alone.
func (h house) tell(ctx context.Context, pair int64, say twins.Say, staff core.StaffID, towns ...core.RegionCode) error {
	return h.db.Tx(ctx, pg.Regions(towns...), func(ctx context.Context, tx *pg.Tx) error {
		return h.twins.Decide(ctx, tx, twins.Verdict{Pair: pair, Say: say, Reason: "看过两边的户口簿。", Staff: staff})
	})
}

func (h house) settle(t *testing.T, pair int64) {
	t.Helper()
	if err := h.twins.Settle(t.Context(), twins.Settle{Pair: pair}); err != nil {
		t.Fatalf("a job that fails, and is tried for ever: %v", err)
	}
}

// line is what the township reads of the pair.
func (h house) line(t *testing.T, pair int64, town core.RegionCode) (p twins.Pair) {
	t.Helper()
	h.superuser(t, `select coalesce(waits, '') from person_pair where pair = $1 and region = $2 limit 1`, &p.Waits, pair, string(town))
	h.superuser(t, `select state from person_pair where pair = $1 and region = $2 limit 1`, &p.State, pair, string(town))
	return p
}

// TestUndoTakesTwo: who asks for an undo does not grant it; another declines or grants it; who
// asked takes it back, and nobody else does. While it waits another asks for nothing, and
// nobody says of one person that they are one.
//
// Controls: person_verdict_fits without pair_two_people ("who asked granted it: <nil>, want
// pair_two_people"). Named: without pair_asked; 'back' of anybody.
func TestUndoTakesTwo(t *testing.T) {
	t.Parallel()
	h, pair, gone, kept := aPair(t)
	h.both(t, pair, wangmiao)
	step := func(name string, say twins.Say, staff core.StaffID, want error) {
		t.Helper()
		err := h.tell(t.Context(), pair, say, staff, wangmiao)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		h.settle(t, pair)
	}
	waits := func(name string, want twins.Waits) {
		t.Helper()
		if got := h.line(t, pair, wangmiao); got.State != twins.One || got.Waits != want || h.standsFor(t, gone) != kept {
			t.Errorf("%s: the pair is %+v", name, got)
		}
	}
	step("granted and never asked for", twins.SayAgree, 5, twins.ErrMoved)
	step("one of the two asked", twins.SayApart, 3, nil)
	waits("asked", twins.WaitsApart)
	step("asked twice", twins.SayApart, 5, twins.ErrAsked)
	step("who asked granted it", twins.SayAgree, 3, twins.ErrOwnAsk)
	step("who asked declined it", twins.SayKeep, 3, twins.ErrOwnAsk)
	step("another took it back", twins.SayBack, 4, twins.ErrMoved)
	step("who asked took it back", twins.SayBack, 3, nil)
	waits("taken back", "")
	step("granted when it was taken back", twins.SayAgree, 4, twins.ErrMoved)
	step("the other of the two asked", twins.SayApart, 4, nil)
	step("declined", twins.SayKeep, 3, nil)
	waits("declined", "")
	step("one person said of one", twins.SaySame, 5, twins.ErrMoved)
	step("asked once more", twins.SayApart, 5, nil)
	step("granted", twins.SayAgree, 3, nil)
	var asker, ender int
	h.superuser(t, `select end_asker from person_alias`, &asker)
	h.superuser(t, `select ender from person_alias`, &ender)
	if got := h.line(t, pair, wangmiao); got.State != twins.Open || got.Waits != "" || h.standsFor(t, gone) != 0 || asker != 5 || ender != 3 {
		t.Errorf("granted: the pair is %+v, ended for %d by %d", got, asker, ender)
	}
}

// TestBetweenAWordAndItsConsequence: what is said before the job has run is not lost and not
// twisted: a no makes the two words for it nothing; an undo that was granted is not asked for
// again; nobody's word of before the rows were two counts.
//
// Named controls: Settle that merges before it looks for a no; person_verdict_fits without
// "before.verdict = 'agree'".
func TestBetweenAWordAndItsConsequence(t *testing.T) {
	t.Parallel()
	h, pair, gone, kept := aPair(t)
	say := func(say twins.Say, staff core.StaffID) {
		t.Helper()
		if err := h.tell(t.Context(), pair, say, staff, wangmiao); err != nil {
			t.Fatal(err)
		}
	}
	say(twins.SaySame, 3)
	say(twins.SaySame, 4)
	say(twins.SayDifferent, 5)
	h.settle(t, pair)
	if h.line(t, pair, wangmiao).State != twins.Different || h.standsFor(t, gone) != 0 {
		t.Error("two rows became one over a no")
	}
	say(twins.SaySame, 5) // changes their mind
	h.settle(t, pair)
	if h.standsFor(t, gone) != kept {
		t.Error("three say so, and nothing came of it")
	}
	say(twins.SayApart, 3)
	say(twins.SayAgree, 4)
	if err := h.tell(t.Context(), pair, twins.SayApart, 5, wangmiao); !errors.Is(err, twins.ErrMoved) {
		t.Errorf("asked again before it was drawn: %v", err)
	}
	h.settle(t, pair)
	if h.line(t, pair, wangmiao).State != twins.Open || h.standsFor(t, gone) != 0 {
		t.Error("granted, and nothing came of it")
	}
}

// TestAtOnce: of words that arrive at once each is taken or refused as if they had come one
// after the other, and what comes of them is the same: one person twice is one, two are two,
// and of a grant, a refusal and a taking back one is taken.
//
// Control: person_verdict_fits without its lock ("2 of 3 answers to one asking were taken").
func TestAtOnce(t *testing.T) {
	t.Parallel()
	h, pair, gone, kept := aPair(t)
	at := func(words ...func() error) (taken int) {
		t.Helper()
		errs := make([]error, len(words))
		var all sync.WaitGroup
		for i, say := range words {
			all.Go(func() { errs[i] = say() })
		}
		all.Wait()
		for _, err := range errs {
			if err == nil {
				taken++
			} else if core.KindOf(err) == core.KindInternal {
				t.Errorf("a word failed: %v", err)
			}
		}
		return taken
	}
	say := func(say twins.Say, staff core.StaffID) func() error {
		return func() error { return h.tell(t.Context(), pair, say, staff, wangmiao) }
	}
	draw := func() error { return h.twins.Settle(t.Context(), twins.Settle{Pair: pair}) }
	for round := range 4 {
		at(say(twins.SaySame, 3), say(twins.SaySame, 3), draw)
		if h.settle(t, pair); h.standsFor(t, gone) != 0 {
			t.Fatal("one person twice at once merged two rows")
		}
		at(say(twins.SaySame, 4), say(twins.SaySame, 5), draw, draw)
		if h.settle(t, pair); h.standsFor(t, gone) != kept {
			t.Fatal("two at once, and nothing came of it")
		}
		if n := at(say(twins.SayApart, 3), say(twins.SayApart, 4)); n != 1 {
			t.Errorf("round %d: %d askings stand", round, n)
		}
		var asker core.StaffID
		h.superuser(t, `select staff from person_verdict where verdict = 'apart' order by id desc limit 1`, &asker)
		if n := at(say(twins.SayBack, asker), say(twins.SayAgree, 5), say(twins.SayKeep, 6)); n != 1 {
			t.Errorf("%d of 3 answers to one asking were taken", n)
		}
		if h.settle(t, pair); h.standsFor(t, gone) != 0 {
			at(say(twins.SayApart, 3))
			at(say(twins.SayAgree, 4))
			h.settle(t, pair)
		}
	}
}

// TestKinAreNoneOfTheTwo: who is kin of one says nothing, whatever program asks; what somebody
// said who was found to be kin afterwards counts for nothing, and the pair waits for another.
//
// Controls: ForOne that leaves kin in (the job fails: "two_people"). Named: person_verdict_fits
// without pair_kin.
func TestKinAreNoneOfTheTwo(t *testing.T) {
	t.Parallel()
	h, pair, gone, kept := aPair(t)
	kin := func(staff int) {
		t.Helper()
		h.exec(t, fmt.Sprintf(`insert into staff_relative (staff, person, relation, said) values (%d, %d, '叔侄', now())`, staff, gone))
	}
	kin(3)
	if err := h.tell(t.Context(), pair, twins.SaySame, 3, wangmiao); !errors.Is(err, twins.ErrKin) {
		t.Errorf("kin said so: %v", err)
	}
	h.say(t, pair, twins.SaySame, 4, wangmiao)
	kin(4)
	h.say(t, pair, twins.SaySame, 5, wangmiao)
	if h.standsFor(t, gone) != 0 || h.line(t, pair, wangmiao).Waits != twins.WaitsSecond {
		t.Error("kin were one of the two")
	}
	h.say(t, pair, twins.SaySame, 6, wangmiao)
	if h.standsFor(t, gone) != kept {
		t.Error("two who are no kin said so, and nothing came of it")
	}
	h.say(t, pair, twins.SayApart, 5, wangmiao)
	kin(5)
	if err := h.tell(t.Context(), pair, twins.SayAgree, 6, wangmiao); !errors.Is(err, twins.ErrAskKin) {
		t.Errorf("what kin asked for was granted: %v", err)
	}
	h.say(t, pair, twins.SayKeep, 6, wangmiao)
	h.say(t, pair, twins.SayApart, 7, wangmiao)
	h.say(t, pair, twins.SayAgree, 6, wangmiao)
	if h.standsFor(t, gone) != 0 {
		t.Error("two who are no kin undid it, and nothing came of it")
	}
}

// TestALoneNoCountsWhileItsSayerDoes: one who says that they are two is enough, but not who is found
// to be kin of somebody they live with, nor who is on the staff no more: two others make them one.
//
// Controls: Settle with every "different" (both names), pair_kin of the two alone ("kin of the household keeps them two").
func TestALoneNoCountsWhileItsSayerDoes(t *testing.T) {
	t.Parallel()
	for name, over := range map[string]string{
		"kin of the household keeps them two": `insert into membership (household, person, region, ref, since) select 77001, n, '371426104', 'm' || n, '2020-01-01' from unnest(array[%[1]d, 77002]) n on conflict do nothing;
			insert into staff_relative (staff, person, relation, said) values (8, 77002, '父亲', now())`,
		"who left the staff keeps them two": `update staff_account set active = false where id = 8 and %[1]d > 0`,
	} {
		h, pair, gone, kept := aPair(t)
		h.exec(t, "update membership set until = (now() at time zone 'Asia/Shanghai')::date where person = "+fmt.Sprint(gone)+" and until is null")
		h.say(t, pair, twins.SayDifferent, 8, wangmiao)
		h.say(t, pair, twins.SaySame, 9, wangmiao)
		h.say(t, pair, twins.SaySame, 10, wangmiao)
		if h.standsFor(t, gone) != 0 {
			t.Fatalf("%s: one who says that they are two was not enough", name)
		}
		h.exec(t, "set session_replication_role = replica; "+fmt.Sprintf(over, gone))
		h.say(t, pair, twins.SaySame, 9, wangmiao)
		if h.standsFor(t, gone) != kept {
			t.Error(name)
		}
	}
}

// TestForSecond: what waits for a second person is listed and counted for who may second it,
// and told apart for who said so; over a border it waits where nobody has said so yet, for
// whose word it is; kin have it in neither.
//
// Named controls: waitForWords that writes WaitsSecond on both lines; isForSecond without
// pair_kin.
func TestForSecond(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := born(t, "周桂兰", core.NewDate(1967, 10, 20), "37242219671020992")
	c.Phone = phone(t, "13905340011")
	d := born(t, "周贵兰", core.NewDate(1967, 10, 20), "")
	d.Phone = c.Phone
	a, b := h.enrol(t, village, c)[0], h.enrol(t, deping, d)[0]
	pair := scanned(t, h)[a].ID
	count := func(me core.StaffID, town core.RegionCode) (got [3]int) {
		t.Helper()
		h.as(t, func(ctx context.Context, tx *pg.Tx) error {
			list, err := h.twins.ForSecond(ctx, tx, me)
			if err != nil {
				return err
			}
			got[2] = len(list)
			got[0], got[1], err = twins.CountForSecond(ctx, tx, me, town)
			return err
		}, town)
		return got
	}
	if got := count(3, wangmiao); got != [3]int{} {
		t.Errorf("nobody said anything, and %v wait", got)
	}
	h.say(t, pair, twins.SaySame, 3, wangmiao)
	if got := count(4, wangmiao); got != [3]int{} {
		t.Errorf("the town that said so is asked for more: %v", got)
	}
	if got := count(5, deping); got != [3]int{1, 0, 1} {
		t.Errorf("the other town counts %v", got)
	}
	h.exec(t, fmt.Sprintf(`insert into staff_relative (staff, person, relation, said) values (6, %d, '叔侄', now())`, a))
	if got := count(6, deping); got != [3]int{} {
		t.Errorf("kin are asked for their word: %v", got)
	}
	h.say(t, pair, twins.SaySame, 5, deping)
	if h.standsFor(t, b) != a || count(5, deping) != [3]int{} {
		t.Error("both said so, and it waits")
	}
	h.say(t, pair, twins.SayApart, 5, deping)
	for _, town := range []core.RegionCode{wangmiao, deping} {
		if got := count(3, town); got != [3]int{1, 0, 1} {
			t.Errorf("an undo that waits: %s counts %v", town, got)
		}
	}
	if got := count(5, deping); got != [3]int{0, 1, 1} {
		t.Errorf("who asked counts %v", got)
	}
	h.say(t, pair, twins.SayAgree, 3, wangmiao) // of the other town, whose officers see no word of the asker's
	if h.standsFor(t, b) != 0 {
		t.Error("granted, and nothing came of it")
	}
}

// TestRandomWords: whatever is said by whom in whatever order, over a border or not, and
// however late the consequence is drawn: two rows are one only while two people stand behind
// it, with the townships of both, and nobody against it; they were two again only when one
// asked and another agreed; and no job fails.
//
// Named controls: Standing that goes on over an undo; merge without a town's word.
func TestRandomWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		if n++; n > 12 { // one is a hundred transactions
			return
		}
		far := rapid.SampledFrom([]core.RegionCode{village, deping}).Draw(rt, "far")
		name := []string{"赵玉峯", "赵玉峰"}
		x := h.enrol(t, village, born(t, name[0], core.NewDate(1940, 3, 1+n), ""))[0]
		y := h.enrol(t, far, born(t, name[1], core.NewDate(1940, 3, 1+n), fmt.Sprintf("37242219400306%03d", 100+2*n)))[0]
		pair := int64(1000 + n)
		h.exec(t, fmt.Sprintf(`insert into person_pair (pair, region, person, other, other_region, total, found) values (%d, '%s', %d, %d, '%s', 90, now()), (%d, '%s', %d, %d, '%s', 90, now())`,
			pair, village.Township(), x, y, far.Township(), pair, far.Township(), y, x, village.Township()))
		m := model{towns: []core.RegionCode{village.Township(), far.Township()}}
		for range rapid.IntRange(4, 24).Draw(rt, "words") {
			v := twins.Verdict{Pair: pair, Reason: "看过。", Staff: core.StaffID(rapid.IntRange(3, 6).Draw(rt, "staff")),
				Say: rapid.SampledFrom([]twins.Say{twins.SaySame, twins.SaySame, twins.SaySame, twins.SayLater, twins.SayDifferent, twins.SayApart, twins.SayAgree, twins.SayAgree, twins.SayKeep, twins.SayBack}).Draw(rt, "say")}
			scope := rapid.SampledFrom([][]core.RegionCode{{m.towns[0]}, {m.towns[1]}, m.towns}).Draw(rt, "scope")
			err := h.tell(t.Context(), pair, v.Say, v.Staff, scope...)
			if err == nil {
				m.heard(v, scope)
			} else if k := core.KindOf(err); k != core.KindConflict && k != core.KindForbidden {
				rt.Fatalf("a word failed: %v", err)
			}
			if rapid.Bool().Draw(rt, "draw") {
				if err := h.twins.Settle(t.Context(), twins.Settle{Pair: pair}); err != nil {
					rt.Fatalf("a job that fails, and is tried for ever: %v", err)
				}
				m.drawn()
			}
			if is := h.standsFor(t, x) != 0 || h.standsFor(t, y) != 0; is != m.one {
				rt.Fatalf("the rows are one: %v, want %v after %v", is, m.one, m.log)
			}
		}
	})
	var alone int
	if h.superuser(t, `select count(*) from person_alias where second is null or second = decider or ended is not null and (end_asker is null or end_asker = ender)`, &alone); alone != 0 {
		t.Errorf("one person merged or parted rows %d times", alone)
	}
}

// model is what two people, and no fewer, can do: naively.
type model struct {
	towns  []core.RegionCode
	log    []string
	last   map[string]twins.Say // by staff and town
	put    bool                 // the last word put it off
	one    bool
	agreed bool // and not drawn yet
}

func (m *model) heard(v twins.Verdict, scope []core.RegionCode) {
	m.log = append(m.log, fmt.Sprint(v.Say, v.Staff, scope))
	switch v.Say {
	case twins.SayAgree:
		m.agreed, m.last = true, nil
	case twins.SaySame, twins.SayDifferent, twins.SayLater:
		if m.last == nil {
			m.last = map[string]twins.Say{}
		}
		for _, town := range scope {
			m.last[fmt.Sprint(v.Staff, " ", town)] = v.Say
		}
		m.put = v.Say == twins.SayLater
	}
}

func (m *model) drawn() {
	if m.one {
		m.one, m.agreed = !m.agreed, false
		return
	}
	var staff, towns []string
	for key, say := range m.last {
		if say == twins.SayDifferent {
			return
		}
		if say == twins.SaySame {
			var who, town string
			fmt.Sscan(key, &who, &town)
			staff, towns = append(staff, who), append(towns, town)
		}
	}
	slices.Sort(staff)
	m.one = !m.put && len(slices.Compact(staff)) > 1 && slices.Contains(towns, string(m.towns[0])) && slices.Contains(towns, string(m.towns[1]))
}

// TestAPairIsPutOffOnce: a pair of which somebody says that it is one person comes back on the list
// with that word, whoever had put it off before; another puts it off once, and nobody does once more:
// neither that one, nor a third, nor after a repeated word. Who said so may change their mind, and
// where nobody says so it is put off as often as anybody likes.
//
// Controls: merge without the settling ("said again: the pair is later"); person_verdict_fits of
// before ("put off twice: <nil>"); pair_put_off without the staff of before ("nobody says so any
// more: pair_put_off").
func TestAPairIsPutOffOnce(t *testing.T) {
	t.Parallel()
	h, pair, _, _ := aPair(t)
	step := func(name string, say twins.Say, staff core.StaffID, want error, state twins.State, waits twins.Waits) {
		t.Helper()
		if err := h.tell(t.Context(), pair, say, staff, wangmiao); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		h.settle(t, pair)
		if got := h.line(t, pair, wangmiao); got.State != state || got.Waits != waits {
			t.Errorf("%s: the pair is %s, and waits for %q", name, got.State, got.Waits)
		}
	}
	step("nobody says so yet", twins.SayLater, 4, nil, twins.Later, "")
	step("nor now", twins.SayLater, 5, nil, twins.Later, "")
	step("one says so", twins.SaySame, 3, nil, twins.Open, twins.WaitsSecond)
	step("by who put it off before", twins.SayLater, 4, twins.ErrPutOff, twins.Open, twins.WaitsSecond)
	step("another puts it off", twins.SayLater, 6, nil, twins.Later, twins.WaitsSecond)
	step("said again", twins.SaySame, 3, nil, twins.Open, twins.WaitsSecond)
	step("put off twice", twins.SayLater, 6, twins.ErrPutOff, twins.Open, twins.WaitsSecond)
	step("by a third", twins.SayLater, 7, twins.ErrPutOff, twins.Open, twins.WaitsSecond)
	step("who said so does not any more", twins.SayLater, 3, nil, twins.Later, "")
	step("nobody says so any more", twins.SayLater, 7, nil, twins.Later, "")
	step("a second one all the same", twins.SaySame, 5, nil, twins.Open, twins.WaitsSecond)
	step("and another", twins.SaySame, 3, nil, twins.One, "")
}
