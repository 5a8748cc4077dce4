package ranking

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/watch"
)

// kin says which of some households are kin of who is at the desk: what they may be due is
// seen to by somebody else. A household that nobody lives in any more is of those who did.
func (k *Room) kin(ctx context.Context, tx *pg.Tx, at desk.At, ids []core.HouseholdID) (map[core.HouseholdID]bool, error) {
	living, err := k.d.Registry.Living(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	homes, lived := map[core.PersonID][]core.HouseholdID{}, map[core.HouseholdID]bool{}
	for person, home := range living {
		homes[person], lived[home] = append(homes[person], home), true
	}
	if empty := slices.DeleteFunc(slices.Clone(ids), func(id core.HouseholdID) bool { return lived[id] }); len(empty) > 0 {
		left, err := k.d.Registry.Lived(ctx, tx, empty)
		if err != nil {
			return nil, err
		}
		for person, of := range left {
			homes[person] = append(homes[person], of...)
		}
	}
	kin, err := k.d.Staff.KinOf(ctx, tx, at.Staff.ID, slices.Collect(maps.Keys(homes)))
	out := map[core.HouseholdID]bool{}
	for _, person := range kin {
		for _, home := range homes[person] {
			out[home] = true
		}
	}
	return out, err
}

// notKin refuses whoever is declared kin of somebody of the household.
func (k *Room) notKin(ctx context.Context, tx *pg.Tx, at desk.At, home core.HouseholdID) error {
	kin, err := k.kin(ctx, tx, at, []core.HouseholdID{home})
	if err == nil && kin[home] {
		err = casefile.ErrConflictOfInterest
	}
	return err
}

func leadID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("lead"), 10, 64)
	if err != nil || id <= 0 {
		return 0, core.E(core.KindNotFound, "not_found", "没有这一条。")
	}
	return id, nil
}

func (k *Room) settle(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := leadID(r)
	if err != nil {
		return err
	}
	over, _ := strconv.ParseInt(r.PostFormValue("over"), 10, 64) // who is none is over nobody
	seen := watch.Seen{Outcome: watch.Outcome(r.PostFormValue("outcome")), Over: core.StaffID(over), Asked: watch.Way(r.PostFormValue("asked")), Words: r.PostFormValue("words")}
	var goer core.StaffID
	var since time.Time
	err = k.in(r, at, forLeads, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		home, err := k.d.Watch.Whose(ctx, tx, id)
		if err == nil {
			err = k.notKin(ctx, tx, at, home)
		}
		if err == nil {
			goer, since, err = k.d.Watch.Checker(ctx, tx, id)
		}
		if err != nil {
			return err
		}
		return k.d.Watch.Settle(ctx, tx, id, why.Actor, seen)
	})
	if errors.Is(err, watch.ErrChecked) {
		err = k.goes(r.Context(), goer, since, err)
	}
	if err != nil {
		return err
	}
	to := "/desk/ranking/leads?place=" + url.QueryEscape(r.FormValue("place"))
	said := "记下了。记错了,在“看过的”里重新打开。"
	switch o := seen.Outcome; {
	case o == watch.Applied || o == watch.ToChange:
		to += "&then=" + string(o) + "&of=" + strconv.FormatInt(id, 10)
	case o == watch.Checking && over != 0:
		said = "记下了,由您接手去核实。原来说去的同事也记着。"
	case o == watch.Checking:
		said = "记下了,您去核实。这条还在下面,看过了再记结果。在领的照发。"
	}
	return desk.Back(w, r, to, said)
}

// goes says who said that they go and see, and since when.
func (k *Room) goes(ctx context.Context, goer core.StaffID, since time.Time, err error) error {
	names, failed := k.d.Staff.Names(ctx, goer)
	if failed != nil {
		return failed
	}
	say := names[goer] + " " + since.In(core.China).Format("1月2日 15:04") + " 已经说去核实了。要换您去,刷新以后选“我接手去核实”。"
	return core.E(core.KindConflict, watch.ErrChecked.Code, say).Wrap(err)
}

// settledPage is what came of the leads of a place.
type settledPage struct {
	view
	Up, Down []choice
	Said     string
	Rows     []settledRow
	Later    bool   // the page is not the first
	Next     string // the address of the next page; "" for none
	Days     int    // for which one can be opened again
}

// settledRow is a lead with what came of it.
type settledRow struct {
	leadRow
	Word     string
	Asked    string // who was asked, and how; "" where nobody had to be
	Words    string // what they said
	By       string
	At       time.Time
	Reopened string // why
	Reopener string // who
	May      bool   // may be opened again by who reads it

	staff, reopener core.StaffID
}

func (k *Room) settled(w http.ResponseWriter, r *http.Request, at desk.At) error {
	v, err := k.viewOf(r, at)
	if err != nil {
		return err
	}
	mark, err := settledMark(r.FormValue("before"))
	if err != nil {
		return err
	}
	empty := settledPage{view: v, Said: desk.Said(w, r), Later: mark != nil, Days: watch.ReopenDays}
	empty.Up, empty.Down = k.around(v, at)
	var page settledPage
	err = k.in(r, at, forLeads, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		page = empty
		of, err := k.village(ctx, tx, page.Place)
		if err != nil {
			return err
		}
		list, err := k.d.Watch.SettledLeads(ctx, tx, page.Towns, watch.LeadsPage{N: mostLeads + 1, After: mark, Of: of})
		if err != nil {
			return err
		}
		if len(list) > mostLeads {
			list = list[:mostLeads]
			last := list[mostLeads-1]
			page.Next = fmt.Sprintf("/desk/ranking/leads/settled?place=%s&before=%d.%d", page.Place, last.At.UnixMicro(), last.ID)
		}
		page.Rows, err = k.settledRows(ctx, tx, why, at, list)
		return err
	})
	if err == nil {
		err = k.nameSettlers(r.Context(), page.Rows)
	}
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "ranking", Name: "settled", Title: "看过的线索"}, page)
}

// settledMark reads where the page before ended.
func settledMark(mark string) (*watch.LeadMark, error) {
	if mark == "" {
		return nil, nil
	}
	moment, lead, _ := strings.Cut(mark, ".")
	t, err1 := strconv.ParseInt(moment, 10, 64)
	id, err2 := strconv.ParseInt(lead, 10, 64)
	if err1 != nil || err2 != nil || t < 0 || t > time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro() {
		return nil, core.Invalid("before", "这一页的地址不完整,请从第一页看起。")
	}
	return &watch.LeadMark{At: time.UnixMicro(t), ID: id}, nil
}

func (k *Room) settledRows(ctx context.Context, tx *pg.Tx, why registry.Purpose, at desk.At, list []watch.Settled) ([]settledRow, error) {
	leads := make([]watch.Lead, len(list))
	for i := range list {
		leads[i] = list[i].Lead
	}
	rows, err := k.leadRows(ctx, tx, why, at, leads)
	out := make([]settledRow, 0, len(rows))
	for i, row := range rows {
		s := &list[i]
		if row.Kin { // what others said of their own family, and why, is nothing for them
			s.Words = ""
			if s.Reopened != "" {
				s.Reopened = "有人要重新看"
			}
		}
		out = append(out, settledRow{leadRow: row, Word: outcomes[s.Outcome], Asked: asked[s.Asked], Words: s.Words, At: s.At, Reopened: s.Reopened, staff: s.Staff, reopener: s.Reopener,
			May: !row.Kin && s.Reopened == "" && tx.Now().Before(s.At.AddDate(0, 0, watch.ReopenDays))})
	}
	return out, err
}

// nameSettlers names who wrote down what came of leads, and who opened them again.
func (k *Room) nameSettlers(ctx context.Context, rows []settledRow) error {
	var ids []core.StaffID
	for _, row := range rows {
		ids = append(ids, row.staff)
		if row.reopener != 0 {
			ids = append(ids, row.reopener)
		}
	}
	names, err := k.d.Staff.Names(ctx, ids...)
	for i, row := range rows {
		rows[i].By, rows[i].Reopener = names[row.staff], names[row.reopener]
	}
	return err
}

func (k *Room) reopen(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := leadID(r)
	if err != nil {
		return err
	}
	err = k.in(r, at, forLeads, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		home, err := k.d.Watch.WhoseSettled(ctx, tx, id)
		if err == nil {
			err = k.notKin(ctx, tx, at, home)
		}
		if err != nil {
			return err
		}
		return k.d.Watch.Reopen(ctx, tx, id, why.Actor, r.PostFormValue("reason"))
	})
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/ranking/leads?place="+url.QueryEscape(r.FormValue("place")), "重新打开了,在下面的线索里。原来记的结果也留着。")
}
