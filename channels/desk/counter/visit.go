package counter

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/pg"
	"lianou/intake/calls"
)

// visit is somebody to go to: three calls back reached nobody (features.md F93).
type visit struct {
	calls.Visit
	Caller, Place, How string
	Late               bool
}

// againDays is how many working days there are for going a second time.
const againDays = 2

// visits lists whom the assistant is to go to, in the transaction of the page, with the
// entry that it was shown.
func (c *Room) visits(ctx context.Context, tx *pg.Tx, at desk.At) ([]visit, error) {
	list, err := c.d.Calls.Visits(ctx, tx, at.Staff.Regions, at.Staff.Village)
	if err != nil {
		return nil, err
	}
	out := make([]visit, len(list))
	ids := make([]int64, len(list))
	for i, v := range list {
		ids[i] = v.ID
		out[i] = visit{Visit: v, Caller: v.Caller.String(), Place: c.d.Regions.FullName(v.Region), How: howKnown(v.Source), Late: v.Due < tx.Today()}
		if v.Village != "" {
			out[i].Place = c.d.Regions.FullName(v.Village)
		}
	}
	return out, c.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "visit.listed", IDs: ids, Purpose: "上门找人"}))
}

// howKnown says how sure the place is: at the door the assistant asks who lives there.
func howKnown(s calls.Source) string {
	return map[calls.Source]string{calls.SourceForm: "住处是电话里说的", calls.SourceConfirmed: "住处是登记的,本人认过", calls.SourceSaid: "住处是机器从话里听的,先问清是不是他家",
		calls.SourceNumber: "住处是这个号码登记的,不一定是他,先问清是不是他打的", calls.SourceAsked: "住处是坐席打听的,先问清是不是他"}[s]
}

// visited keeps what the assistant found at the door.
func (c *Room) visited(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := visitOf(r)
	if err != nil {
		return err
	}
	m := calls.Visited{Visit: id, By: at.Staff.ID, Result: calls.VisitResult(r.FormValue("result")), Word: r.FormValue("word"), Due: c.d.Desk.WorkDay(againDays)}
	said, ours := map[calls.VisitResult]string{calls.VisitReached: "记下了,见到了。要报的,点“帮人报”口述办。", calls.VisitAway: "记下了。" + m.Due.Say() + "前再去一次。",
		calls.VisitNobody: "记下了。坐席再去打听住处。"}[m.Result]
	if !ours {
		return core.Invalid("result", "请选找得怎样。")
	}
	if err := c.d.Calls.Mark(r.Context(), at.Staff.Scope(), m); err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/counter/tasks", said)
}

// numbersShown is how many numbers one assistant may be shown in an hour.
var numbersShown = bell.Rate{Count: 30, Per: time.Hour}

var errTooMany = core.E(core.KindTooMany, "too_many_looks", "一小时里看的号码太多了。请过一会儿再看。")

// visitPhone shows the number of whoever is looked for: a village asks whose it is.
func (c *Room) visitPhone(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := visitOf(r)
	if err != nil {
		return err
	}
	if ok, _ := c.d.Bell.Allow(r.Context(), "visit:staff:"+desk.ActorOf(at).ID, numbersShown); !ok {
		return errTooMany
	}
	var v calls.Visit
	err = c.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		if v, err = c.d.Calls.Visit(ctx, tx, id); err != nil {
			return err
		}
		return c.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "visit.number", Subject: "call:" + v.Call, Region: v.Region, Purpose: "上门找人"})
	})
	if err != nil {
		return err
	}
	return at.Page.Part(w, "counter", "visit-phone", v.Caller.Reveal())
}

func visitOf(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("visit"), 10, 64)
	if err != nil {
		return 0, core.E(core.KindNotFound, "no_visit", "没有这一条。")
	}
	return id, nil
}
