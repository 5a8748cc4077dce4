package twins

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"slices"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	pairs "lianou/core/registry/twins"
	"lianou/core/staff"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with; all are required.
type Deps struct {
	DB      *pg.DB
	Twins   *pairs.Twins
	Staff   *staff.Staff
	Audit   *audit.Log
	Regions *registry.Regions
}

// Room is the room for pairs.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (t *Room) Templates() fs.FS { return templates }

// Desk is the room's rows of the route table.
func (t *Room) Desk() desk.Room {
	who := []staff.Role{staff.Officer, staff.Approver, staff.County}
	return desk.Room{Name: "twins", Title: "重复登记", Roles: who, Home: "/twins", Routes: []desk.Route{
		{Method: "GET", Path: "/twins", Roles: who, Trace: "pair.listed", Serve: t.list},
		{Method: "GET", Path: "/twins/{pair}", Roles: who, Trace: "person.read", Serve: t.lay},
		{Method: "POST", Path: "/twins/{pair}", Roles: who, Trace: "pair.judged", Serve: t.judge},
	}}
}

// row is one pair of the list.
type row struct {
	pairs.Pair
	Town, Beyond string // Beyond: the other row's town where it is out of sight
	Names        string // of those in sight, masked; "" on the page of one pair
}

type listPage struct {
	Said   string
	Second []secondRow // wait for the word of a second person
	Rows   []row       // wait beside those
	Done   []row       // were made one person
}

// list shows the pairs that wait, and no whole name: who opens one reads two people.
func (t *Room) list(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := listPage{Said: desk.Said(w, r)}
	err := t.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		second, rows, err := t.seconds(ctx, tx, at)
		if err != nil {
			return err
		}
		above := func(p pairs.Pair) bool {
			return slices.ContainsFunc(second, func(s pairs.Pair) bool { return s.ID == p.ID })
		}
		list, err := t.d.Twins.Waiting(ctx, tx)
		if err != nil {
			return err
		}
		done, err := t.d.Twins.Merged(ctx, tx)
		if err != nil {
			return err
		}
		list, done = slices.DeleteFunc(list, above), slices.DeleteFunc(done, above)
		names, err := t.d.Twins.Names(ctx, tx, slices.Concat(second, list, done))
		if err != nil {
			return err
		}
		p.Second, p.Rows, p.Done = rows, t.rows(list, names), t.rows(done, names)
		for i, one := range t.rows(second, names) {
			p.Second[i].Names = one.Names
		}
		ids := make([]int64, 0, len(second)+len(list)+len(done))
		for _, pair := range slices.Concat(second, list, done) {
			ids = append(ids, pair.ID)
		}
		return t.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "pair.listed", IDs: ids, Purpose: "重复登记"}))
	})
	if err == nil {
		err = t.nameSeconds(r.Context(), p.Second)
	}
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "twins", Name: "twins", Title: "重复登记"}, p)
}

func (t *Room) rows(list []pairs.Pair, names map[core.PersonID]string) []row {
	out := make([]row, 0, len(list))
	for _, pair := range list {
		one := t.row(pair)
		if one.Names = names[pair.Person]; names[pair.Other] != "" {
			one.Names += " / " + names[pair.Other]
		}
		out = append(out, one)
	}
	return out
}

func (t *Room) row(pair pairs.Pair) row {
	out := row{Pair: pair, Town: t.town(pair.Town)}
	if pair.Other == 0 {
		out.Beyond = t.town(pair.OtherTown)
	}
	return out
}

func (t *Room) town(code core.RegionCode) string {
	place, _ := t.d.Regions.Place(code)
	return place.Name
}

func id(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("pair"), 10, 64)
	if err != nil || n <= 0 {
		return 0, pairs.ErrNoPair
	}
	return n, nil
}

// judge keeps what somebody says about a pair and stays with it: who taps twice meets what
// they said, and not the buttons of the next pair. What joins two people or parts them is
// confirmed first.
func (t *Room) judge(w http.ResponseWriter, r *http.Request, at desk.At) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	v := pairs.Verdict{Pair: n, Say: pairs.Say(r.FormValue("say")), Reason: r.FormValue("reason"), Staff: at.Staff.ID}
	if confirms(v.Say) && r.FormValue("sure") == "" {
		return t.confirm(w, r, at, v)
	}
	err = t.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		if err := t.stranger(ctx, tx, at, n); err != nil {
			return err
		}
		return t.d.Twins.Decide(ctx, tx, v)
	})
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/twins/"+strconv.FormatInt(n, 10), said[v.Say])
}

// stranger refuses a word about a pair from kin of either: what is known of one becomes
// known of the other, and what they may receive follows from it.
func (t *Room) stranger(ctx context.Context, tx *pg.Tx, at desk.At, pair int64) error {
	people, err := t.d.Twins.People(ctx, tx, pair)
	if err != nil {
		return err
	}
	for _, id := range people {
		kin, err := t.d.Staff.IsRelative(ctx, tx, at.Staff.ID, id)
		if err == nil && kin {
			err = casefile.ErrConflictOfInterest
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var said = map[pairs.Say]string{
	pairs.SaySame:      "记下了:是同一个人。两个人都说是才合,合了也能撤。",
	pairs.SayDifferent: "记下了:不是同一个人。两条都留着,以后不再问。",
	pairs.SayLater:     "先放着,14 天后再拿出来。",
	pairs.SayApart:     "记下了:您提了撤销。另一位同事同意才撤,同意以前还算一个人。",
	pairs.SayAgree:     "记下了:同意撤销。几秒钟以后,两条登记和合并以前一样。",
	pairs.SayKeep:      "记下了:不撤,还是一个人。",
	pairs.SayBack:      "收回了。还是一个人。",
}
