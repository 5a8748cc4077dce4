package twins_test

import (
	"context"
	"fmt"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry/twins"
)

// overABorder is a house with one pair over a border, of which officer 3 sees Wangmiao and
// officer 5 Deping.
func overABorder(t *testing.T) (h house, pair int64, a, b core.PersonID) {
	t.Helper()
	h = newHouse(t)
	c, d := born(t, "周桂兰", core.NewDate(1967, 10, 20), "37242219671020992"), born(t, "周贵兰", core.NewDate(1967, 10, 20), "")
	c.Phone = phone(t, "13905340011")
	d.Phone = c.Phone
	a, b = h.enrol(t, village, c)[0], h.enrol(t, deping, d)[0]
	pair = scanned(t, h)[a].ID
	h.exec(t, `update staff_account set roles = '{officer}', regions = '{371426104}' where id in (3, 4); update staff_account set roles = '{officer}', regions = '{371424103}' where id in (5, 6)`)
	return h, pair, a, b
}

// reads is what the officers of one township read of a pair, in their own scope.
func (h house) reads(t *testing.T, pair int64, town core.RegionCode) (s twins.Sides, words []twins.Word, one []twins.Union) {
	t.Helper()
	h.as(t, func(ctx context.Context, tx *pg.Tx) (err error) {
		if s, err = h.twins.Lay(ctx, tx, h.why, pair); err != nil {
			return err
		}
		if words, err = h.twins.Words(ctx, tx, pair); err != nil {
			return err
		}
		one, err = h.twins.Unions(ctx, tx, []core.PersonID{s.Here.ID})
		return err
	}, town)
	return s, words, one
}

// TestBothTownsReadWhetherAnUndoWaits: an undo asked for in one township and answered in the
// other, or taken back, waits in neither from that moment, before any job has run: no page holds
// on to an asking whose answer it cannot see, and anybody may ask once more. That it was granted
// both read as well.
//
// Controls: person_verdict_fits that does not clear `waits` for 'keep' ("kept in the other town:
// 371426104 reads … Waits:apart"); Asked without Sayers ("asked in the other town: 371426104 sees
// who asks: true").
func TestBothTownsReadWhetherAnUndoWaits(t *testing.T) {
	t.Parallel()
	h, pair, _, b := overABorder(t)
	h.say(t, pair, twins.SaySame, 3, wangmiao)
	h.say(t, pair, twins.SaySame, 5, deping)
	tell := func(name string, say twins.Say, staff core.StaffID, town core.RegionCode) {
		t.Helper()
		if err := h.tell(t.Context(), pair, say, staff, town); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	both := func(name string, want twins.Waits, askedIn core.RegionCode) {
		t.Helper()
		for _, town := range []core.RegionCode{wangmiao, deping} {
			s, words, one := h.reads(t, pair, town)
			if s.Pair.State != twins.One || s.Pair.Waits != want || len(one) != 1 || one[0].Waits != want {
				t.Errorf("%s: %s reads %+v, %+v", name, town, s.Pair, one)
				continue
			}
			_, seen := s.Pair.Asked(words)
			if seen != (town == askedIn) || (one[0].Asked != nil) != seen {
				t.Errorf("%s: %s sees who asks: %v, %+v", name, town, seen, one[0].Asked)
			}
		}
	}
	both("one", "", "")
	tell("asked", twins.SayApart, 3, wangmiao)
	both("asked", twins.WaitsApart, wangmiao)
	tell("kept in the other town", twins.SayKeep, 5, deping)
	both("kept in the other town", "", "")
	if s, words, _ := h.reads(t, pair, wangmiao); !s.Pair.Declined(words) {
		t.Error("who asked does not learn that somebody answered")
	}
	h.settle(t, pair)
	both("kept and drawn", "", "")
	tell("asked once more", twins.SayApart, 4, wangmiao)
	both("asked once more", twins.WaitsApart, wangmiao)
	tell("taken back", twins.SayBack, 4, wangmiao)
	both("taken back", "", "")
	if s, words, _ := h.reads(t, pair, wangmiao); s.Pair.Declined(words) {
		t.Error("what was taken back reads as declined")
	}
	tell("asked in the other town", twins.SayApart, 6, deping)
	both("asked in the other town", twins.WaitsApart, deping)
	tell("granted", twins.SayAgree, 3, wangmiao)
	both("granted", twins.WaitsParting, "")
	if h.settle(t, pair); h.standsFor(t, b) != 0 {
		t.Error("granted, and nothing came of it")
	}
}

// TestAfterAnUndoBothTownsAreAskedAnew: what was said of two rows before they were made two
// again counts for neither township, also where the word that made them two is the other's and
// out of sight; what is said afterwards counts, and makes them one again.
//
// Controls: person_verdict_fits that does not write `since` ("371426104 still counts 1 words of
// before"); Standing without Past (the job fails: "two_people").
func TestAfterAnUndoBothTownsAreAskedAnew(t *testing.T) {
	t.Parallel()
	h, pair, a, b := overABorder(t)
	h.say(t, pair, twins.SaySame, 3, wangmiao)
	h.say(t, pair, twins.SaySame, 5, deping)
	h.say(t, pair, twins.SayApart, 3, wangmiao)
	h.say(t, pair, twins.SayAgree, 5, deping)
	anew := func(town core.RegionCode, standing int, waits twins.Waits) {
		t.Helper()
		s, words, _ := h.reads(t, pair, town)
		if n := len(s.Pair.Standing(words)); n != standing || s.Pair.State != twins.Open || s.Pair.Waits != waits || !s.Pair.Parted() {
			t.Errorf("%s still counts %d words of before, want %d, of %+v", town, n, standing, s.Pair)
		}
	}
	anew(wangmiao, 0, "")
	anew(deping, 0, "")
	h.say(t, pair, twins.SaySame, 5, deping)
	anew(wangmiao, 0, twins.WaitsSecond)
	anew(deping, 1, twins.WaitsBeyond)
	if h.standsFor(t, b) != 0 {
		t.Error("a word of before the undo counted")
	}
	if h.say(t, pair, twins.SaySame, 4, wangmiao); h.standsFor(t, b) != a {
		t.Error("both said so anew, and nothing came of it")
	}
}

// TestOverABorderAMergeInTheWayIsSeen: the own row stands aside for another already: the pair
// says that it is blocked, though the row over the border is out of sight.
//
// Control: Lay without it ("not blocked").
func TestOverABorderAMergeInTheWayIsSeen(t *testing.T) {
	t.Parallel()
	h, pair, a, b := overABorder(t)
	x := h.enrol(t, deping, born(t, "周贵兰", core.NewDate(1967, 10, 20), "37242219671020994"))[0]
	h.exec(t, fmt.Sprintf(`insert into person_pair (pair, region, person, other, other_region, total, found) values (901, '371424103', %[1]d, %[2]d, '371424103', 90, now()), (901, '371424103', %[2]d, %[1]d, '371424103', 90, now())`, b, x))
	h.say(t, 901, twins.SaySame, 5, deping)
	h.say(t, 901, twins.SaySame, 6, deping)
	if h.standsFor(t, b) != x {
		t.Fatal("the two of one town are not one")
	}
	if s, _, _ := h.reads(t, pair, deping); !s.Blocked || s.There.ID != 0 {
		t.Errorf("not blocked, or in sight: %+v", s)
	}
	h.say(t, pair, twins.SaySame, 3, wangmiao)
	if h.say(t, pair, twins.SaySame, 5, deping); h.standsFor(t, b) == a {
		t.Error("a chain")
	}
}
