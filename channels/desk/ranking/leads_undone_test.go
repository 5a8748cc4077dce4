package ranking_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
)

// couple is a household of a township that nothing fits, with somebody in it and their spouse.
func (h *house) couple(t *testing.T, town core.RegionCode) (id core.HouseholdID, head core.PersonID) {
	t.Helper()
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		list, err := h.watch.Found().All(ctx, tx, town)
		for _, f := range list {
			if f.Eligible != 0 || id != 0 {
				continue
			}
			const sql = `select coalesce(max(household), 0), coalesce(max(person) filter (where relation = 'applicant'), 0) from membership where household = $1 and until is null
				having bool_or(relation = 'spouse') and count(*) = 2`
			if e := tx.QueryRow(ctx, sql, int64(f.Household)).Scan(&id, &head); e != nil {
				id, head = 0, 0
			}
		}
		return err
	}))
	if id == 0 {
		t.Fatal("no couple that nothing fits")
	}
	return id, head
}

// dead registers somebody's death, and gives how it is taken back.
func (h *house) dead(t *testing.T, who core.PersonID) (undo func()) {
	t.Helper()
	life, err := registry.NewLife(h.reg, h.into)
	must(t, err)
	why := registry.Purpose{Actor: audit.Actor{Kind: "staff", ID: "1"}, Why: "test"}
	var event registry.EventID
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) (err error) {
		event, err = life.Death(ctx, tx, why, registry.Told{Day: tx.Today(), Source: "registry:civil"}, who)
		return err
	}))
	return func() {
		t.Helper()
		must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := life.Undo(ctx, tx, why, "registry:civil", event)
			return err
		}))
	}
}

// TestALeadTellsNothingOfWhatWasUndone: somebody's death is registered, looked at, and taken back,
// and their income corrected meanwhile. What a lead says of why it is there compares with what
// stands: the household as it was before that event, and as it was at the look after its undo.
// A lead that was found while it stood tells nothing of it, nor one that was found after it.
//
// Controls: Since of the days of the lead alone ("found while it stood: … 少了人1 口", "…:配偶→本人", no "平均每人月收入");
// Found without what stands ("found while it stood"); Last without it ("found afterwards: … 多了一口人").
func TestALeadTellsNothingOfWhatWasUndone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what  string
		early bool // the lead is found while the event stands
	}{{"found while it stood", true}, {"found afterwards", false}} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			home, head := h.couple(t, wangmiao)
			h.learnt(t, home, 0, `{"house_grade":"A","owns_home":true,"houses":1,"area":"rural","income_per_capita_month":310}`)
			h.scan(t)
			damaged := `{"house_grade":"D","statuses":["dibao"]}`
			undo := h.dead(t, head)
			if c.early {
				h.learnt(t, home, 0, damaged)
			}
			h.scan(t)
			if !c.early {
				h.learnt(t, home, 0, damaged)
			}
			h.learnt(t, home, 0, `{"income_per_capita_month":290}`)
			undo()
			h.scan(t)
			h.learnt(t, home, 0, `{"houses":3}`) // after all of it, and no reason of it
			_, part := h.ask(t, officer, fmt.Sprintf("/desk/ranking/lead/%d/why", h.leadOf(t, home)), nil)
			said := tags.ReplaceAllString(part, "")
			for _, want := range []string{"房屋鉴定:A级", "平均每人月收入:310元/月→290元/月", "!少了人", "!多了一口人", "!本人", "!配偶", "!房子几处"} {
				if not, is := strings.CutPrefix(want, "!"); strings.Contains(said, not) == is {
					t.Errorf("%q (not: %v) in %s", not, is, said)
				}
			}
		})
	}
}
