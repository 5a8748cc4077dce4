package people_test

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// The second and the third story of Linyi: the Zhangs of Deping (2) and the Chens of Mengsi
// (3), of whom Liu Zhiqiang is person 4 and little Chen Jiaming person 9.
const (
	zhangs  = "/desk/people/household/2/life"
	child17 = "37142420171008991" // the ID number of the child without its last sign
)

// What takes people of two households, or leads to another township, is told by the county,
// who sees both: tried first, with the cases of either household, and kept after a yes. A
// number that does not fit the name finds nobody, and so does somebody of another county.
//
// Controls: otherOf that does not compare the names ("a slip"); casesOf of the one household
// alone ("the other household's case"); kinds of a township offered to the county.
func TestTheCountyTellsOfTwoHouseholds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.cookie = h.over
	h.openedIn(t, "371424106", 3, "4071882643")
	today, childsID := core.DateOf(h.Shell.Now()).String(), child17+string(core.IDCheckDigit(child17))
	village := h.Regions.Villages("371424106")[0]
	form := func(kind string, more ...string) url.Values {
		v := url.Values{"for": {"reported"}, "kind": {kind}, "day": {today}, "proof": {"paper"}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	adopts := form("adoption", "name", "陈佳明", "other", childsID, "relation", "grandchild")
	if code, body := h.ask(t, zhangs+"?for=reported", nil); code != 200 || !strings.Contains(body, "kind=marriage") || strings.Contains(body, "kind=birth") {
		t.Fatalf("the county is offered: %d %s", code, text(body))
	}
	for what, c := range map[string]struct {
		form url.Values
		code int
	}{
		"a slip":             {spoiled(adopts, "name", "陈家明"), 404},
		"half a number":      {spoiled(adopts, "other", "3714242017"), 422},
		"another county's":   {spoiled(spoiled(adopts, "name", "周桂兰"), "other", herNumber+string(core.IDCheckDigit(herNumber))), 404},
		"nobody's relation":  {spoiled(adopts, "relation", ""), 422},
		"a township's event": {form("death", "member", "4"), 422},
		"a county's town":    {form("move_town", "town", "371426104"), 422},
		"nowhere to live":    {form("marriage", "member", "4", "name", "陈佳明", "other", childsID, "relation", "spouse"), 422},
	} {
		if code, body := h.ask(t, zhangs, c.form); code != c.code {
			t.Errorf("%s: %d %s", what, code, text(body))
		}
	}
	for kind, c := range map[string]struct {
		form url.Values
		says string
	}{
		"adoption":  {adopts, "收养陈佳明"},
		"marriage":  {form("marriage", "member", "4", "name", "陈佳明", "other", childsID, "relation", "spouse", "where", "here"), "陈佳明住到这一家来"},
		"there":     {form("marriage", "member", "4", "name", "陈佳明", "other", childsID, "relation", "other", "where", "there"), "刘志强住到陈佳明家去"},
		"divorce":   {form("divorce", "member", "4", "relation-4", "applicant", "town", "371424106", "detail", village.Name), "刘志强搬出去"},
		"move_town": {form("move_town", "town", "371424106", "detail", village.Name), "家搬到"},
	} {
		code, body := h.ask(t, zhangs, c.form)
		if page := text(body); code != 200 || !strings.Contains(page, "还没有登记") || !strings.Contains(page, c.says) {
			t.Errorf("%s: %d %s", kind, code, page)
		}
	}
	if _, body := h.ask(t, zhangs, adopts); !strings.Contains(body, "4071882643") {
		t.Error("the other household's case is not shown")
	}
	if code, body := h.ask(t, zhangs, spoiled(adopts, "sure", "1")); code != 303 {
		t.Fatalf("register: %d %s", code, text(body))
	}
	if _, body := h.ask(t, "/desk/people/household/3?for=check", nil); !strings.Contains(text(body), "陈立国家 · 2 口人") || strings.Contains(text(body), "陈佳明") {
		t.Errorf("the child is still there: %s", text(body))
	}
	if code, _ := h.ask(t, zhangs, spoiled(form("move_in", "name", "陈佳明", "other", childsID, "relation", "grandchild"), "sure", "1")); code != 422 {
		t.Errorf("who never left moves back: %d", code)
	}
	if n := h.entries(t, "event.entered", "有人反映"); n != 2 {
		t.Errorf("%d entries of one event in two households", n)
	}
}

// adopts is a form by which the child of household 3 comes to household 2.
func adopts(h *house) url.Values {
	return url.Values{"for": {"reported"}, "kind": {"adoption"}, "day": {core.DateOf(h.Shell.Now()).String()}, "proof": {"paper"},
		"name": {"陈佳明"}, "other": {child17 + string(core.IDCheckDigit(child17))}, "relation": {"grandchild"}}
}

// An event that is only tried is rolled back; that somebody of another household was found,
// and whose cases were shown, stays in the log all the same.
//
// Control: tell without otherOf in its first look ("0 looks at the child").
func TestATrialLeavesItsTrace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.cookie = h.over
	if code, body := h.ask(t, zhangs, adopts(h)); code != 200 || !strings.Contains(text(body), "收养陈佳明") {
		t.Fatalf("tried: %d %s", code, text(body))
	}
	if n := h.entries(t, "person.read", "有人反映"); n != 1 || h.entries(t, "event.entered", "") != 0 {
		t.Errorf("%d looks at the child in the log", n)
	}
}

// Kin of either household keep out of an event of both, also where it is taken back.
//
// Control: untell that asks of the one household alone ("kin of the other: 303").
func TestKinOfTheOtherHouseholdTakeNothingBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.cookie = h.over
	if code, body := h.ask(t, zhangs, spoiled(adopts(h), "sure", "1")); code != 303 {
		t.Fatalf("register: %d %s", code, text(body))
	}
	var event int64
	var me core.StaffID
	var kin core.PersonID
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `select (select max(id) from life_event), (select id from staff_account where login = $1), (select min(person) from membership where household = 3 and until is null)`
		if err := tx.QueryRow(ctx, sql, county).Scan(&event, &me, &kin); err != nil {
			return err
		}
		return h.Staff.DeclareRelative(ctx, tx, audit.Actor{Kind: "operator"}, me, kin, "叔侄")
	}))
	if code, body := h.ask(t, zhangs+"/undo", url.Values{"for": {"reported"}, "event": {strconv.FormatInt(event, 10)}, "sure": {"1"}}); code != 403 {
		t.Errorf("kin of the other: %d %s", code, text(body))
	}
}
