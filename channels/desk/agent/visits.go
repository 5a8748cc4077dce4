package agent

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/intake/calls"
)

// stuck is somebody who was rung three times in vain and to whom nobody can go, or
// nobody went in time: agents find out where they are (features.md F93).
type stuck struct {
	ID                            int64
	Caller, Who, Place, Why, Told string
	Began                         time.Time
	Words                         []calls.VisitWord
}

// stuckPage is what the list shows.
type stuckPage struct {
	Said string
	List []stuck
}

const stuckScope = "visits that nobody can make are found out at the telephones"

func (a *Room) visits(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := stuckPage{Said: desk.Said(w, r)}
	err := a.d.DB.Tx(r.Context(), pg.City(stuckScope), func(ctx context.Context, tx *pg.Tx) error {
		list, err := a.d.Calls.Stuck(ctx, tx)
		if err != nil {
			return err
		}
		ids := make([]int64, len(list))
		p.List = nil
		for i, v := range list {
			ids[i] = v.ID
			p.List = append(p.List, a.stuckOf(v))
		}
		return a.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "visit.listed", IDs: ids, Purpose: "打听住处"}))
	})
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "agent", Name: "visits", Title: "要打听住处的"}, p)
}

func (a *Room) stuckOf(v calls.Visit) stuck {
	s := stuck{ID: v.ID, Caller: caller(calls.Call{Caller: v.Caller}), Who: v.Who, Told: v.Told, Began: v.Began, Words: v.Words}
	if place := strings.TrimSuffix(string(v.Region), "000"); place != string(core.DezhouCity) {
		s.Place = a.d.Regions.FullName(core.RegionCode(place))
		if v.Village != "" {
			s.Place = a.d.Regions.FullName(v.Village)
		}
	}
	if v.Who != "" && v.Source != calls.SourceForm && v.Source != calls.SourceSaid {
		s.Who = casefile.MaskName(v.Who) // out of the register, and perhaps not the caller's
	}
	switch {
	case !v.Lost:
		s.Why = v.Due.Say() + "前要去,还没人去"
	case len(v.Words) > 0:
		s.Why = "村里没有这个人"
	default:
		s.Why = "不知道住哪个镇"
	}
	return s
}

// placed sends a visit to the place that an agent found out, said as people say it.
func (a *Room) placed(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := visitOf(r)
	if err != nil {
		return err
	}
	found := a.d.Regions.Find(r.FormValue("where"))
	if len(found) > 1 {
		names := make([]string, len(found))
		for i, code := range found {
			names[i] = a.d.Regions.FullName(code)
		}
		return core.Invalid("where", "有几个地方都叫这个:"+strings.Join(names, "、")+"。请连县一起写。")
	}
	if len(found) == 0 || len(found[0]) < 9 {
		return core.Invalid("where", "没看出是哪个镇、街道。请照“平原县王庙镇东街村”这样写。")
	}
	m := calls.Visited{Visit: id, By: at.Staff.ID, Result: calls.VisitPlaced, Place: found[0], Word: r.FormValue("word"), Due: a.d.Desk.WorkDay(goDays)}
	if err := a.d.Calls.Mark(r.Context(), pg.City(stuckScope), m); err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/agent/visits", "派到"+a.d.Regions.FullName(found[0])+"了。")
}

// visitEnded closes a visit by an agent's word: they reached the person after all, or
// asked everywhere.
func (a *Room) visitEnded(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := visitOf(r)
	if err != nil {
		return err
	}
	m := calls.Visited{Visit: id, By: at.Staff.ID, Result: calls.VisitEnded, Word: r.FormValue("word")}
	if err := a.d.Calls.Mark(r.Context(), pg.City(stuckScope), m); err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/agent/visits", "记下了,这一条了结。")
}

// visitPhone shows the number of somebody on the list, for one more ring.
func (a *Room) visitPhone(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := visitOf(r)
	if err != nil {
		return err
	}
	if ok, _ := a.d.Bell.Allow(r.Context(), "visit:staff:"+desk.ActorOf(at).ID, numbersShown); !ok {
		return errTooMany
	}
	var v calls.Visit
	err = a.d.DB.Tx(r.Context(), pg.City(stuckScope), func(ctx context.Context, tx *pg.Tx) error {
		if v, err = a.d.Calls.StuckVisit(ctx, tx, id); err != nil {
			return err
		}
		return a.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "visit.number", Subject: "call:" + v.Call, Region: v.Region, Purpose: "再打一次"})
	})
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "visit-phone", v.Caller.Reveal())
}

// numbersShown is how many numbers of visits one agent may be shown in an hour.
var numbersShown = bell.Rate{Count: 30, Per: time.Hour}

func visitOf(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("visit"), 10, 64)
	if err != nil {
		return 0, core.E(core.KindNotFound, "no_visit", "没有这一条。")
	}
	return id, nil
}
